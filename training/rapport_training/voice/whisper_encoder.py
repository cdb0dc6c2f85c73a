"""Whisper's encoder up to the last layer that carries emotion, frozen, with low-rank adapters and a mix of its layers.

After `openai/whisper` model.py; weights by their CTranslate2 names, as `training/convert/whisper_graphs.py` reads them.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..craft.lora import AdaptedLinear

WIDTH = 512
HEADS = 8
LAYERS = 5
FIRST_MIXED_LAYER = 3
"""Of the means of frozen layers that of 3 to 5 carried the most emotion; the mix starts near it."""
LEAST_SHARE_LOGIT = -3.0

Weights = Mapping[str, Tensor]


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward, normalised before, with residuals."""

    def __init__(self, weights: Weights, name: str, rank: int, alpha: float, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout

        def norm(at: str) -> nn.LayerNorm:
            layer = nn.LayerNorm(WIDTH)
            layer.load_state_dict({"weight": weights[f"{at}/gamma"].float(), "bias": weights[f"{at}/beta"].float()})
            return layer

        def linear(at: str, blocks: int = 1) -> AdaptedLinear:
            return AdaptedLinear(weights[f"{at}/weight"].float(), weights[f"{at}/bias"].float(), rank, alpha, blocks)

        self.attention_norm = norm(f"{name}/self_attention/layer_norm")
        self.query_key_value = linear(f"{name}/self_attention/linear_0", blocks=3)
        self.attention_out = linear(f"{name}/self_attention/linear_1")
        self.feed_forward_norm = norm(f"{name}/ffn/layer_norm")
        self.wider = linear(f"{name}/ffn/linear_0")
        self.narrower = linear(f"{name}/ffn/linear_1")

    def forward(self, x: Tensor, attended: Tensor) -> Tensor:
        """x [B, S, width], attended bool [B, 1, 1, S] -> [B, S, width]"""
        items, states, _ = x.shape
        joined = self.query_key_value(self.attention_norm(x))
        q, k, v = joined.view(items, states, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=attended)
        y = self.attention_out(mixed.transpose(1, 2).reshape(items, states, WIDTH))
        x = x + functional.dropout(y, self.dropout, self.training)
        y = self.narrower(functional.gelu(self.wider(self.feed_forward_norm(x))))
        return x + functional.dropout(y, self.dropout, self.training)


class WhisperEncoder(nn.Module):
    """mel -> emo. Parameters: adapters, layer norms and the shares of the layers; everything else is frozen and is not in
    the state dict."""

    def __init__(self, weights: Weights, rank: int, alpha: float, dropout: float) -> None:
        super().__init__()
        for name in ("conv1", "conv2"):
            for part in ("weight", "bias"):
                self.register_buffer(f"{name}_{part}", weights[f"encoder/{name}/{part}"].float(), persistent=False)
        places = weights["encoder/position_encodings/encodings"].float()
        self.register_buffer("places", places, persistent=False)
        self.layers = nn.ModuleList(
            EncoderLayer(weights, f"encoder/layer_{i}", rank, alpha, dropout) for i in range(LAYERS)
        )
        logits = torch.zeros(LAYERS)
        logits[: FIRST_MIXED_LAYER - 1] = LEAST_SHARE_LOGIT
        self.share_logits = nn.Parameter(logits)

    def shares(self) -> Tensor:
        """[layers], sum 1: what each layer gives to `emo`."""
        return self.share_logits.softmax(0)

    def forward(self, mel: Tensor, frames: Tensor | None = None) -> Tensor:
        """mel [B, 80, T], T even; of an item only its first `frames` [B] count (all when None) -> emo [B, T / 2, width].

        States behind an item's frames are without meaning; those before are the same as of the item alone.
        """
        if frames is None:
            frames = torch.full((len(mel),), mel.shape[2], device=mel.device)
        x = functional.gelu(functional.conv1d(mel, self.conv1_weight, self.conv1_bias, padding=1))
        x = functional.gelu(functional.conv1d(x, self.conv2_weight, self.conv2_bias, stride=2, padding=1))
        x = x.transpose(1, 2)
        x = x + self.places[: x.shape[1]]
        attended = (torch.arange(x.shape[1], device=x.device)[None] < (frames // 2)[:, None])[:, None, None]
        shares = self.shares()
        emo = torch.zeros_like(x)
        for layer, share in zip(self.layers, shares, strict=True):
            x = layer(x, attended)
            emo = emo + share * x
        return emo
