"""BERT (MiniLM) and MPNet as plain PyTorch: one layer, two kinds of embeddings. Post-norm, GELU by the error function.

Masks are float [B, T], 1 = a token. Attention gets an additive bias [B or 1, heads or 1, T, T]: padding for both, and the
bucketed distances of MPNet (Song et al. 2020, after T5) besides.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MASKED_BIAS = -1e4
"""Finite, so that a row without any token gives numbers."""


@dataclass(frozen=True)
class Shape:
    """Size of a transformer; the names and offsets by which BERT and MPNet differ."""

    width: int
    inner: int
    layers: int
    heads: int
    norm_eps: float
    first_position: int
    """MPNet counts positions from 2, BERT from 0."""
    distance_buckets: int
    """0: no relative distances (BERT)."""
    words: int = 30522
    positions: int = 512


MINILM = Shape(width=384, inner=1536, layers=6, heads=12, norm_eps=1e-12, first_position=0, distance_buckets=0)
MPNET = Shape(
    width=768, inner=3072, layers=12, heads=12, norm_eps=1e-5, first_position=2, distance_buckets=32, positions=514
)


class Layer(nn.Module):
    """Self-attention and feed-forward, each with its residual and its norm behind it."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        width = shape.width
        self.heads, self.dropout = shape.heads, dropout
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.attention_norm = nn.LayerNorm(width, eps=shape.norm_eps)
        self.rise, self.fall = nn.Linear(width, shape.inner), nn.Linear(shape.inner, width)
        self.norm = nn.LayerNorm(width, eps=shape.norm_eps)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """[B, T, width] -> [B, T, width]."""
        batch, length, width = x.shape
        q, k, v = (
            part(x).view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        dropout = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(q, k, v, bias.to(q.dtype), dropout)
        mixed = self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        x = self.attention_norm(x + F.dropout(mixed, dropout, self.training))
        return self.norm(x + F.dropout(self.fall(F.gelu(self.rise(x))), dropout, self.training))


class Embeddings(nn.Module):
    """Words and places. Word rows stay in the order of BERT's vocabulary for both kinds, so one tokenizer serves both."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        self.first_position, self.dropout = shape.first_position, dropout
        self.words = nn.Embedding(shape.words, shape.width)
        self.positions = nn.Embedding(shape.positions, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=shape.norm_eps)

    def forward(self, ids: Tensor) -> Tensor:
        """int64 [B, T] -> [B, T, width]."""
        places = self.positions.weight[self.first_position : self.first_position + ids.shape[1]]
        return F.dropout(self.norm(self.words(ids) + places), self.dropout, self.training)


class Transformer(nn.Module):
    """Embeddings and layers; `forward` gives the states of the last layer."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        self.embeddings = Embeddings(shape, dropout)
        self.layers = nn.ModuleList([Layer(shape, dropout) for _ in range(shape.layers)])
        self.distances = nn.Embedding(shape.distance_buckets, shape.heads) if shape.distance_buckets else None

    def attention_bias(self, mask: Tensor) -> Tensor:
        """float [B, T] -> [B, 1, 1, T], or [B, heads, T, T] with distances."""
        bias = (1.0 - mask)[:, None, None, :] * MASKED_BIAS
        if self.distances is None:
            return bias
        buckets = distance_buckets(mask.shape[1], self.shape.distance_buckets, mask.device)
        # distances are not trained: a bias that needs no gradient keeps attention on its fast path
        return bias + self.distances(buckets).detach().permute(2, 0, 1)[None]

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        bias = self.attention_bias(mask)
        x = self.embeddings(ids)
        for layer in self.layers:
            x = layer(x, bias)
        return x


def distance_buckets(length: int, buckets: int, device: torch.device) -> Tensor:
    """[T, T] bucket of query place (row) minus key place: exact near by, logarithmic up to 128, one half for each direction."""
    places = torch.arange(length, device=device)
    distance = places[:, None] - places[None, :]
    half, exact = buckets // 2, buckets // 4
    ahead = (distance < 0).long() * half
    distance = distance.abs()
    far = exact + (torch.log(distance.clamp(min=1).float() / exact) / math.log(128 / exact) * (half - exact)).long()
    return ahead + torch.where(distance < exact, distance, far.clamp(max=half - 1))


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """[B, T, width], [B, T] -> [B, width], the mean over the tokens."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1)
