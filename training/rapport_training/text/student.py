"""The student: MiniLM-L6 that learns from labels, from the teachers' labels, and keeps its sentence space.

First everything is trained together; then the weights below the emotion branch are averaged with the start weights
(Wortsman et al. 2022; how far is chosen on intents that were never trained), frozen, and the emotion branch is trained on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..averaged_weights import AveragedWeights
from ..checkpoint import Stateful, Tensors
from ..craft.text_augment import mask_tokens
from .encoder import TextEncoder
from .intent_sampler import IntentBatch, IntentSampler, Mix
from .losses import contrastive_loss, cosine_distance, emotion_loss, prototype_loss, similarity_loss
from .teacher import autocast, class_weights, step
from .time_schedule import Phase, layer_rates, optimiser_of
from .token_pool import MASK_ID, TokenPool
from .training_texts import GROUPS, TrainingTexts

RATE, LAYER_DECAY, HEAD_RATE = 2e-4, 0.9, 1e-3
BRANCH_RATE = 1.5e-4
EMOTION_BATCH = 256
MIX = Mix({"bitext27": 24, "clinc150": 40, "hwu64": 14, "multidogo": 10}, out_of_scope=24, generic=96)
MAX_SENTENCE_TOKENS = 32
AVERAGE_EVERY, AVERAGE_DECAY = 8, 0.98
HARD_SHARE = 0.35
"""Of the target of a labelled text; the rest is what the teachers say."""
FINE_WEIGHT, EMOTION_WEIGHT, PROTOTYPE_WEIGHT, CONTRAST_WEIGHT, LIKENESS_WEIGHT, SPACE_WEIGHT = (
    0.5,
    3.0,
    0.25,
    0.1,
    1.0,
    2.0,
)
MASKED_SHARE = 0.08
"""Of the tokens of an emotion batch."""
NOISED_SHARE = 0.3

Report = Callable[[str], None]


@dataclass(frozen=True)
class Labels:
    """What the teachers say, on the device."""

    seven: Tensor
    """[rows of the pool, 7] probabilities, NaN where they were not asked; by clean row."""
    fine: Tensor
    sentences: Tensor
    """[clean rows, width of the teacher] of norm 1."""


class StudentTraining:
    """Holds what both parts of the training share."""

    def __init__(
        self, net: TextEncoder, texts: TrainingTexts, pool: TokenPool, labels: Labels, seed: int,
        mix: Mix = MIX, emotion_batch: int = EMOTION_BATCH, state: Path | None = None,
    ) -> None:  # fmt: skip
        """state: a folder where both parts are kept, to go on from when they are interrupted."""
        self.emotion_batch, self.state = emotion_batch, state
        self.recipe = {"seed": seed, "emotion_batch": emotion_batch}
        self.net, self.texts, self.pool, self.labels = net.to(pool.device), texts, pool, labels
        self.net.embeddings.requires_grad_(False)
        self.start = {name: value.detach().clone() for name, value in net.state_dict().items()}
        self.sampler = IntentSampler(texts, mix, seed)
        self.drawn = np.random.default_rng(seed)
        device = pool.device
        hard, fine = torch.from_numpy(texts.emotions).to(device), torch.from_numpy(texts.fine).to(device)
        clean_of = torch.from_numpy(texts.clean_of).to(device)
        self.targets = _mixed(hard, labels.seven[clean_of])
        self.fine_targets = _mixed(fine, labels.fine[clean_of])
        self.weights = class_weights(texts.emotions[texts.group == GROUPS.index("reddit")], device)
        asked = ~self.targets[:, 0].isnan()
        clean = np.arange(len(self.sampler.variant_counts))
        self.emotion_rows = clean[asked[: len(clean)].cpu().numpy()]
        self.projection = nn.Linear(384, labels.sentences.shape[1]).to(device)
        names = {corpus: len(own.names) + (corpus == "bitext27") for corpus, own in texts.intents.items()}
        self.prototypes = nn.ParameterDict({k: nn.Parameter(torch.randn(n, 384) * 0.05) for k, n in names.items()}).to(
            device
        )
        self.log_scale = nn.Parameter(torch.tensor(3.0, device=device))

    def train_together(
        self, seconds: float, max_steps: int, report: Report, measure: Callable[[TextEncoder], None]
    ) -> None:
        """All layers, both tasks; leaves the averaged weights in `net`."""
        net = self.net.train()
        stacks = [net.shared, net.sentence_layers]
        groups = layer_rates(net, stacks, RATE, LAYER_DECAY)
        rest = [(n, p) for n, p in groups.pop()[0] if p.requires_grad]
        head = [(n, p) for n, p in rest if n.startswith("emotion_head")]
        groups += [([(n, p) for n, p in rest if not n.startswith("emotion_head")], RATE), (head, HEAD_RATE)]
        own = [*self.projection.named_parameters(), *self.prototypes.named_parameters(), ("scale", self.log_scale)]
        average = AveragedWeights(net, AVERAGE_DECAY)
        parts: dict[str, Stateful] = {
            "net": net,
            "average": average,
            "projection": self.projection,
            "prototypes": self.prototypes,
        }
        parts["scale"] = Tensors(log_scale=self.log_scale)
        phase = self._phase("together", optimiser_of([*groups, (own, 2e-3)], 0.01), seconds, max_steps, parts)
        batches = self._emotion_batches()
        for share, (rows, intents) in phase.steps(lambda: (next(batches), self.sampler.batch())):
            emotion = self._emotion_loss(rows, frozen_below=False)
            sentence = self._sentence_loss(intents)
            step(EMOTION_WEIGHT * emotion + sentence, net, phase.optimiser)
            self._average(average, phase.taken)
            if phase.taken % 100 == 0:
                report(
                    f"student: {share:.0%}, step {phase.taken}, emotion {emotion.item():.4f}, intents {sentence.item():.3f}"
                )
            if phase.taken % 1000 == 999:
                self._measured(average, measure)
        net.load_state_dict(average.average)

    def train_emotion_branch(
        self, seconds: float, max_steps: int, report: Report, measure: Callable[[TextEncoder], None]
    ) -> None:
        """The emotion layers and their head over frozen layers; leaves the averaged weights in `net`."""
        net = self.net.train()
        groups = [
            (list(net.emotion_layers.named_parameters()), BRANCH_RATE),
            (list(net.emotion_head.named_parameters()), HEAD_RATE / 2),
        ]
        average = AveragedWeights(net, AVERAGE_DECAY)
        parts: dict[str, Stateful] = {"net": net, "average": average}
        phase = self._phase("branch", optimiser_of(groups, 0.01), seconds, max_steps, parts)
        batches = self._emotion_batches()
        for share, rows in phase.steps(lambda: next(batches)):
            loss = self._emotion_loss(rows, frozen_below=True)
            step(loss, net, phase.optimiser)
            self._average(average, phase.taken)
            if phase.taken % 200 == 0:
                report(f"emotion branch: {share:.0%}, step {phase.taken}, loss {loss.item():.4f}")
            if phase.taken % 1000 == 999:
                self._measured(average, measure)
        net.load_state_dict(average.average)

    def moved(self, alpha: float, tuned: dict[str, Tensor]) -> None:
        """Puts into `net` what lies `alpha` of the way from the start to `tuned`; the emotion branch is the tuned one."""
        own = {
            name: value if name.startswith("emotion_") else torch.lerp(self.start[name], value, alpha)
            for name, value in tuned.items()
        }
        self.net.load_state_dict(own)

    def _phase(
        self, name: str, optimiser: torch.optim.Optimizer, seconds: float, max_steps: int, parts: dict[str, Stateful]
    ) -> Phase:
        state = self.state / f"student-{name}.pt" if self.state else None
        return Phase(optimiser, seconds, max_steps, state, parts, self.recipe)

    def _measured(self, average: AveragedWeights, measure: Callable[[TextEncoder], None]) -> None:
        with average.in_place():
            measure(self.net.eval())
        self.net.train()

    def _average(self, average: AveragedWeights, taken: int) -> None:
        if taken % AVERAGE_EVERY == 0:
            average.update()

    def _emotion_batches(self) -> Iterator[np.ndarray]:
        while True:
            rows = self.sampler.noised(self.emotion_rows, NOISED_SHARE)
            yield from self.pool.batches(rows, self.emotion_batch, self.drawn)

    def _emotion_loss(self, rows: np.ndarray, frozen_below: bool) -> Tensor:
        ids, mask = self.pool.batch(rows)
        ids = mask_tokens(ids, mask, MASKED_SHARE, MASK_ID)
        at = torch.from_numpy(rows).to(self.pool.device)
        with autocast(self.pool.device):
            seven, fine = self.net.emotion(ids, mask, frozen_below)
        loss = emotion_loss(seven, self.targets[at], self.weights)
        return loss + FINE_WEIGHT * emotion_loss(fine, self.fine_targets[at])

    def _sentence_loss(self, batch: IntentBatch) -> Tensor:
        ids, mask = self.pool.batch(batch.rows, MAX_SENTENCE_TOKENS)
        with autocast(self.pool.device):
            found = self.net.sentence(ids, mask)
        teacher = self.labels.sentences[torch.from_numpy(batch.clean_rows).to(self.pool.device)].float()
        loss = LIKENESS_WEIGHT * similarity_loss(found, teacher)
        loss = loss + SPACE_WEIGHT * cosine_distance(self.projection(found), teacher)
        for corpus, (at, labels) in batch.parts.items():
            truth = torch.from_numpy(labels).to(self.pool.device)
            loss = loss + PROTOTYPE_WEIGHT * prototype_loss(found[at], truth, self.prototypes[corpus], self.log_scale)
            loss = loss + CONTRAST_WEIGHT * contrastive_loss(found[at], truth)
        return loss


def _mixed(hard: Tensor, said: Tensor) -> Tensor:
    """HARD_SHARE of the label and the rest of the teachers' probabilities; whichever is known where one is not."""
    both = HARD_SHARE * hard + (1 - HARD_SHARE) * said
    return torch.where(hard.isnan(), said, torch.where(said.isnan(), hard, both))


@torch.no_grad()
def embed(net: TextEncoder, pool: TokenPool, rows: np.ndarray, batch_size: int = 512) -> Tensor:
    """Sentence embeddings of the rows in their order, [rows, 384] float32 on the device."""
    net.eval()
    found = torch.zeros(len(rows), 384, device=pool.device)
    place = np.zeros(len(pool), np.int64)
    place[rows] = np.arange(len(rows))
    for batch in pool.batches(rows, batch_size):
        with autocast(pool.device):
            own = net.sentence(*pool.batch(batch))
        found[torch.from_numpy(place[batch]).to(pool.device)] = own.float()
    return F.normalize(found, dim=-1)


@torch.no_grad()
def feel(net: TextEncoder, pool: TokenPool, batch_size: int = 512) -> np.ndarray:
    """Probabilities of the seven for every row of the pool, [rows, 7]."""
    net.eval()
    found = np.zeros((len(pool), 7), np.float32)
    for batch in pool.batches(np.arange(len(pool)), batch_size):
        with autocast(pool.device):
            seven, _ = net.emotion(*pool.batch(batch))
        found[batch] = seven.float().sigmoid().cpu().numpy()
    return found
