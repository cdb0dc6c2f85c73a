"""Faces of FER+ as frames: the picture and jittered copies of it, through the face encoder."""

from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ..corpora.faces import VotedFaces, vote_targets
from ..face.encoder import TO_EMOTIONS, normalise
from .features import FaceFeatures

VIEWS = 8
CHUNK = 2048
TURN_RAD, ZOOM, SHIFT, CONTRAST, LIGHT = 0.17, 0.1, 0.1, 0.25, 0.15


class FaceEncoder(Protocol):
    """Of `face.encoder`, or as served."""

    def features(self, images: Tensor) -> Tensor: ...

    def emotion_logits(self, images: Tensor) -> Tensor: ...


@torch.no_grad()
def face_features(
    faces: VotedFaces, encoder: FaceEncoder, device: torch.device, seed: int, views: int = VIEWS
) -> FaceFeatures:
    """Pictures whose votes name one of the seven emotions; contempt has no place among them."""
    share = vote_targets(faces.votes)[:, TO_EMOTIONS]
    named = share.sum(1) >= 0.5
    share = share[named] / share[named].sum(1, keepdims=True)
    votes = faces.votes[named]
    images = normalise(torch.from_numpy(np.ascontiguousarray(faces.images[named])).to(device))
    generator = torch.Generator(device).manual_seed(seed)
    features, teachers = [], []
    for chunk in images.split(CHUNK):
        frames = [chunk] + [jittered(chunk, generator) for _ in range(views - 1)]
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            answers = [(encoder.features(view), encoder.emotion_logits(view).float().softmax(-1)) for view in frames]
        features.append(torch.stack([own for own, _ in answers], 1).half())
        teachers.append(torch.stack([own for _, own in answers], 1))
    target = torch.from_numpy(share.astype(np.float32)).to(device)
    strict = votes[:, TO_EMOTIONS].max(1) > votes.sum(1) / 2
    return FaceFeatures(
        features=torch.cat(features),
        teacher=torch.cat(teachers),
        target=target,
        label=target.argmax(1),
        clear=torch.from_numpy(strict).to(device),
    )


def jittered(images: Tensor, generator: Generator) -> Tensor:
    """Another frame of the same faces [b, 1, 48, 48]: a small turn, zoom and shift, mirrored or not, other light."""
    size, device = len(images), images.device

    def spread(*shape: int) -> Tensor:
        return 2 * torch.rand(shape, generator=generator, device=device) - 1

    angle, zoom = spread(size) * TURN_RAD, 1 + spread(size) * ZOOM
    mirror = torch.where(spread(size) < 0, -1.0, 1.0)
    affine = torch.zeros(size, 2, 3, device=device)
    affine[:, 0, 0], affine[:, 0, 1] = angle.cos() * zoom * mirror, -angle.sin() * zoom
    affine[:, 1, 0], affine[:, 1, 1] = angle.sin() * zoom * mirror, angle.cos() * zoom
    affine[:, :, 2] = spread(size, 2) * SHIFT
    grid = F.affine_grid(affine, list(images.shape), align_corners=False)
    moved = F.grid_sample(images, grid, padding_mode="border", align_corners=False)
    return (moved * (1 + spread(size, 1, 1, 1) * CONTRAST) + spread(size, 1, 1, 1) * LIGHT).clamp(-1, 1)
