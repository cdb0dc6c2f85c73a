"""All speech on the device as 16-bit samples, and any part of it as a padded batch."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ..corpora.speech import SpeechClips

FULL_SCALE = 32_768


def on_device(values: np.ndarray, device: torch.device) -> Tensor:
    """Sent without waiting for what the device does: CUDA stages pageable memory before the call returns."""
    return torch.from_numpy(np.ascontiguousarray(values)).to(device, non_blocking=True)


class ClipStore:
    """`cut` reads many parts at once, without a copy over the bus."""

    def __init__(self, clips: SpeechClips, device: torch.device) -> None:
        self.device = device
        self.samples = torch.from_numpy(clips.samples).to(device)
        self.starts = clips.starts

    def cut(self, clips: Sequence[int] | np.ndarray, offsets: np.ndarray, lengths: np.ndarray) -> Tensor:
        """Of each clip `lengths` samples from `offsets` on -> float [B, the longest], zeros behind each."""
        longest = int(lengths.max())
        first = on_device(self.starts[clips] + offsets, self.device)
        count = on_device(lengths, self.device)
        place = torch.arange(longest, device=self.device)[None]
        inside = place < count[:, None]
        index = (first[:, None] + place).clamp(max=len(self.samples) - 1)
        return torch.where(inside, self.samples[index].float() / FULL_SCALE, 0.0)
