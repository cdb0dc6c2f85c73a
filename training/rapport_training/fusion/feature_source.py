"""Features of any fold: corpora read once, each encoder run once, and kept in a folder where later commands find them."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

from ..corpora.faces import VotedFaces, read_faces
from ..corpora.speech import read_speech
from ..face import encoder as face_encoder
from ..feature_cache import Arrays, FeatureCache, folder_digest
from ..labels import EMOTIONS
from ..text import encoder as text_encoder
from ..text.start_weights import MINILM_FILE
from ..voice import encoder as voice_encoder
from .face_frames import face_features
from .features import FaceFeatures, Features, ServiceFeatures, TextFeatures, VoiceFeatures
from .pool import VoiceTeacher, smoothed
from .text_rows import LabelledText, service_features, text_features, text_rows
from .voice_windows import VoiceWindows

RECIPE = 4
"""Raised when features are made in another way: older files are then left alone."""
SMOKE_EVERY_CLIP, SMOKE_EVERY_FACE, SMOKE_EVERY_TEXT = 150, 400, 900
SEED = 0
LABEL_SMOOTHING = 0.1

CORPORA = {"speech": ("ravdess", "nemo", "urdu", "speech"), "faces": ("ferplus", "faces"), "texts": ("text", "texts")}
"""Folders below the data folder, the user's own among them; one that is not there counts as empty."""

Kept = TypeVar("Kept")


