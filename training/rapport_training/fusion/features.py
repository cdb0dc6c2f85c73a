"""What the encoders made of the corpora, as tensors on the device: the only input of fusion training."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

MAX_VOICE_TOKENS, MAX_FACE_TOKENS, MAX_TEXT_TOKENS = 20, 8, 64
"""4 s of 200 ms, decoded frames, word pieces: as the service feeds them."""

CLEAN, TELEPHONE = 0, 1
WHOLE, CROP, NOISY, ALTERED = 0, 1, 2, 3
"""At most 4 s; 2 s of it (in training: 1 to 4 s); with noise; at another pace. Only the first two are measured on."""
GOEMOTIONS, PLAIN_REQUEST, SERVICE_SENTENCE, CUSTOMER_TURN = 0, 1, 2, 3
"""Reddit comments by hand; requests from training parts taken as neutral by rule; sentences written by a machine; turns of
training parts that may show a feeling, whose label is the text encoder's own answer."""


@dataclass(frozen=True)
class VoiceFeatures:
    tokens: Tensor
    """[n, 20, width] fp16, zeros behind `length`"""
    length: Tensor
    """[n] tokens"""
    label: Tensor
    """[n] emotion"""
    corpus: Tensor
    """[n] number of the corpus in CORPORA"""
    speaker: Tensor
    """[n] number of the speaker, unique over the corpora"""
    channel: Tensor
    cut: Tensor
    held: Tensor
    """[n] bool: of a speaker that the fold leaves out"""
    clip: Tensor
    """[n] number of the clip"""
    teacher: Tensor
    """[n, 7] probabilities of the encoder's own head"""

    @classmethod
    def together(cls, parts: Sequence["VoiceFeatures"]) -> "VoiceFeatures":
        return cls(**{field.name: torch.cat([getattr(part, field.name) for part in parts]) for field in fields(cls)})

    def part(self, rows: Tensor) -> "VoiceFeatures":
        return VoiceFeatures(**{name: value[rows] for name, value in vars(self).items()})

    def mask(self, rows: Tensor) -> Tensor:
        return (torch.arange(self.tokens.shape[1], device=rows.device) < self.length[rows][:, None]).float()


@dataclass(frozen=True)
class FaceFeatures:
    features: Tensor
    """[n, views, width] fp16; view 0 is the picture itself, the others are jittered frames of it"""
    teacher: Tensor
    """[n, views, 7]"""
    target: Tensor
    """[n, 7] shares of the votes"""
    label: Tensor
    """[n] the most votes"""
    clear: Tensor
    """[n] bool: more than half of the votes"""


@dataclass(frozen=True)
class TextFeatures:
    tokens: Tensor
    """[n, t, 384] fp16, zeros behind `length`"""
    length: Tensor
    label: Tensor
    kind: Tensor
    teacher: Tensor
    """[n, 7]"""

    def mask(self, rows: Tensor) -> Tensor:
        return (torch.arange(self.tokens.shape[1], device=rows.device) < self.length[rows][:, None]).float()


@dataclass(frozen=True)
class ServiceFeatures:
    """The tuning half of the service-language set: flags are 1, 0, or -1 where the two passes of labels differ."""

    tokens: Tensor
    length: Tensor
    teacher: Tensor
    plain: Tensor
    upset: Tensor
    neutral: Tensor

    def mask(self, rows: Tensor) -> Tensor:
        return (torch.arange(self.tokens.shape[1], device=rows.device) < self.length[rows][:, None]).float()


@dataclass(frozen=True)
class Features:
    """One fold: training and validation of every modality. Validation voice is that of the held-out speakers."""

    voice: VoiceFeatures
    face: FaceFeatures
    text: TextFeatures
    valid_face: FaceFeatures
    valid_text: TextFeatures
    service: ServiceFeatures | None = None
    """None where the labels are not there yet."""

    @property
    def widths(self) -> dict[str, int]:
        return {
            "voice": self.voice.tokens.shape[-1],
            "face": self.face.features.shape[-1],
            "text": self.text.tokens.shape[-1],
        }
