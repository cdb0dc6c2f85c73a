"""Batches of intents: two texts of each drawn label, so that a batch holds pairs to contrast, and texts out of scope."""

from dataclasses import dataclass

import numpy as np

from .training_texts import TrainingTexts

NOISED_SHARE = 0.6
EACH = 2
"""Texts of a drawn label."""


@dataclass(frozen=True)
class Mix:
    """How many labels of each corpus, how many texts out of scope, and how many without any intent are in a batch."""

    labels: dict[str, int]
    out_of_scope: int
    generic: int


@dataclass(frozen=True)
class IntentBatch:
    rows: np.ndarray
    """Rows of the pool, [B]; noised variants among them."""
    clean_rows: np.ndarray
    """What they were made from, [B]."""
    parts: dict[str, tuple[slice, np.ndarray]]
    """Where the texts of a corpus are in the batch, and their labels. Out of scope is the label after the last of bitext27."""


class IntentSampler:
    def __init__(self, texts: TrainingTexts, mix: Mix, seed: int) -> None:
        self.texts, self.mix = texts, mix
        self.drawn = np.random.default_rng(seed)
        self.by_label: dict[str, list[np.ndarray]] = {}
        self.chances: dict[str, np.ndarray] = {}
        for corpus, own in texts.intents.items():
            labels, rows = np.array(own.labels), texts.intent_rows[corpus]
            groups = [rows[labels == label] for label in range(len(own.names))]
            weights = np.sqrt([len(group) for group in groups])
            self.by_label[corpus], self.chances[corpus] = groups, weights / weights.sum()
        clean = len(np.unique(texts.clean_of))
        self.generic_rows = np.arange(clean)
        most = max((len(v) for v in texts.variants.values()), default=1)
        self.variant_table = np.zeros((clean, most), np.int64)
        self.variant_counts = np.zeros(clean, np.int64)
        for row, variants in texts.variants.items():
            self.variant_table[row, : len(variants)] = variants
            self.variant_counts[row] = len(variants)

    def noised(self, rows: np.ndarray, share: float) -> np.ndarray:
        """Some of the clean rows exchanged for one of their variants."""
        counts = self.variant_counts[rows]
        column = self.drawn.integers(1 << 30, size=len(rows)) % np.maximum(counts, 1)
        swap = (self.drawn.random(len(rows)) < share) & (counts > 0)
        return np.where(swap, self.variant_table[rows, column], rows)

    def batch(self) -> IntentBatch:
        rows: list[np.ndarray] = []
        parts: dict[str, tuple[slice, np.ndarray]] = {}
        at = 0
        for corpus, count in self.mix.labels.items():
            labels = self.drawn.choice(len(self.chances[corpus]), count, p=self.chances[corpus])
            groups = self.by_label[corpus]
            own = np.concatenate(
                [groups[label][self.drawn.integers(len(groups[label]), size=EACH)] for label in labels]
            )
            labels = np.repeat(labels, EACH)
            if corpus == "bitext27":
                outside = self.texts.out_of_scope_rows
                own = np.concatenate([own, outside[self.drawn.integers(len(outside), size=self.mix.out_of_scope)]])
                labels = np.concatenate([labels, np.full(self.mix.out_of_scope, len(groups))])
            parts[corpus] = (slice(at, at + len(own)), labels)
            rows.append(own)
            at += len(own)
        if self.mix.generic:
            rows.append(self.generic_rows[self.drawn.integers(len(self.generic_rows), size=self.mix.generic)])
        clean = np.concatenate(rows)
        return IntentBatch(self.noised(clean, NOISED_SHARE), clean, parts)
