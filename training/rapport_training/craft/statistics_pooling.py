"""Statistics pooling (Snyder et al. 2018, x-vectors): how the tokens of a window lie and spread, beside what attention
picks out of them. On a few thousand clips a linear model of these statistics is hard to beat; attention alone did not.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FARTHEST = 8.0
"""Standardised tokens and statistics are clamped here: a stray value must not own the answer."""
LEAST_VARIANCE = 1e-6


class StatisticsPooling(nn.Module):
    """Mean and deviation of the tokens of a row -> a vector of `width`; zeros for a row without tokens."""

    def __init__(self, size: int, width: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(2 * size))
        self.register_buffer("scale", torch.ones(2 * size))
        self.dropout, self.linear = nn.Dropout(dropout), nn.Linear(2 * size, width)

    def standardise(self, statistics: Tensor) -> None:
        """By those of the training rows, [n, 2 x size]."""
        self.mean.copy_(statistics.mean(0))
        self.scale.copy_(1 / statistics.std(0).clamp(min=1e-3))

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """tokens [b, t, size], mask [b, t] of 0 and 1 -> [b, width]"""
        x = ((statistics(tokens, mask) - self.mean) * self.scale).clamp(-FARTHEST, FARTHEST)
        return F.gelu(self.linear(self.dropout(x))) * mask.amax(1, keepdim=True)


def statistics(tokens: Tensor, mask: Tensor) -> Tensor:
    """[b, 2 x size]: mean and deviation of the tokens with mask 1; near 0 where there is none."""
    share = (mask / mask.sum(1, keepdim=True).clamp(min=1))[:, None]
    mean, square = (share @ tokens).squeeze(1), (share @ tokens.square()).squeeze(1)
    return torch.cat([mean, (square - mean.square()).clamp(min=LEAST_VARIANCE).sqrt()], 1)
