"""Ridge regression to classes, solved and not trained: what a linear classifier makes of features."""

import torch
import torch.nn.functional as F
from torch import Tensor


def ridge(given: Tensor, labels: Tensor, asked: Tensor, classes: int, strength: float) -> Tensor:
    """given [n, width], labels [n], asked [m, width] -> scores [m, classes]. In the dual: mostly n is below the width."""
    hot = F.one_hot(labels, classes).to(given) * 2 - 1
    middle, mean = given.mean(0), hot.mean(0)
    inside = given - middle
    kernel = inside @ inside.T + strength * torch.eye(len(inside), dtype=given.dtype, device=given.device)
    return (asked - middle) @ inside.T @ torch.linalg.solve(kernel, hot - mean) + mean


def standardised(given: Tensor, held: Tensor, least: float = 1e-6) -> Tensor:
    """By mean and deviation of the rows that are not held out; `least`: of a deviation."""
    trained = given[~held]
    return (given - trained.mean(0)) / trained.std(0).clamp(min=least)
