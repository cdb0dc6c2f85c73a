"""What video does to a face before it is cut to 48x48: blur, few pixels, JPEG blocks, noise. Grey [B, 1, H, W] in 0..1.

Each takes the strength of every picture, [B], and runs over the whole batch; the training draws the strengths, the
evaluation sets them.
"""

import math
from functools import cache

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

BLOCK = 8
LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""Quantisation of luminance at quality 50, ITU-T T.81 table K.1."""


def blur(images: Tensor, sigma_px: Tensor) -> Tensor:
    """Gaussian, as two products with a matrix a picture: at the border the weights inside count."""
    at = torch.arange(images.shape[-1], device=images.device, dtype=images.dtype)
    squared = (at[:, None] - at[None]) ** 2
    kernel = torch.exp(-squared / (2 * sigma_px.clamp(min=0.05).view(-1, 1, 1) ** 2))
    kernel = (kernel / kernel.sum(-1, keepdim=True))[:, None]
    return kernel @ images @ kernel.transpose(-1, -2)


def shrink(images: Tensor, side_px: int) -> Tensor:
    """As if the face had only `side_px` pixels a side: shrunk with a proper low-pass, then enlarged again."""
    small = F.interpolate(images, size=(side_px, side_px), mode="bilinear", antialias=True)
    return F.interpolate(small, size=images.shape[-2:], mode="bilinear")


def jpeg(images: Tensor, quality: Tensor) -> Tensor:
    """The blocks and rounding of JPEG at `quality` (1..99, as libjpeg scales its table); sides divide by 8."""
    batch, _, height, width = images.shape
    rows = torch.arange(BLOCK, device=images.device, dtype=images.dtype)
    cosines = torch.cos(math.pi / BLOCK * (rows[None] + 0.5) * rows[:, None]) * math.sqrt(2 / BLOCK)
    cosines[0] /= math.sqrt(2)
    scale = torch.where(quality < 50, 50 / quality, 2 - quality / 50)
    steps = (_luminance(images.device) * scale.view(-1, 1, 1)).round().clamp(1, 255).view(batch, 1, 1, BLOCK, BLOCK)
    blocks = (images * 255 - 128).view(batch, height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(2, 3)
    coefficients = cosines @ blocks @ cosines.T
    blocks = cosines.T @ ((coefficients / steps).round() * steps) @ cosines
    return ((blocks.transpose(2, 3).reshape(images.shape) + 128) / 255).clamp(0, 1)


@cache
def _luminance(device: torch.device) -> Tensor:
    """Kept on the device: copied anew, it would make the host wait at every batch."""
    return torch.tensor(LUMINANCE, device=device, dtype=torch.float32)


def noise(images: Tensor, deviation: Tensor, generator: Generator) -> Tensor:
    """White noise of a sensor; `deviation` of the full range."""
    white = torch.randn(images.shape, generator=generator, device=images.device)
    return (images + deviation.view(-1, 1, 1, 1) * white).clamp(0, 1)


def cover_half(images: Tensor, side: Tensor, grey: Tensor) -> Tensor:
    """A hand, a mask, the edge of the picture: the left, right, upper or lower half (`side` 0..3; others leave the
    picture alone) in one `grey` [B]."""
    height, width = images.shape[-2:]
    row = torch.arange(height, device=images.device).view(1, 1, -1, 1)
    column = torch.arange(width, device=images.device).view(1, 1, 1, -1)
    s = side.view(-1, 1, 1, 1)
    covered = ((s == 0) & (column < width // 2)) | ((s == 1) & (column >= width // 2))
    covered = covered | ((s == 2) & (row < height // 2)) | ((s == 3) & (row >= height // 2))
    return torch.where(covered, grey.view(-1, 1, 1, 1), images)
