"""Training pictures: uint8 faces to what the network sees, all of it on the device and drawn for each picture alone."""

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Generator, Tensor

from rapport_training.craft.mixup import cutmix, mixup
from rapport_training.craft.rand_augment import RandAugment, affine_matrices, uniform
from rapport_training.face import degrade


@dataclass(frozen=True)
class FaceAugment:
    """Chances are of one picture, unless said otherwise."""

    rand_augment: RandAugment = field(default_factory=RandAugment)
    turn_degrees: float = 12.0
    """Framing as the service may get it wrong: turn, shift (of the side) and zoom, each drawn evenly up to this."""
    shift: float = 0.06
    zoom: float = 0.14
    brightness: float = 0.12
    contrast: float = 0.25
    blur_chance: float = 0.15
    shrink_chance: float = 0.12
    jpeg_chance: float = 0.15
    noise_chance: float = 0.12
    erase_chance: float = 0.3
    half_chance: float = 0.05
    mixup_chance: float = 0.35
    """Of a batch; so is cutmix_chance. A batch gets one of them or neither."""
    cutmix_chance: float = 0.2
    mixup_alpha: float = 0.3

    def pictures(self, faces: Tensor, rng: np.random.Generator, generator: Generator) -> Tensor:
        """uint8 [B, 48, 48] -> [B, 1, 48, 48] in -1..1."""
        images = faces[:, None].float() / 255
        images = self.rand_augment(images, generator, self._framing(len(images), generator, images.device))
        light = uniform((2, len(images), 1, 1, 1), generator, images.device)
        images = (0.5 + (images - 0.5) * (1 + self.contrast * light[0]) + self.brightness * light[1]).clamp(0, 1)
        return self._cover(self._degrade(images, rng, generator), generator) * 2 - 1

    def blend(
        self, images: Tensor, targets: Tensor, rng: np.random.Generator, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        """MixUp, CutMix or neither."""
        draw = rng.random()
        if draw < self.mixup_chance:
            return mixup(images, targets, self.mixup_alpha, rng, generator)
        if draw < self.mixup_chance + self.cutmix_chance:
            return cutmix(images, targets, 1.0, rng, generator)
        return images, targets

    def _framing(self, batch: int, generator: Generator, device: torch.device) -> Tensor:
        turn, shift_x, shift_y, zoom = uniform((4, batch), generator, device)
        none = torch.zeros_like(turn)
        matrices = affine_matrices(
            turn * math.radians(self.turn_degrees),
            none,
            none,
            shift_x * 2 * self.shift,
            shift_y * 2 * self.shift,
            1 + zoom * self.zoom,
        )
        mirrored = torch.where(torch.rand(batch, generator=generator, device=device) < 0.5, -1.0, 1.0)
        matrices[:, :, 0] *= mirrored[:, None]
        return matrices

    def _degrade(self, images: Tensor, rng: np.random.Generator, generator: Generator) -> Tensor:
        batch, device = len(images), images.device

        def some(changed: Tensor, chance: float) -> Tensor:
            drawn = torch.rand((batch, 1, 1, 1), generator=generator, device=device) < chance
            return torch.where(drawn, changed, images)

        strength = torch.rand((3, batch), generator=generator, device=device)
        images = some(degrade.blur(images, 0.4 + 1.0 * strength[0]), self.blur_chance)
        images = some(degrade.shrink(images, int(rng.integers(20, 41))), self.shrink_chance)
        images = some(degrade.noise(images, 0.05 * strength[1], generator), self.noise_chance)
        return some(degrade.jpeg(images, 15 + 60 * strength[2]), self.jpeg_chance)

    def _cover(self, images: Tensor, generator: Generator) -> Tensor:
        """One rectangle of 8 to 22 pixels a side, or rarely half of the face, in one grey."""
        batch, device, side = len(images), images.device, images.shape[-1]
        draw = torch.rand((6, batch, 1, 1, 1), generator=generator, device=device)
        height, width = 8 + 14 * draw[0], 8 + 14 * draw[1]
        row = torch.arange(side, device=device).view(1, 1, -1, 1) - draw[2] * (side - height)
        column = torch.arange(side, device=device).view(1, 1, 1, -1) - draw[3] * (side - width)
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width) & (draw[4] < self.erase_chance)
        images = torch.where(inside, draw[5], images)
        which = torch.rand(batch, generator=generator, device=device) / self.half_chance
        return degrade.cover_half(images, (which * 4).long(), draw[5].flatten())
