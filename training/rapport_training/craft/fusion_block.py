"""The block of the fusion network: self-attention, cross-attention and feed-forward, each with a residual."""

from torch import Tensor, nn

from .cross_attention import Attention, CrossAttention


class FusionBlock(nn.Module):
    """All modalities stand in one sequence and share the weights; two masks tell own tokens from those of the others.
    Pre-norm (Xiong et al. 2020). `cross=False` leaves the modalities apart until they are pooled."""

    def __init__(self, width: int, heads: int, dropout: float, cross: bool = True) -> None:
        super().__init__()
        self.within_norm, self.within = nn.LayerNorm(width), Attention(width, heads)
        self.across_norm = nn.LayerNorm(width) if cross else None
        self.across = CrossAttention(width, heads) if cross else None
        self.feed_norm = nn.LayerNorm(width)
        self.feed = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, own: Tensor, others: Tensor) -> Tensor:
        """x [b, t, width]; own, others [b, t, t]: 1 where a token may see another of its own or of another modality."""
        y = self.within_norm(x)
        x = x + self.dropout(self.within(y, y, own))
        if self.across is not None and self.across_norm is not None:
            y = self.across_norm(x)
            x = x + self.dropout(self.across(y, y, others))
        return x + self.dropout(self.feed(self.feed_norm(x)))
