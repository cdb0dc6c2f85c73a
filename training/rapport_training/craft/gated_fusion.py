"""Gated fusion: how much of each modality enters the joint vector, decided by the content (after Arevalo et al. 2017).

A gate is no importance: it may be large for a modality that changes nothing. Contribution is measured by occlusion.
"""

import torch
from torch import Tensor, nn

from .cross_attention import MASKED


class GatedFusion(nn.Module):
    """Weighted sum over the modalities that are present; `gated=False` takes their plain mean."""

    def __init__(self, width: int, modalities: int, gated: bool = True, hidden: int = 64) -> None:
        super().__init__()
        self.register_buffer("which", torch.eye(modalities), persistent=False)
        inner = nn.Linear(width + modalities, hidden)
        self.gate = nn.Sequential(inner, nn.GELU(), nn.Linear(hidden, 1)) if gated else None

    def forward(self, pooled: Tensor, present: Tensor) -> Tensor:
        """pooled [b, modalities, width], present [b, modalities] of 0 and 1 -> [b, width]; zeros when none is there."""
        return (pooled * self.weights(pooled, present)[..., None]).sum(1)

    def weights(self, pooled: Tensor, present: Tensor) -> Tensor:
        """[b, modalities], summing to 1 over the present ones."""
        if self.gate is None:
            return present / present.sum(1, keepdim=True).clamp(min=1)
        which = self.which.expand(pooled.shape[0], -1, -1)
        scores = self.gate(torch.cat([pooled, which], -1)).squeeze(-1) + (1 - present) * MASKED
        return scores.softmax(-1) * present.amax(1, keepdim=True)
