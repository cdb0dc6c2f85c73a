"""Loss weights that balance the modalities: what has learnt least gets most weight.

The easy modality otherwise wins the race and the others stop learning (Wang et al. 2020; Peng et al. 2022). The measure
is the divergence from the target, which has the floor 0 for every modality, whatever the noise of its labels."""

from collections.abc import Mapping

import torch
from torch import Tensor


class ModalityBalance:
    """Weights [modalities] of mean 1 over a moving mean of each modality's divergence. `strength` 0 gives equal weights."""

    def __init__(self, modalities: int, device: torch.device, strength: float = 0.5, decay: float = 0.98) -> None:
        self.strength, self.decay = strength, decay
        self.moving = torch.ones(modalities, device=device)

    @torch.no_grad()
    def update(self, divergence: Tensor, seen: Tensor) -> Tensor:
        """divergence [modalities] mean over this batch, seen [modalities] rows behind it (0: keeps the old mean)."""
        moved = self.moving * self.decay + divergence.clamp(min=1e-4) * (1 - self.decay)
        self.moving = torch.where(seen > 0, moved, self.moving)
        return self.weights()

    def state_dict(self) -> dict[str, Tensor]:
        return {"moving": self.moving}

    def load_state_dict(self, state_dict: Mapping[str, Tensor]) -> None:
        self.moving = state_dict["moving"].to(self.moving.device)

    def weights(self) -> Tensor:
        raw = self.moving**self.strength
        return raw / raw.mean()
