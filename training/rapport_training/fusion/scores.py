"""Figures: recall by class, calibration."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

BINS = 15
NEIGHBOURS = 5
"""Points of the grid of temperatures that are averaged, about 12 % from the first to the last."""


@dataclass(frozen=True)
class Score:
    rows: int
    classes: int
    """That occur among the labels."""
    accuracy: float
    uar: float
    """Unweighted average recall over the classes that occur."""
    recall: dict[str, float]

    def plain(self) -> dict[str, object]:
        return {
            "n": self.rows,
            "classes": self.classes,
            "accuracy": round(self.accuracy, 4),
            "uar": round(self.uar, 4),
            "recall": {name: round(value, 3) for name, value in self.recall.items()},
        }


def score(logits: Tensor, labels: Tensor, names: Sequence[str]) -> Score:
    """Rows with a negative label do not count; NaN when none is left."""
    known = labels >= 0
    predicted, labels = logits[known].argmax(1), labels[known]
    classes = labels.unique().tolist()
    recall = {names[k]: (predicted[labels == k] == k).float().mean().item() for k in classes}
    return Score(
        rows=len(labels),
        classes=len(classes),
        accuracy=(predicted == labels).float().mean().item(),
        uar=sum(recall.values()) / len(recall) if recall else float("nan"),
        recall=recall,
    )


def calibration_error(logits: Tensor, labels: Tensor, temperature: float = 1.0, bins: int = BINS) -> float:
    """Expected calibration error (Naeini et al. 2015): bins of equal width over the highest probability."""
    top, predicted = (logits.float() / temperature).softmax(1).max(1)
    right = (predicted == labels).double()
    which = (top * bins).long().clamp(max=bins - 1)
    gap = torch.zeros(bins, dtype=torch.float64, device=logits.device).index_add_(0, which, top.double() - right)
    return gap.abs().sum().item() / max(len(labels), 1)


def fit_temperature(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> float:
    """The temperature of least cross-entropy against `target` [n, classes] on a fine grid (Guo et al. 2017)."""
    grid = _temperatures(logits)
    weight = torch.ones(len(logits), device=logits.device) if weight is None else weight
    losses = [-((target * (logits / t).log_softmax(1)).sum(1) * weight).sum() for t in grid]
    return round(grid[torch.stack(losses).argmin()].item(), 3)


def fit_temperature_by_error(logits: Tensor, labels: Tensor) -> float:
    """The temperature of least calibration error against `labels` [n]; it wants thousands of rows. The error jumps as rows pass
    from bin to bin, so each point of the grid counts with its neighbours."""
    grid = _temperatures(logits)
    errors = torch.tensor([calibration_error(logits, labels, t.item()) for t in grid])
    beside = NEIGHBOURS // 2
    smooth = errors.unfold(0, NEIGHBOURS, 1).mean(1)
    return round(grid[smooth.argmin().item() + beside].item(), 3)


def _temperatures(logits: Tensor) -> Tensor:
    return torch.logspace(-0.6, 0.8, 141, device=logits.device)
