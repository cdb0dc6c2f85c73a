"""Prototypes of the learnt intents over a frozen sentence space, and their scale and out-of-scope threshold from dev rows."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .losses import prototype_loss

STEPS, BATCH, RATE = 400, 1024, 2e-3
OUT_OF_SCOPE_SHARE = 0.12
"""Of a batch."""
SCALES = np.arange(8.0, 61.0, 1.0)
KEPT_IN_SCOPE = 0.99
"""Of dev rows with and without noise."""


@dataclass(frozen=True)
class Prototypes:
    """rows [names + 1, width] of norm 1, the last one out of scope."""

    rows: Tensor
    scale: float

    def probabilities(self, embeddings: Tensor) -> Tensor:
        return (self.scale * embeddings @ self.rows.t()).softmax(-1)


def centroids(embeddings: Tensor, labels: Tensor, count: int) -> Tensor:
    """Mean of each label's rows, [count, width] of norm 1."""
    sums = torch.zeros(count, embeddings.shape[1], device=embeddings.device).index_add_(0, labels, embeddings)
    return F.normalize(sums, dim=-1)


def fit_prototypes(embeddings: Tensor, labels: Tensor, outside: Tensor, names: int, seed: int = 0) -> Prototypes:
    """Starts from centroids and lowers the cross-entropy with a margin; `outside` are embeddings out of scope."""
    generator = torch.Generator(device=embeddings.device).manual_seed(seed)
    start = torch.cat([centroids(embeddings, labels, names), F.normalize(outside.mean(0, keepdim=True), dim=-1)])
    rows, log_scale = nn.Parameter(start), nn.Parameter(torch.tensor(3.0, device=embeddings.device))
    optimiser = torch.optim.Adam([rows, log_scale], lr=RATE)
    few = int(BATCH * OUT_OF_SCOPE_SHARE)
    for taken in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - taken / STEPS)
        inside_at = torch.randint(len(embeddings), (BATCH - few,), device=embeddings.device, generator=generator)
        outside_at = torch.randint(len(outside), (few,), device=embeddings.device, generator=generator)
        both = torch.cat([embeddings[inside_at], outside[outside_at]])
        truth = torch.cat([labels[inside_at], torch.full((few,), names, device=embeddings.device)])
        loss = prototype_loss(both, truth, rows, log_scale)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    return Prototypes(F.normalize(rows.detach(), dim=-1), float(log_scale.detach().exp()))


def calibrated(prototypes: Prototypes, embeddings: Tensor, labels: Tensor) -> Prototypes:
    """The same with the scale of SCALES that gives these rows the least cross-entropy."""
    cosines = embeddings @ prototypes.rows.t()
    losses = [float(F.cross_entropy(float(scale) * cosines, labels)) for scale in SCALES]
    return Prototypes(prototypes.rows, float(SCALES[int(np.argmin(losses))]))


def out_of_scope_threshold(prototypes: Prototypes, inside: Tensor) -> float:
    """The least probability of out of scope, at least .3 and at most .9, that keeps KEPT_IN_SCOPE of `inside`."""
    probability = prototypes.probabilities(inside)[:, -1]
    return float(probability.quantile(KEPT_IN_SCOPE).clamp(0.3, 0.9))


def scope_scores(prototypes: Prototypes, embeddings: Tensor) -> dict[str, np.ndarray]:
    """Scores that are high for what is in scope, by name; which is used is chosen on dev."""
    cosines = embeddings @ prototypes.rows.t()
    inside, outside = cosines[:, :-1], cosines[:, -1]
    scores = {
        "max_cosine": inside.amax(1),
        "max_cosine_less_outside": inside.amax(1) - outside,
        "log_sum": (prototypes.scale * inside).logsumexp(1),
        "log_sum_less_outside": (prototypes.scale * inside).logsumexp(1) - prototypes.scale * outside,
        "max_probability": prototypes.probabilities(embeddings)[:, :-1].amax(1),
    }
    return {name: value.float().cpu().numpy() for name, value in scores.items()}
