"""MixUp (Zhang et al. 2018) and CutMix (Yun et al. 2019): pictures blended or pasted in pairs, targets with them."""

import numpy as np
import torch
from torch import Generator, Tensor


def mixup(
    images: Tensor, targets: Tensor, alpha: float, rng: np.random.Generator, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Images [B, ...], targets [B, C] (distributions): each blended with another of the batch by its own share,
    drawn from Beta(alpha, alpha). The larger share stays with the picture itself."""
    share = rng.beta(alpha, alpha, len(images)).astype(np.float32)
    # a copy that would wait for the device would stop the host at every batch
    kept = torch.from_numpy(np.maximum(share, 1 - share)).to(images.device, non_blocking=True)
    partner = torch.randperm(len(images), generator=generator, device=images.device)
    of_image = kept.view(-1, *[1] * (images.dim() - 1))
    mixed = of_image * images + (1 - of_image) * images[partner]
    return mixed, kept[:, None] * targets + (1 - kept[:, None]) * targets[partner]


def cutmix(
    images: Tensor, targets: Tensor, alpha: float, rng: np.random.Generator, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Images [B, C, H, W]: one rectangle of the batch is taken from another picture, targets by its area."""
    height, width = images.shape[-2:]
    part = float(np.sqrt(1 - max(share := rng.beta(alpha, alpha), 1 - share)))
    rows, columns = round(height * part), round(width * part)
    top, left = rng.integers(height - rows + 1), rng.integers(width - columns + 1)
    partner = torch.randperm(len(images), generator=generator, device=images.device)
    pasted = images.clone()
    inside = (..., slice(top, top + rows), slice(left, left + columns))
    pasted[inside] = images[partner][inside]
    taken = rows * columns / (height * width)
    return pasted, (1 - taken) * targets + taken * targets[partner]
