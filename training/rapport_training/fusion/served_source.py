"""Features from the int8 graphs of a models folder: what the network meets in service, at a cost that a CPU can bear.

Whisper is the same in every fold, so each window is encoded once and is held out by its speaker; what is large is capped.
"""

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..corpora.faces import VotedFaces
from ..corpora.speech import CORPORA, SpeechIndex, read_clips, read_index
from ..labels import EMOTIONS
from .face_frames import face_features
from .feature_source import LABEL_SMOOTHING, SEED, FeatureSource
from .features import WHOLE, FaceFeatures, VoiceFeatures
from .pool import VoiceTeacher, smoothed
from .served_encoders import ServedFace, ServedText, ServedVoice
from .served_voice import ServedVoiceWindows
from .text_rows import GOEMOTIONS, LabelledText
from .voice_variants import VOICE_VARIANTS
from .voice_windows import VoiceWindows

NEMO_CLIPS_EACH = 40
"""Clips of a speaker and emotion."""
FACES_EACH = {"train": 2000, "valid": 800}
COMMENTS_EACH = {"train": 2000, "dev": 400}
"""Of each emotion."""
VIEWS = {"train": 2, "valid": 1}


class ServedSource(FeatureSource):
    def __init__(self, models: Path, *args: Any) -> None:
        super().__init__(*args)
        self.models = models
        self.index = capped_clips(read_index(self.data, self.every_clip))

    def voice_teacher(self, fold: str) -> VoiceTeacher | None:
        return None

    def windows(self) -> VoiceWindows:
        if self._windows is None:
            self._windows = VoiceWindows(read_clips(self.data, self.index, self.threads), self.device)
        return self._windows

    @cached_property
    def voice_windows(self) -> ServedVoiceWindows:
        clips = read_clips(self.data, self.index, self.threads)
        return ServedVoiceWindows(clips, self.models, self.threads, self.device)

    def voice(self, fold: str) -> VoiceFeatures:
        """Every variant of the clips that the fold trains on; of those held out only the measured ones."""
        files = [ServedVoice(self.models, 1).file]
        parts = []
        for variant in VOICE_VARIANTS:
            make = lambda variant=variant: self.voice_windows.features(variant)  # noqa: E731
            parts.append(self._kept(f"heard voice, {variant.name}", VoiceFeatures, "speech", files, make))
        every = VoiceFeatures.together(parts)
        held = torch.from_numpy(self.index.held_out(fold)).to(self.device)[every.clip]
        every = replace(every, held=held, teacher=smoothed(every.label, len(EMOTIONS), LABEL_SMOOTHING))
        return every.part((~held | (every.cut == WHOLE)).nonzero().squeeze(1))

    def text_encoder(self) -> ServedText:
        return ServedText(self.models, self.threads)

    def _text_rows(self, split: str) -> list[LabelledText]:
        rows = super()._text_rows(split)
        label = np.array([label if kind == GOEMOTIONS else -1 for _, label, kind in rows])
        keep = (label < 0) | capped(label, COMMENTS_EACH[split])
        return [row for row, kept in zip(rows, keep, strict=True) if kept]

    def _face_features(self, faces: VotedFaces, split: str) -> FaceFeatures:
        keep = capped(faces.votes[:, :8].argmax(1), FACES_EACH[split])
        faces = VotedFaces(faces.images[keep], faces.votes[keep])
        return face_features(faces, ServedFace(self.models), self.device, SEED, VIEWS[split])

    def _text_files(self) -> list[Path]:
        return [self.text_encoder().folder / "model.onnx"]

    def _face_files(self) -> list[Path]:
        return [ServedFace(self.models).folder / "model.onnx"]


def capped(group: np.ndarray, each: int) -> np.ndarray:
    """bool [n]: at most `each` random rows of every group [n]."""
    order = np.random.default_rng(SEED).permutation(len(group))
    keep = np.zeros(len(group), bool)
    for value in np.unique(group):
        keep[order[group[order] == value][:each]] = True
    return keep


def capped_clips(index: SpeechIndex, each: int = NEMO_CLIPS_EACH) -> SpeechIndex:
    """nEMO has four times as many clips as the others together: only some of each speaker and emotion are used."""
    _, cell = np.unique([f"{s} {e}" for s, e in zip(index.speakers, index.labels, strict=True)], return_inverse=True)
    keep = index.corpora != CORPORA.index("nemo")
    keep[~keep] = capped(cell[~keep], each)
    return index.part(keep)
