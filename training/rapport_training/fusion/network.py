"""The fusion network: token sequences of any modalities -> emotion logits and one joint embedding.

Every modality may be missing: its mask is then all zero (never zeros with mask 1). All normalisation is inside the graph,
so that raw encoder outputs are fed. The served one has voice, face and text; research runs give other widths and classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..craft.cross_attention import MASKED
from ..craft.fusion_block import FusionBlock
from ..craft.gated_fusion import GatedFusion
from ..craft.statistics_pooling import FARTHEST, StatisticsPooling, statistics
from .config import FusionConfig

MAX_TOKENS = 128
"""Longest sequence of one modality."""
ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class FusionOutput:
    logits: Tensor
    """[b, classes]"""
    embedding: Tensor
    """[b, embedding], L2 norm 1"""
    alone: Tensor
    """[b, modalities, classes]: each modality's pooled vector through its own head; training only."""
    projected: Tensor
    """[b, modalities, embedding]: each modality in the joint space before it has seen the others; training only."""
    present: Tensor
    """[b, modalities] of 0 and 1"""
    joint: Tensor
    """[b, width]: the fused vector"""


class FusionNet(nn.Module):
    """`widths`: token width by modality, in the order of all tensors that have a modality axis."""

    def __init__(self, widths: Mapping[str, int], classes: int = 7, config: FusionConfig | None = None) -> None:
        super().__init__()
        config = config or FusionConfig()
        width, count = config.width, len(widths)
        self.names, self.heads, self.classes = tuple(widths), config.heads, classes
        self.widths, self.config = dict(widths), config
        for name, size in widths.items():
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_scale", torch.ones(size))
        self.project = nn.ModuleDict(
            {
                name: nn.Sequential(nn.LayerNorm(size), nn.Dropout(config.dropout), nn.Linear(size, width))
                for name, size in widths.items()
            }
        )
        self.modality = nn.Parameter(torch.randn(count, width) * 0.02)
        self.register_buffer("position", sinusoids(MAX_TOKENS, width), persistent=False)
        self.blocks = nn.ModuleList(
            FusionBlock(width, config.heads, config.dropout, config.cross_attention) for _ in range(config.blocks)
        )
        self.pool = nn.Linear(width, count * config.heads)
        self.statistics = nn.ModuleDict(
            {
                name: StatisticsPooling(widths[name], width, config.statistics_dropout)
                for name in config.statistics.split(",")
                if name in widths
            }
        )
        self.fuse = GatedFusion(width, count, config.gated_fusion)
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(config.dropout)
        self.emotion, self.embedding = nn.Linear(width, classes), nn.Linear(width, config.embedding)
        self.alone = nn.ModuleList(nn.Linear(width, classes) for _ in range(count))

    def standardise(self, name: str, mean: Tensor, deviation: Tensor) -> None:
        """Sets the mean and deviation of a modality's tokens, each [its width]."""
        getattr(self, f"{name}_mean").copy_(mean)
        getattr(self, f"{name}_scale").copy_(1 / deviation.clamp(min=1e-3))

    @torch.no_grad()
    def standardise_statistics(self, name: str, tokens: Tensor, mask: Tensor) -> None:
        """By training rows of a modality of `statistics`, once its tokens are standardised: [n, t, its width], [n, t]."""
        parts = zip(tokens.split(ROWS_AT_ONCE), mask.split(ROWS_AT_ONCE), strict=True)
        found = [statistics(self._standardised(name, part.float(), seen), seen) for part, seen in parts]
        self.statistics[name].standardise(torch.cat(found))

    def forward(self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> FusionOutput:
        """tokens NAME [b, t, width], masks NAME [b, t] of 0 and 1."""
        given = {name: self._standardised(name, tokens[name], masks[name]) for name in self.names}
        x = torch.cat([self._projected(name, i, given[name]) for i, name in enumerate(self.names)], 1)
        seen = torch.cat([masks[name] for name in self.names], 1)
        which = torch.cat([torch.full_like(masks[name][:1], float(i)) for i, name in enumerate(self.names)], 1)
        same = (which[:, :, None] == which[:, None, :]).to(x.dtype)
        before = x
        for block in self.blocks:
            x = block(x, same * seen[:, None], (1 - same) * seen[:, None])

        present = torch.stack([masks[name].amax(1) for name in self.names], 1)
        order = torch.arange(len(self.names), device=x.device, dtype=x.dtype)
        member = (which[:, None] == order[:, None]).to(x.dtype) * seen[:, None]  # [b, modalities, t]
        pooled = self._pooled(x, member) + self._pooled_statistics(given, masks)
        joint = self.norm(self.fuse(pooled, present))
        dropped = self.dropout(pooled)
        return FusionOutput(
            logits=self.emotion(self.dropout(joint)),
            embedding=F.normalize(self.embedding(joint), dim=-1),
            alone=torch.stack([head(dropped[:, i]) for i, head in enumerate(self.alone)], 1),
            projected=self.embedding(self.norm(self._pooled(before, member))),
            present=present,
            joint=joint,
        )

    def _standardised(self, name: str, x: Tensor, mask: Tensor) -> Tensor:
        x = torch.where(mask[..., None] > 0, x, torch.zeros_like(x))  # whatever stands in the padding
        return ((x - getattr(self, f"{name}_mean")) * getattr(self, f"{name}_scale")).clamp(-FARTHEST, FARTHEST)

    def _projected(self, name: str, index: int, x: Tensor) -> Tensor:
        return self.project[name](x) + self.modality[index] + self.position[: x.shape[1]]

    def _pooled_statistics(self, given: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> Tensor:
        """[b, modalities, width], zeros for a modality without."""
        none = torch.zeros_like(masks[self.names[0]][:, :1]).expand(-1, self.config.width)
        return torch.stack(
            [
                self.statistics[name](given[name], masks[name]) if name in self.statistics else none
                for name in self.names
            ],
            1,
        )

    def _pooled(self, x: Tensor, member: Tensor) -> Tensor:
        """Attention pooling of each modality over its own tokens: x [b, t, width] -> [b, modalities, width]."""
        scores = self.pool(x).unflatten(-1, (len(self.names), self.heads)).permute(0, 2, 3, 1)
        weights = (scores + (1 - member[:, :, None]) * MASKED).softmax(-1)  # [b, modalities, heads, t]
        parts = x.unflatten(-1, (self.heads, -1)).transpose(1, 2)[:, None]  # [b, 1, heads, t, width / heads]
        return (weights[..., None, :] @ parts).squeeze(-2).flatten(2)


class ServedFusion(nn.Module):
    """The graph that is exported: NAME and NAME_mask of every modality in, logits and joint embedding out."""

    def __init__(self, net: FusionNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        names = self.net.names
        output = self.net(dict(zip(names, inputs[::2], strict=True)), dict(zip(names, inputs[1::2], strict=True)))
        return output.logits, output.embedding


def sinusoids(count: int, width: int) -> Tensor:
    """[count, width], small beside the tokens (Vaswani et al. 2017)."""
    angle = torch.arange(count)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.cat([angle.sin(), angle.cos()], 1) * 0.1


def served_parameters(net: FusionNet, training_only: Sequence[str] = ("alone.",)) -> int:
    return sum(p.numel() for name, p in net.named_parameters() if not name.startswith(tuple(training_only)))