class FeatureSource:
    """data: the corpora; weights: start weights; encoders: checkpoints (voice.<fold>.pt, text*.pt, face.pt; one that is
    missing means its start weights); cache: where features are kept, None keeps them in memory only. smoke: a tiny part
    of everything, for the CPU."""

    def __init__(
        self,
        data: Path,
        weights: Path,
        encoders: Path,
        device: torch.device,
        cache: Path | None,
        smoke: bool,
        threads: int = 8,
    ) -> None:
        self.data, self.weights, self.encoders, self.device = data, weights, encoders, device
        self.cache, self.smoke, self.threads = cache, smoke, threads
        self._windows: VoiceWindows | None = None
        self._shared: dict[str, Any] | None = None
        self._digests: dict[str, bytes] = {}

    def fold(self, fold: str) -> Features:
        shared = self.shared()
        return Features(voice=self.voice(fold), **shared)

    @property
    def every_clip(self) -> int:
        return SMOKE_EVERY_CLIP if self.smoke else 1

    def voice_teacher(self, fold: str) -> VoiceTeacher | None:
        """None where the voice encoder is Whisper as it is: its head knows nothing."""
        if self._checkpoint(f"voice.{fold}.pt") is None:
            return None
        encoder = self.voice_encoder(fold)

        @torch.no_grad()
        def answer(tokens: Tensor, mask: Tensor) -> Tensor:
            return encoder.emotion_logits(tokens, mask.bool()).float()

        return answer

    def voice_encoder(self, fold: str) -> voice_encoder.VoiceEncoder:
        return voice_encoder.load(self.weights, self._checkpoint(f"voice.{fold}.pt"), self.device)

    def text_encoder(self) -> Any:
        return text_encoder.load(self.weights, self.encoders, self.device)

    def windows(self) -> VoiceWindows:
        if self._windows is None:
            clips = read_speech(self.data, self.threads, every=self.every_clip)
            self._windows = VoiceWindows(clips, self.device)
        return self._windows

    def voice(self, fold: str) -> VoiceFeatures:
        checkpoint = self._checkpoint(f"voice.{fold}.pt")

        def make() -> VoiceFeatures:
            return self.windows().features(self.voice_encoder(fold), fold, SEED)

        made = self._kept(f"voice, fold {fold}", VoiceFeatures, "speech", self._voice_files(checkpoint), make)
        if checkpoint is not None:
            return made
        # no head to learn from: the label stands in its place
        return replace(made, teacher=smoothed(made.label, len(EMOTIONS), LABEL_SMOOTHING))

    def voice_of_start_weights(self, fold: str) -> VoiceFeatures:
        """Tokens that no clip was fitted to; the teacher is an untrained head and must not be used."""
        encoder = voice_encoder.load(self.weights, None, self.device)

        def make() -> VoiceFeatures:
            return self.windows().features(encoder, fold, SEED)

        return self._kept(
            f"voice of start weights, fold {fold}", VoiceFeatures, "speech", self._voice_files(None), make
        )

    def shared(self) -> dict[str, Any]:
        """What is the same in every fold: face and text."""
        if self._shared is None:
            self._shared = self._faces() | {
                "text": self._texts("train"),
                "valid_text": self._texts("dev"),
                "service": self._service(),
            }
        return self._shared

    def _faces(self) -> dict[str, FaceFeatures]:
        splits: dict[str, VotedFaces] = {}

        def made(split: str) -> FaceFeatures:
            if not splits:
                splits.update(read_faces(self.data))
            faces = splits[split]
            if self.smoke:
                faces = VotedFaces(faces.images[::SMOKE_EVERY_FACE], faces.votes[::SMOKE_EVERY_FACE])
            return self._face_features(faces, split)

        files = self._face_files()
        return {
            name: self._kept(f"face, {split}", FaceFeatures, "faces", files, lambda split=split: made(split))
            for name, split in (("face", "train"), ("valid_face", "valid"))
        }

    def _face_features(self, faces: VotedFaces, split: str) -> FaceFeatures:
        encoder = face_encoder.load(self._checkpoint("face.pt"), self.device)
        return face_features(faces, encoder, self.device, SEED)

    def _text_rows(self, split: str) -> list[LabelledText]:
        return text_rows(self.data, split)

    def _texts(self, split: str) -> TextFeatures:
        def made() -> TextFeatures:
            rows = self._text_rows(split)
            return text_features(rows[:: SMOKE_EVERY_TEXT if self.smoke else 1], self.text_encoder(), self.device)

        return self._kept(f"text, {split}", TextFeatures, "texts", self._text_files(), made)

    def _service(self) -> ServiceFeatures | None:
        def make() -> ServiceFeatures:
            return service_features(self.data, self.text_encoder(), self.device)

        try:
            return self._kept("service", ServiceFeatures, "texts", self._text_files(), make)
        except FileNotFoundError:
            print("no labels of the service-language set: its figures are left out", flush=True)
            return None

    def _checkpoint(self, name: str) -> Path | None:
        path = self.encoders / name
        return path if path.exists() else None

    def _voice_files(self, checkpoint: Path | None) -> list[Path]:
        return [self.weights / voice_encoder.START_WEIGHTS, *([checkpoint] if checkpoint else [])]

    def _face_files(self) -> list[Path]:
        checkpoint = self._checkpoint("face.pt")
        return [checkpoint] if checkpoint else []

    def _text_files(self) -> list[Path]:
        return [self.weights / MINILM_FILE, *sorted(self.encoders.glob("text*.pt"))]

    def _corpora(self, kind: str) -> bytes:
        """Stands for the corpora of one kind: other bytes in them, other features."""
        if kind not in self._digests:
            self._digests[kind] = folder_digest([self.data / name for name in CORPORA[kind]])
        return self._digests[kind]

    def _kept(self, name: str, of: type[Kept], corpora: str, encoder: Sequence[Path], make: Callable[[], Kept]) -> Kept:
        """What `make` makes, from the cache when it was made of the same corpora by the same encoder."""
        if self.cache is None:
            return make()

        def arrays() -> Arrays:
            made = make()
            return {field.name: getattr(made, field.name).cpu().numpy() for field in fields(of)}  # type: ignore[arg-type]

        parameters = {"features": name, "recipe": RECIPE, "smoke": self.smoke}
        found = FeatureCache(self.cache, encoder, parameters).get(self._corpora(corpora), arrays)
        return of(**{name: torch.from_numpy(array).to(self.device) for name, array in found.items()})
