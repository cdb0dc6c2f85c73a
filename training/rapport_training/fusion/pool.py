"""What a training draws from: rows of modalities that belong together, and the batch that is made of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Generator, Tensor

from ..craft.cross_modal_mixing import mixed_sources
from ..craft.modality_dropout import shown_modalities
from ..craft.progressive import most_modalities
from .config import FusionConfig

VoiceTeacher = Callable[[Tensor, Tensor], Tensor]
"""tokens [b, t, width], mask [b, t] -> logits [b, classes]: the voice encoder's own head, which answers mixed windows too."""


@dataclass(frozen=True)
class Batch:
    tokens: dict[str, Tensor]
    masks: dict[str, Tensor]
    targets: Tensor
    """[b, modalities, classes]: what each modality says by itself, label and teacher together"""
    says: Tensor
    """[b, modalities] in 0..1: how much of the joint target a modality has; a plain request hardly says anything"""
    labels: Tensor
    """[b, modalities], -1 where the modality is hidden or its feeling is unknown"""


class Pool(Protocol):
    widths: dict[str, int]
    classes: int

    def draw(self, size: int, config: FusionConfig, generator: Generator) -> Tensor:
        """Rows [size, modalities] of one label each."""
        ...

    def gather(self, rows: Tensor, config: FusionConfig, generator: Generator) -> Batch:
        """The batch with every modality shown."""
        ...

    def standard(self) -> dict[str, tuple[Tensor, Tensor]]:
        """Mean and deviation of the tokens of each modality."""
        ...

    def examples(self, name: str) -> tuple[Tensor, Tensor]:
        """Tokens [n, t, width] and mask [n, t] of a modality, of EXAMPLES rows at most."""
        ...


EXAMPLES = 8192


def draw_batch(pool: Pool, config: FusionConfig, progress: float, generator: Generator) -> Batch:
    """A training batch: rows are drawn, mixed across modalities, and modalities hidden."""
    rows = pool.draw(config.batch, config, generator)
    count, device = rows.shape[1], rows.device
    if config.mixing > 0:
        rows = rows.gather(0, mixed_sources(len(rows), count, config.mixing, generator, device))
    most = most_modalities(progress, count) if config.progressive else count
    drops = config.modality_dropout > 0
    shown = shown_modalities(
        len(rows), count, config.modality_dropout, config.alone if drops else 0.0, most, generator, device
    )
    batch = pool.gather(rows, config, generator)
    masks = {name: batch.masks[name] * shown[:, i, None] for i, name in enumerate(pool.widths)}
    return replace(batch, masks=masks, labels=torch.where(shown, batch.labels, -1))


class ClassSampler:
    """Draws a row of each wanted class, within the class in proportion to `weights`, with one search a batch."""

    def __init__(self, labels: Tensor, weights: Tensor, classes: int) -> None:
        usable = (labels >= 0) & (weights > 0)
        rows = usable.nonzero().squeeze(1)
        self.rows = rows[labels[rows].argsort(stable=True)]
        of, weight = labels[self.rows], weights[self.rows].double()
        total = torch.zeros(classes, dtype=torch.float64, device=labels.device).index_add_(0, of, weight)
        before = total.cumsum(0) - total
        # within its class a row ends at its share of the class's weight; the class number is added
        self.ends = of + ((weight.cumsum(0) - before[of]) / total[of]).clamp(max=1)
        self.present = total > 0

    def draw(self, labels: Tensor, generator: Generator) -> Tensor:
        """A class that has no row gives one of the next class: whoever needs the label takes that of the row."""
        point = labels + torch.rand(labels.shape, generator=generator, device=labels.device, dtype=torch.float64)
        return self.rows[torch.searchsorted(self.ends, point).clamp(max=len(self.rows) - 1)]


def smoothed(labels: Tensor, classes: int, amount: float) -> Tensor:
    """One-hot rows with `amount` spread over all classes; uniform where the label is negative."""
    hot = torch.zeros(*labels.shape, classes, device=labels.device)
    hot.scatter_(-1, labels.clamp(min=0)[..., None], 1.0)
    known = (labels >= 0)[..., None].float()
    return hot * known * (1 - amount) + (known * amount + (1 - known)) / classes


def moments(tokens: Tensor, mask: Tensor, most: int = 200_000) -> tuple[Tensor, Tensor]:
    """Mean and deviation over the tokens with mask 1: tokens [n, t, width], mask [n, t]. Of at most `most` rows."""
    stride = max(1, tokens.shape[0] * tokens.shape[1] // most)
    flat = tokens[::stride].float()[mask[::stride] > 0]
    return flat.mean(0), flat.std(0)
