"""What masking, synonyms and noise of words bought: heads on the untouched MiniLM, one piece left out at a time.

    python -m rapport_training.text.craft_table --data D --weights W --out O

A reduced set (comments of GoEmotions with one label, Bitext requests; training parts) is embedded as it is and through each
piece of `craft/text_augment.py`; a head for each task is trained on all of them, or on all but one, and scored on dev
parts, as they are and misheard by the evaluation's own generator. Three seeds draw other texts. The encoder is not
trained here, so what a piece does to it is not in the table. OUT/text_craft.json.
"""

import argparse
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..atomic_file import write_text_atomically
from ..corpora.texts import read_texts
from ..craft.text_augment import chat_style, mask_tokens, misheard, typing_errors, with_synonyms
from ..fusion.scores import score
from ..labels import EMOTIONS
from ..progress import progress
from .evaluation_noise import EvaluationNoise
from .intent_sets import bitext
from .start_weights import load_minilm
from .token_pool import MASK_ID, TokenPool, open_tokenizer
from .transformer import Transformer, masked_mean

Texts = tuple[list[str], Tensor]
"""Texts and their labels [n]."""

CLEAN, MASKED, SYNONYMS, NOISED = "clean", "masking", "synonym replacement", "noise of words"
WAYS = (CLEAN, MASKED, SYNONYMS, NOISED)
MASKED_SHARE, SYNONYM_SHARE, WORD_ERRORS = 0.12, 0.4, 0.2
EACH = {"emotions": 250, "intents": 24}
"""Training texts of a class."""
DEV_EACH = {"emotions": 80, "intents": 20}
MOST_TOKENS, ENCODE_BATCH = 40, 64
HIDDEN, DROPOUT, STEPS, BATCH, LEARNING_RATE = 256, 0.3, 300, 128, 2e-3


def noised(text: str, drawn: random.Random) -> str:
    """As training noises words, without the synonyms."""
    kinds: tuple[Callable[[], str], ...] = (
        lambda: typing_errors(text, drawn, drawn.uniform(0.02, 0.12)),
        lambda: chat_style(text, drawn, drawn.uniform(0.0, 0.08)),
        lambda: misheard(text, drawn, drawn.uniform(0.05, 0.35)),
    )
    return drawn.choice(kinds)()


class Embedder:
    def __init__(self, net: Transformer, weights: Path) -> None:
        self.net, self.tokenizer = net.eval(), open_tokenizer(weights, MOST_TOKENS)

    @torch.no_grad()
    def __call__(self, texts: Sequence[str], what: str, masked: float = 0.0, seed: int = 0) -> Tensor:
        """[n, width] of norm 1, in the order of `texts`; `masked`: share of the word pieces that are hidden."""
        pool, generator = TokenPool(self.tokenizer, texts), torch.Generator().manual_seed(seed)
        order = torch.arange(len(pool)).numpy()
        found = torch.zeros(len(pool), self.net.shape.width)
        for rows in progress(list(pool.batches(order, ENCODE_BATCH)), what):
            ids, mask = pool.batch(rows, MOST_TOKENS)
            if masked:
                ids = mask_tokens(ids, mask, masked, MASK_ID, generator)
            found[torch.from_numpy(rows)] = masked_mean(self.net(ids, mask), mask)
        return functional.normalize(found, dim=-1)

    def of_way(self, texts: Sequence[str], way: str, seed: int) -> Tensor:
        drawn = random.Random(seed)
        if way == SYNONYMS:
            texts = [with_synonyms(text, drawn, SYNONYM_SHARE) for text in texts]
        elif way == NOISED:
            texts = [noised(text, drawn) for text in texts]
        return self(texts, way, MASKED_SHARE if way == MASKED else 0.0, seed)


def drawn_of(texts: Texts, each: int, seed: int) -> Texts:
    """At most `each` random texts of every class."""
    order = torch.randperm(len(texts[0]), generator=torch.Generator().manual_seed(seed))
    labels = texts[1][order]
    kept = torch.cat([order[labels == k][:each] for k in labels.unique()])
    return [texts[0][i] for i in kept.tolist()], texts[1][kept]


def corpora(data: Path, split: str) -> dict[str, Texts]:
    single = [row for row in read_texts(data, "goemotions", split) if len(row.labels) == 1]
    requests = bitext(data, split)
    return {
        "emotions": ([row.text for row in single], torch.tensor([EMOTIONS.index(row.labels[0]) for row in single])),
        "intents": (requests.texts, torch.tensor(requests.labels)),
    }


def trained_head(given: Tensor, labels: Tensor, classes: int, seed: int, steps: int) -> nn.Module:
    """given [ways, n, width]: each text of a batch through a random one of the ways."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    width = given.shape[-1]
    head = nn.Sequential(nn.Linear(width, HIDDEN), nn.GELU(), nn.Dropout(DROPOUT), nn.Linear(HIDDEN, classes))
    optimiser = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.05)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=0.1)
    for _ in range(steps):
        rows = torch.randint(len(labels), (BATCH,), generator=generator)
        way = torch.randint(len(given), (BATCH,), generator=generator)
        loss = functional.cross_entropy(head(given[way, rows]), labels[rows], label_smoothing=0.1)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        plan.step()
    return head.eval()


def variants_of() -> dict[str, list[str]]:
    """By what is left out: the ways that are left."""
    return {
        "nothing": list(WAYS), **{way: [w for w in WAYS if w != way] for way in WAYS if way != CLEAN}, "all": [CLEAN],
    }  # fmt: skip


@torch.no_grad()
def recall_of(head: nn.Module, given: Tensor, labels: Tensor) -> float:
    names = [str(k) for k in range(int(labels.max()) + 1)]
    return score(head(given), labels, names).uar


def one_seed(
    embed: Embedder, train: dict[str, Texts], dev: dict[str, Texts], seed: int, steps: int
) -> dict[str, dict[str, float]]:
    """By what is left out: UAR of both tasks, clean and misheard, and the mean of the four."""
    found: dict[str, dict[str, float]] = {name: {} for name in variants_of()}
    for task in EACH:
        texts, labels = drawn_of(train[task], EACH[task], seed)
        scored, truth = drawn_of(dev[task], DEV_EACH[task], seed)
        by_way = torch.stack([embed.of_way(texts, way, seed) for way in WAYS])
        noise = EvaluationNoise(scored, seed)
        cases = {
            CLEAN: embed(scored, "dev"),
            "misheard": embed([noise(t, WORD_ERRORS) for t in scored], "dev, misheard"),
        }
        for name, ways in variants_of().items():
            given = by_way[[WAYS.index(way) for way in ways]]
            head = trained_head(given, labels, int(labels.max()) + 1, seed, steps)
            found[name] |= {f"{task}, {case}": recall_of(head, x, truth) for case, x in cases.items()}
    return {name: row | {"mean": sum(row.values()) / len(row)} for name, row in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="minilm.safetensors and tokenizer.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--steps", type=int, default=STEPS)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    embed = Embedder(load_minilm(args.weights), args.weights)
    train, dev = corpora(args.data, "train"), corpora(args.data, "dev")
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in variants_of()}
    for seed in (int(seed) for seed in args.seeds.split(",")):
        for name, row in one_seed(embed, train, dev, seed, args.steps).items():
            rows[name].append(row)
            print(f"text craft, seed {seed}, without {name}: {row}", flush=True)
    report = {"what": "UAR on dev parts, heads on the untouched MiniLM", "without": rows}
    write_text_atomically(args.out / "text_craft.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
