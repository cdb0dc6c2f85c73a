"""Emotion of a window from its voice tokens: attentive statistics pooling, after Okabe et al. (2018), with four heads."""

import torch
from torch import Tensor, nn
from torch.nn import functional

HIDDEN = 192
POOL_HEADS = 4
KERNEL_TOKENS = 3


class EmotionHead(nn.Module):
    """tokens [B, n, width], mask bool [B, n] -> logits [B, labels]. A window without any token gets the bias alone."""

    def __init__(self, width: int, labels: int, dropout: float) -> None:
        super().__init__()
        self.enter = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, HIDDEN), nn.GELU(), nn.Dropout(dropout))
        self.neighbours = nn.Conv1d(HIDDEN, HIDDEN, KERNEL_TOKENS, padding=KERNEL_TOKENS // 2, groups=POOL_HEADS)
        self.attention = nn.Linear(HIDDEN, POOL_HEADS)
        self.leave = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * HIDDEN, labels))

    def pool(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """[B, 2 x hidden]: weighted mean and deviation, each head over its own quarter of the width."""
        z = self.enter(tokens) * mask[..., None]
        z = z + functional.gelu(self.neighbours(z.transpose(1, 2)).transpose(1, 2))
        share = self.attention(z).float().masked_fill(~mask[..., None], -1e4).softmax(1)[..., None]
        z = z.float().view(*z.shape[:2], POOL_HEADS, -1)
        mean = (z * share).sum(1)
        deviation = ((z - mean[:, None]).square() * share).sum(1).clamp_min(1e-5).sqrt()
        return torch.cat([mean.flatten(1), deviation.flatten(1)], 1) * mask.any(1, keepdim=True)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.leave(self.pool(tokens, mask))
