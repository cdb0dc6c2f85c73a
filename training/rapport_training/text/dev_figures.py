"""Figures on development parts while training: what chooses weights, thresholds and scales. Test parts are not read here."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from ..corpora.texts import read_texts
from ..labels import EMOTIONS
from ..service_language.evaluation_set import load
from . import intent_sets
from .encoder import TextEncoder
from .figures import decide_emotions, f1_scores, few_shot_accuracy, fit_thresholds
from .intent_sets import IntentSet
from .prototypes import centroids
from .student import embed, feel
from .token_pool import TokenPool
from .training_texts import TrainingTexts, noised_variants

SEEDS, EXAMPLES = 5, 10
DEV_NOISE_SEED = 77
CHECK_ROWS = 3000
TRAIN_ROWS_A_LABEL = 40


@dataclass(frozen=True)
class Part:
    """Texts of one dev part on the device."""

    pool: TokenPool
    labels: Tensor

    def embedded(self, net: TextEncoder) -> Tensor:
        return embed(net, self.pool, np.arange(len(self.pool)))


class DevParts:
    """All development parts, tokenised once."""

    def __init__(self, data: Path, tokenizer: Tokenizer, device: torch.device, most: int = 10**9) -> None:
        def part(texts: list[str], labels: list[int]) -> Part:
            return Part(TokenPool(tokenizer, texts[:most], device), torch.tensor(labels[:most], device=device))

        def of(own: IntentSet) -> Part:
            return part(own.texts, own.labels)

        rows = read_texts(data, "goemotions", "dev")[:most]
        self.reddit = TokenPool(tokenizer, [row.text for row in rows], device)
        self.reddit_truth = np.array([[name in row.labels for name in EMOTIONS] for row in rows])
        bitext = intent_sets.bitext(data, "dev")
        self.bitext = of(bitext)
        vocabulary = sorted({word for text in bitext.texts for word in text.lower().split() if word.isalpha()})
        self.bitext_noised = part(noised_variants(bitext.texts, vocabulary, DEV_NOISE_SEED), bitext.labels)
        self.clinc = of(intent_sets.clinc(data, "dev"))
        outside = intent_sets.clinc_out_of_scope(data, "dev")
        self.clinc_outside = part(outside, [0] * len(outside))
        # a smoke test scores few rows; a random part of them, since the files are sorted by label
        self.checks = {
            own.corpus: of(_some(own, min(most, CHECK_ROWS)))
            for own in (intent_sets.check_hwu(data), intent_sets.check_nlupp(data))
        }
        self.turns = load(data, "tuning")
        self.turn_pool = TokenPool(tokenizer, [turn.text for turn in self.turns], device) if self.turns else None

    def emotion(self, net: TextEncoder) -> tuple[float, np.ndarray, np.ndarray]:
        """Macro-F1 on GoEmotions dev, its thresholds (fitted on it), F1 of each class."""
        probabilities = feel(net, self.reddit)
        thresholds = fit_thresholds(probabilities, self.reddit_truth)
        scores = f1_scores(self.reddit_truth, decide_emotions(probabilities, thresholds))
        return float(scores.mean()), thresholds, scores

    def custom(self, net: TextEncoder) -> dict[str, float]:
        """Accuracy of 10-example prototypes for intents that are never trained."""
        return {
            name: float(np.mean(few_shot_accuracy(p.embedded(net).cpu().numpy(), p.labels.tolist(), EXAMPLES, SEEDS)))
            for name, p in self.checks.items()
        }

    def clinc_by_centroids(self, net: TextEncoder, texts: TrainingTexts, pool: TokenPool) -> float:
        own, rows = texts.intents["clinc150"], texts.intent_rows["clinc150"]
        labels = torch.tensor(own.labels, device=pool.device)
        found = centroids(embed(net, pool, rows), labels, len(own.names))
        return float(((self.clinc.embedded(net) @ found.t()).argmax(1) == self.clinc.labels).float().mean())

    def service(self, net: TextEncoder) -> dict[str, float]:
        """Shares on the tuning half of the service-language set by the likeliest emotion; empty while there is none."""
        if self.turn_pool is None:
            return {}
        neutral = feel(net, self.turn_pool).argmax(1) == EMOTIONS.index("neutral")
        plain = np.array([turn.plain_request is True for turn in self.turns])
        upset = np.array([turn.upset is True for turn in self.turns])
        unsworn = upset & np.array([turn.stratum != "offensive" for turn in self.turns])
        return {
            "plain called neutral": float(neutral[plain].mean()),
            "upset not neutral": float(1 - neutral[upset].mean()),
            "upset without swearing not neutral": float(1 - neutral[unsworn].mean()),
        }


def _some(own: IntentSet, count: int) -> IntentSet:
    if len(own.texts) <= count:
        return own
    kept = np.random.default_rng(0).permutation(len(own.texts))[:count]
    return IntentSet.of(own.corpus, [(own.texts[i], own.names[own.labels[i]]) for i in kept], own.names)
