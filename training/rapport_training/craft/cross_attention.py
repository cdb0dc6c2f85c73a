"""Attention written out by hand, so that it exports to plain ONNX operators of dynamic length (Vaswani et al. 2017)."""

import torch
from torch import Tensor, nn

MASKED = -1e4
"""Added to the score of what must not be seen. Finite on purpose: a row that may see nothing stays without NaN."""


class Attention(nn.Module):
    """Multi-head attention of `x` to `context`; self-attention when both are the same."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is no multiple of {heads} heads")
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, context: Tensor, allowed: Tensor) -> Tensor:
        """x [b, tq, width], context [b, tk, width], allowed [b, tq, tk] of 0 and 1 -> [b, tq, width]."""
        key, value = self.key_value(context).chunk(2, -1)
        query, key, value = (self._split(part) for part in (self.query(x), key, value))
        scores = query @ key.transpose(-1, -2) * self.scale + (1 - allowed[:, None]) * MASKED
        mixed = scores.softmax(-1) @ value
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class CrossAttention(Attention):
    """Attention to the tokens of the other modalities and to one learned null token, where attention can rest when the
    others are missing or say nothing."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads)
        self.null = nn.Parameter(torch.zeros(1, 1, width))

    def forward(self, x: Tensor, context: Tensor, allowed: Tensor) -> Tensor:
        null = self.null.expand(x.shape[0], -1, -1)
        seen = torch.cat([torch.ones_like(allowed[..., :1]), allowed], -1)
        return super().forward(x, torch.cat([null, context], 1), seen)
