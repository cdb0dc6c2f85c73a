"""Windows of the speech corpora through the voice encoder of one fold, as the service cuts and levels them."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Generator, Tensor

from ..corpora.speech import CORPORA, SAMPLE_RATE_HZ, SpeechClips
from ..craft.voice_augment import add_noise, coloured_noise, telephone_band
from ..voice.log_mel import level
from .features import CLEAN, CROP, MAX_VOICE_TOKENS, NOISY, TELEPHONE, WHOLE, VoiceFeatures

WINDOW_SAMPLES = 4 * SAMPLE_RATE_HZ
HELD_CROP_SAMPLES = 2 * SAMPLE_RATE_HZ
MIN_CROP_SAMPLES = SAMPLE_RATE_HZ
BAND_HZ = (300.0, 3400.0)
NOISE_SNR_DB = (5.0, 30.0)
CHUNK = 512


class Encoder(Protocol):
    """Of `voice.encoder`, or as served."""

    def tokens(self, waves: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]: ...

    def emotion_logits(self, tokens: Tensor, mask: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class Cut:
    """One window a clip: whole, or part of it, through one channel."""

    channel: int
    cut: int
    """WHOLE, CROP, or NOISY: a crop with coloured noise."""
    fixed: bool = False
    """From the middle, a crop 2 s long; otherwise at random."""


TRAINING_CUTS = (
    Cut(CLEAN, WHOLE), Cut(CLEAN, CROP), Cut(TELEPHONE, WHOLE), Cut(TELEPHONE, CROP), Cut(CLEAN, NOISY),
    Cut(TELEPHONE, NOISY),
)  # fmt: skip
HELD_CUTS = (
    Cut(CLEAN, WHOLE, True), Cut(CLEAN, CROP, True), Cut(TELEPHONE, WHOLE, True), Cut(TELEPHONE, CROP, True),
)  # fmt: skip


class VoiceWindows:
    """The clips on the device; `features` runs them through an encoder."""

    def __init__(self, clips: SpeechClips, device: torch.device) -> None:
        self.device = device
        self.samples = torch.from_numpy(clips.samples).to(device)
        self.starts, self.lengths, self.labels, self.corpora = (
            torch.from_numpy(np.asarray(a, np.int64)).to(device)
            for a in (clips.starts, clips.lengths, clips.labels, clips.corpora)
        )
        names = [f"{CORPORA[c]}/{s}" for c, s in zip(clips.corpora, clips.speakers, strict=True)]
        self.speaker_names = sorted(set(names))
        numbers = {name: i for i, name in enumerate(self.speaker_names)}
        self.speakers = torch.tensor([numbers[name] for name in names], device=device)
        self.clips = clips

    def features(self, encoder: Encoder, fold: str, seed: int) -> VoiceFeatures:
        """Random windows of the clips that the fold trains on, fixed ones of those it holds out."""
        generator = torch.Generator(self.device).manual_seed(seed)
        held = torch.from_numpy(self.clips.held_out(fold)).to(self.device)
        parts = []
        for cuts, own in ((TRAINING_CUTS, ~held), (HELD_CUTS, held)):
            rows = own.nonzero().squeeze(1)
            if not len(rows):  # the shipped model holds nobody out
                continue
            rows = rows[self.lengths[rows].argsort()]  # alike in length, so that little is padded
            for cut in cuts:
                for chunk in rows.split(CHUNK):
                    parts.append(self.windows(encoder, chunk, cut, held, generator))
        return VoiceFeatures(**{name: torch.cat([part[name] for part in parts]) for name in parts[0]})

    @torch.no_grad()
    def windows(
        self, encoder: Encoder, rows: Tensor, cut: Cut, held: Tensor, generator: Generator
    ) -> dict[str, Tensor]:
        waves, lengths = self._waves(rows, cut, generator)
        if cut.cut == NOISY:
            slope = 2 * torch.rand(len(rows), generator=generator, device=self.device)
            span = torch.rand(len(rows), generator=generator, device=self.device)
            snr_db = NOISE_SNR_DB[0] + span * (NOISE_SNR_DB[1] - NOISE_SNR_DB[0])
            waves = add_noise(waves, coloured_noise(tuple(waves.shape), slope, generator), snr_db)
        if cut.channel == TELEPHONE:
            low, high = (torch.full((len(rows),), hz, device=self.device) for hz in BAND_HZ)
            # to a common loudness first: mu-law is coarse for the quiet
            waves = telephone_band(level(waves, lengths), low, high)
        waves = waves[:, : int(lengths.max())]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            tokens, mask = encoder.tokens(level(waves, lengths), lengths)
        tokens, mask = tokens.float(), mask.float()
        teacher = encoder.emotion_logits(tokens, mask.bool()).float().softmax(-1)
        padded = torch.zeros(len(rows), MAX_VOICE_TOKENS, tokens.shape[-1], dtype=torch.float16, device=self.device)
        count = min(tokens.shape[1], MAX_VOICE_TOKENS)
        padded[:, :count] = tokens[:, :count].half()
        return {
            "tokens": padded,
            "length": mask.sum(1).long().clamp(max=MAX_VOICE_TOKENS),
            "label": self.labels[rows],
            "corpus": self.corpora[rows],
            "speaker": self.speakers[rows],
            "channel": torch.full_like(rows, cut.channel),
            "cut": torch.full_like(rows, cut.cut),
            "held": held[rows],
            "clip": rows,
            "teacher": teacher,
        }

    def _waves(self, rows: Tensor, cut: Cut, generator: Generator) -> tuple[Tensor, Tensor]:
        """Float -1..1 [b, samples] with zeros behind `lengths` [b]."""
        whole = self.lengths[rows]
        if cut.cut == WHOLE:
            wanted = torch.full_like(whole, WINDOW_SAMPLES)
        elif cut.fixed:
            wanted = torch.full_like(whole, HELD_CROP_SAMPLES)
        else:
            span = torch.rand(len(rows), generator=generator, device=self.device)
            wanted = (MIN_CROP_SAMPLES + span * (WINDOW_SAMPLES - MIN_CROP_SAMPLES)).long()
        lengths = torch.minimum(wanted, whole)
        spare = (whole - lengths).float()
        place = 0.5 if cut.fixed else torch.rand(len(rows), generator=generator, device=self.device)
        begin = self.starts[rows] + (spare * place).long()
        offset = torch.arange(int(lengths.max()), device=self.device)
        index = (begin[:, None] + offset).clamp(max=len(self.samples) - 1)
        waves = self.samples[index].float() / 32768
        return waves * (offset < lengths[:, None]), lengths
