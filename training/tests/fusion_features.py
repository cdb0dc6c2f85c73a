"""Small learnable features for the tests of fusion: every class has a direction of its own in every modality."""

import torch

from rapport_training.fusion.features import FaceFeatures, Features, ServiceFeatures, TextFeatures, VoiceFeatures

CLASSES = 7


def directions(width: int, seed: int) -> torch.Tensor:
    return torch.randn(CLASSES, width, generator=torch.Generator().manual_seed(seed))


def tokens_of(label: torch.Tensor, count: int, width: int, seed: int, noise: float = 1.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed + 100)
    return directions(width, seed)[label][:, None] + noise * torch.randn(len(label), count, width, generator=generator)


def answers_of(label: torch.Tensor) -> torch.Tensor:
    """A teacher that is right, with probability .88."""
    return torch.eye(CLASSES)[label] * 0.86 + 0.02


def voice_features(each: int = 24, width: int = 24) -> VoiceFeatures:
    label = torch.arange(CLASSES).repeat(each)
    n = len(label)
    row = torch.arange(n)
    return VoiceFeatures(
        tokens=tokens_of(label, 20, width, 1).half(),
        length=torch.full((n,), 15),
        label=label,
        corpus=row // CLASSES // 6 % 3,
        speaker=row // CLASSES % 6,
        channel=row // CLASSES // 6 % 2,
        cut=row // CLASSES // 12 % 2,
        held=row // CLASSES % 6 == 5,
        clip=row,
        teacher=answers_of(label),
    )


def face_features(each: int, width: int = 16) -> FaceFeatures:
    label = torch.arange(CLASSES).repeat(each)
    target = answers_of(label)
    return FaceFeatures(
        features=tokens_of(label, 8, width, 2).half(),
        teacher=target[:, None].expand(-1, 8, -1).clone(),
        target=target,
        label=label,
        clear=torch.ones(len(label), dtype=torch.bool),
    )


def text_features(each: int, width: int = 20) -> TextFeatures:
    label = torch.arange(CLASSES).repeat(each)
    kind = torch.arange(len(label)) // CLASSES % 3
    label = torch.where(kind == 1, 4, label)
    return TextFeatures(
        tokens=tokens_of(label, 9, width, 3).half(),
        length=torch.full((len(label),), 7),
        label=label,
        kind=kind,
        teacher=answers_of(label),
    )


def service_features(width: int = 20) -> ServiceFeatures:
    label = torch.tensor([4, 4, 0, 2])
    return ServiceFeatures(
        tokens=tokens_of(label, 9, width, 3).half(),
        length=torch.full((4,), 9),
        teacher=answers_of(label),
        plain=torch.tensor([1, 1, 0, -1]),
        upset=torch.tensor([0, 0, 1, -1]),
        neutral=torch.tensor([1, 1, 0, 0]),
    )


def features() -> Features:
    return Features(
        voice_features(), face_features(8), text_features(9), face_features(3), text_features(6), service_features()
    )
