"""SYNTHETIC pairs: a voice, a face and a text of the same label from different corpora and different people."""

import torch
from torch import Generator, Tensor

from ..labels import EMOTIONS
from .config import FusionConfig
from .features import CUSTOMER_TURN, GOEMOTIONS, MAX_FACE_TOKENS, PLAIN_REQUEST, SERVICE_SENTENCE, Features
from .pool import EXAMPLES, Batch, ClassSampler, VoiceTeacher, moments, smoothed
from .voice_mixing import VoiceMixing

CLASS_SHARES = {
    "anger": 0.14, "disgust": 0.12, "fear": 0.12, "joy": 0.15, "neutral": 0.20, "sadness": 0.14, "surprise": 0.13,
}  # fmt: skip
CORPUS_SHARES = (0.5, 0.36, 0.14, 1.0)
"""RAVDESS, nEMO, URDU, and the user's own, as much as all of them together."""
TEXT_SHARES = {GOEMOTIONS: 0.4, PLAIN_REQUEST: 0.0, SERVICE_SENTENCE: 0.35, CUSTOMER_TURN: 0.25}
REQUESTS = 0.28
"""Share of rows, of any label, whose text is a plain request: customers ask with any voice and face."""
REQUEST_SAYS = 0.2
OFF_NEUTRAL = 0.1
"""Probability that a modality is neutral whatever the others show."""
OTHER_FACES = 0.2
"""Probability that a frame after the first is another picture: another person of the label, or a neutral one."""
LOST_TOKENS = {"voice": 0.15, "text": 0.05}


