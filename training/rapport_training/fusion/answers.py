"""Answers of a trained network for any subset of modalities, in chunks."""

from collections.abc import Mapping
from itertools import combinations

import torch
from torch import Tensor

from .features import MAX_FACE_TOKENS, FaceFeatures, ServiceFeatures, TextFeatures, VoiceFeatures
from .network import FusionNet

CHUNK = 2048

Tokens = Mapping[str, tuple[Tensor, Tensor]]
"""NAME -> tokens [n, t, width], mask [n, t]; a modality that is not named is missing."""


def subsets_of(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The non-empty subsets, smaller ones first."""
    return [subset for size in range(1, len(names) + 1) for subset in combinations(names, size)]


def subset_key(subset: tuple[str, ...]) -> str:
    """How manifests name a subset: `voice+face`."""
    return "+".join(subset)


@torch.no_grad()
def logits_of(net: FusionNet, given: Tokens) -> Tensor:
    """[n, classes]"""
    return torch.cat([net(tokens, masks).logits for tokens, masks in _chunks(net, given)])


@torch.no_grad()
def joint_of(net: FusionNet, given: Tokens) -> tuple[Tensor, Tensor]:
    """Joint embedding [n, embedding] and fused vector [n, width]."""
    outputs = [net(tokens, masks) for tokens, masks in _chunks(net, given)]
    return torch.cat([o.embedding for o in outputs]), torch.cat([o.joint for o in outputs])


def _chunks(net: FusionNet, given: Tokens):
    count = len(next(iter(given.values()))[0])
    for start in range(0, count, CHUNK):
        tokens, masks = {}, {}
        for name in net.names:
            if name in given:
                tokens[name], masks[name] = (part[start : start + CHUNK].float() for part in given[name])
            else:
                size, device = min(CHUNK, count - start), net.position.device
                tokens[name] = torch.zeros(size, 1, net.widths[name], device=device)
                masks[name] = torch.zeros(size, 1, device=device)
        yield tokens, masks


def voice_tokens(voice: VoiceFeatures, rows: Tensor) -> tuple[Tensor, Tensor]:
    return voice.tokens[rows], voice.mask(rows)


def one_frame(face: FaceFeatures) -> tuple[Tensor, Tensor]:
    """The picture itself as the only frame."""
    tokens = face.features[:, :1]
    return tokens, torch.ones(tokens.shape[:2], device=tokens.device)


def all_frames(face: FaceFeatures) -> tuple[Tensor, Tensor]:
    """Several jittered frames of each picture."""
    tokens = face.features[:, :MAX_FACE_TOKENS]
    return tokens, torch.ones(tokens.shape[:2], device=tokens.device)


def text_tokens(text: TextFeatures | ServiceFeatures, rows: Tensor) -> tuple[Tensor, Tensor]:
    return text.tokens[rows], text.mask(rows)
