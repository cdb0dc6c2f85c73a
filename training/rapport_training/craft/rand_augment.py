"""RandAugment (Cubuk et al. 2019) for batches of grey pictures on the device: each picture gets its own operations.

Every operation runs over the whole batch and is kept where it was drawn: no picture waits for the host. Geometric
operations are collected in one matrix a picture, so that it is sampled once and not blurred by each.
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

GEOMETRIC = ("rotate", "shear_x", "shear_y", "shift_x", "shift_y", "zoom")
TONAL = ("identity", "brightness", "contrast", "gamma", "autocontrast", "posterise", "sharpness")
LEVELS = 256


@dataclass(frozen=True)
class RandAugment:
    picks: int = 2
    """Operations a picture."""
    magnitude: float = 0.5
    """Greatest strength, 0..1 of the widest range of an operation; drawn evenly for each picture and pick."""

    def __call__(self, images: Tensor, generator: Generator, framing: Tensor | None = None) -> Tensor:
        """Images [B, 1, H, W] in 0..1 to the same; `framing` [B, 3, 3] is sampled along with the geometric picks."""
        batch, device = len(images), images.device
        matrix = torch.eye(3, device=device).expand(batch, 3, 3) if framing is None else framing
        choices = torch.randint(len(GEOMETRIC) + len(TONAL), (self.picks, batch), generator=generator, device=device)
        strengths = uniform((self.picks, batch), generator, device) * self.magnitude
        for choice, strength in zip(choices, strengths, strict=True):
            matrix = matrix @ geometric_matrices(choice, strength)
        images = warp(images, matrix)
        for choice, strength in zip(choices, strengths, strict=True):
            images = tonal(images, choice - len(GEOMETRIC), strength)
        return images


def uniform(shape: tuple[int, ...], generator: Generator, device: torch.device) -> Tensor:
    """Even in -1..1."""
    return torch.rand(shape, generator=generator, device=device) * 2 - 1


def affine_matrices(
    angle: Tensor, shear_x: Tensor, shear_y: Tensor, shift_x: Tensor, shift_y: Tensor, zoom: Tensor
) -> Tensor:
    """[B, 3, 3] from six [B]: radians, shears, shifts in half sides, and the factor by which the sampled square grows."""
    cos, sin, zero, one = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    rotation = torch.stack([cos, -sin, zero, sin, cos, zero, zero, zero, one], -1).view(-1, 3, 3)
    rest = torch.stack([zoom, shear_x, shift_x, shear_y, zoom, shift_y, zero, zero, one], -1).view(-1, 3, 3)
    return rotation @ rest


def geometric_matrices(choice: Tensor, strength: Tensor) -> Tensor:
    """The matrix of the drawn operation, [B, 3, 3]; the identity where it is a tonal one."""
    drawn = [torch.where(choice == i, strength, torch.zeros_like(strength)) for i in range(len(GEOMETRIC))]
    rotate, shear_x, shear_y, shift_x, shift_y, zoom = drawn
    return affine_matrices(
        rotate * math.radians(40), shear_x * 0.4, shear_y * 0.4, shift_x * 0.4, shift_y * 0.4, 1 + zoom * 0.4
    )


def warp(images: Tensor, matrices: Tensor) -> Tensor:
    """Bilinear, the border repeated, as the service cuts faces."""
    grid = F.affine_grid(matrices[:, :2], list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)


def tonal(images: Tensor, choice: Tensor, strength: Tensor) -> Tensor:
    """The drawn tonal operation; unchanged where `choice` [B] is none of them. Stays in 0..1."""
    s = strength.view(-1, 1, 1, 1)
    low, high = images.amin((1, 2, 3), keepdim=True), images.amax((1, 2, 3), keepdim=True)
    mean = images.mean((1, 2, 3), keepdim=True)
    levels = (LEVELS ** (1 - 0.8 * s.abs())).round()
    smooth = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, 1)
    results = {
        "brightness": images + 0.6 * s,
        "contrast": mean + (images - mean) * (1 + 0.9 * s),
        "gamma": images.clamp(min=1e-4) ** torch.exp2(1.5 * s),
        "autocontrast": (images - low) / (high - low).clamp(min=1 / LEVELS),
        "posterise": (images * levels).floor() / levels,
        "sharpness": images + 2 * s * (images - smooth),
    }
    for name, result in results.items():
        images = torch.where((choice == TONAL.index(name)).view(-1, 1, 1, 1), result, images)
    return images.clamp(0, 1)