class SyntheticPairs:
    """The training pool of one fold. `held=True` draws from the validation parts: synthetic pairs to measure on."""

    classes = len(EMOTIONS)

    def __init__(self, features: Features, voice_teacher: VoiceTeacher | None = None, held: bool = False) -> None:
        self.widths, self.held = features.widths, held
        self.voice = features.voice.part((features.voice.held == held).nonzero().squeeze(1))
        self.face = features.valid_face if held else features.face
        self.text = features.valid_text if held else features.text
        device = self.voice.tokens.device
        self.shares = torch.tensor([CLASS_SHARES[name] for name in EMOTIONS], device=device)
        self.neutral = EMOTIONS.index("neutral")
        self.voice_rows = ClassSampler(self.voice.label, self._voice_weights(), self.classes)
        self.face_rows = ClassSampler(
            self.face.label, torch.ones_like(self.face.label, dtype=torch.float), self.classes
        )
        self.text_rows = ClassSampler(self.text.label, self._text_weights(), self.classes)
        self.requests = (self.text.kind == PLAIN_REQUEST).nonzero().squeeze(1)
        self.mixing = None if held else VoiceMixing(self.voice, voice_teacher)
        self._standard: dict[str, tuple[Tensor, Tensor]] | None = None

    def draw(self, size: int, config: FusionConfig, generator: Generator) -> Tensor:
        device = self.shares.device
        labels = torch.multinomial(self.shares.expand(size, -1), 1, generator=generator)
        calm = torch.rand(size, 3, generator=generator, device=device) < OFF_NEUTRAL
        own = torch.where(calm, self.neutral, labels)
        text = self.text_rows.draw(own[:, 2], generator)
        if len(self.requests) and not self.held:
            other = self.requests[torch.randint(len(self.requests), (size,), generator=generator, device=device)]
            asks = torch.rand(size, generator=generator, device=device) < REQUESTS
            text = torch.where(asks, other, text)
        return torch.stack(
            [self.voice_rows.draw(own[:, 0], generator), self.face_rows.draw(own[:, 1], generator), text], 1
        )

    def gather(self, rows: Tensor, config: FusionConfig, generator: Generator) -> Batch:
        voice, face, text = rows.unbind(1)
        parts = (
            self._voice(voice, config, generator), self._face(face, config, generator), self._text(text, config, generator)
        )  # fmt: skip
        plain = self.text.kind[text] == PLAIN_REQUEST
        says = torch.ones_like(rows, dtype=torch.float)
        says[:, 2] = torch.where(plain, REQUEST_SAYS, 1.0)
        labels = torch.stack(
            [self.voice.label[voice], self.face.label[face], self.text.label[text].masked_fill(plain, -1)], 1
        )
        return Batch(
            tokens={name: part[0] for name, part in zip(self.widths, parts, strict=True)},
            masks={name: part[1] for name, part in zip(self.widths, parts, strict=True)},
            targets=torch.stack([part[2] for part in parts], 1),
            says=says,
            labels=labels,
        )

    def standard(self) -> dict[str, tuple[Tensor, Tensor]]:
        if self._standard is None:
            every = torch.arange(len(self.voice.label), device=self.shares.device)
            texts = torch.arange(len(self.text.label), device=self.shares.device)
            self._standard = {
                "voice": moments(self.voice.tokens, self.voice.mask(every)),
                "face": moments(
                    self.face.features, torch.ones(self.face.features.shape[:2], device=self.shares.device)
                ),
                "text": moments(self.text.tokens, self.text.mask(texts)),
            }
        return self._standard

    def examples(self, name: str) -> tuple[Tensor, Tensor]:
        if name == "face":
            tokens = self.face.features[:EXAMPLES]
            return tokens, torch.ones(tokens.shape[:2], device=tokens.device)
        of = {"voice": self.voice, "text": self.text}[name]
        rows = torch.arange(0, len(of.label), max(1, len(of.label) // EXAMPLES), device=self.shares.device)
        return of.tokens[rows], of.mask(rows)

    def _voice(self, rows: Tensor, config: FusionConfig, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
        if self.mixing is not None:
            tokens, mask, hard, teacher = self.mixing(rows, config, generator)
            mask = _lose(mask, LOST_TOKENS["voice"], generator)
        else:
            tokens, mask = self.voice.tokens[rows].float(), self.voice.mask(rows)
            hard, teacher = smoothed(self.voice.label[rows], self.classes, 0), self.voice.teacher[rows]
        return tokens, mask, _blend(_smooth(hard, config), teacher, config)

    def _face(self, rows: Tensor, config: FusionConfig, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
        """One to eight frames of a picture, since a person holds a face for a while."""
        device, size = rows.device, (len(rows), MAX_FACE_TOKENS)
        views = torch.randint(self.face.features.shape[1], size, generator=generator, device=device)
        uniform = torch.rand(size, generator=generator, device=device)
        label = self.face.label[rows][:, None].expand(size)
        wanted = torch.where(uniform < OTHER_FACES * 0.4, self.neutral, label)
        others = self.face_rows.draw(wanted.reshape(-1), generator).reshape(size)
        pictures = torch.where(uniform < OTHER_FACES, others, rows[:, None])
        pictures[:, 0] = rows
        count = torch.randint(1, MAX_FACE_TOKENS + 1, (len(rows), 1), generator=generator, device=device)
        mask = (torch.arange(MAX_FACE_TOKENS, device=device) < count).float()
        teacher = (self.face.teacher[pictures, views] * mask[..., None]).sum(1) / count
        hard = _smooth(self.face.target[rows], config.but(smoothing=config.smoothing / 2))
        return self.face.features[pictures, views].float(), mask, _blend(hard, teacher, config)

    def _text(self, rows: Tensor, config: FusionConfig, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
        mask = self.text.mask(rows)
        if not self.held:
            mask = _lose(mask, LOST_TOKENS["text"], generator)
        hard = _smooth(smoothed(self.text.label[rows], self.classes, 0), config)
        return self.text.tokens[rows].float(), mask, _blend(hard, self.text.teacher[rows], config)

    def _voice_weights(self) -> Tensor:
        """Each corpus has its share of a class, whatever its size."""
        cell = self.voice.corpus * self.classes + self.voice.label
        count = torch.bincount(cell, minlength=len(CORPUS_SHARES) * self.classes)[cell]
        return torch.tensor(CORPUS_SHARES, device=cell.device)[self.voice.corpus] / count

    def _text_weights(self) -> Tensor:
        cell = self.text.kind * self.classes + self.text.label
        count = torch.bincount(cell, minlength=len(TEXT_SHARES) * self.classes)[cell]
        return (
            torch.tensor([TEXT_SHARES[kind] for kind in sorted(TEXT_SHARES)], device=cell.device)[self.text.kind]
            / count
        )


def _lose(mask: Tensor, share: float, generator: Generator) -> Tensor:
    """Single tokens are lost, never the first: the modality stays."""
    kept = (torch.rand(mask.shape, generator=generator, device=mask.device) >= share).float()
    kept[:, 0] = 1
    return mask * kept


def _smooth(target: Tensor, config: FusionConfig) -> Tensor:
    return target * (1 - config.smoothing) + config.smoothing / target.shape[-1]


def _blend(hard: Tensor, teacher: Tensor, config: FusionConfig) -> Tensor:
    return hard * (1 - config.distillation) + teacher * config.distillation
