"""The only true pairs there are: RAVDESS voice and facial action units of the same take. For research runs, not served."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from ..corpora.speech import PUBLIC
from .config import FusionConfig
from .features import CLEAN, WHOLE, VoiceFeatures
from .pool import EXAMPLES, Batch, moments, smoothed

RAVDESS_EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
"""All eight, as published figures use them."""
RAVDESS_FILE = Path("ravdess") / "au35.npz"
UNITS = 35
VOICE_NOISE = 0.5
"""Deviations of noise on the voice tokens: the encoder has fitted the training clips, and would look better than it is."""


@dataclass(frozen=True)
class ActionUnits:
    """One row a clip of the speech corpora; the label is -1 outside RAVDESS."""

    units: Tensor
    """[clips, 35]: 17 intensities and 18 presences, the mean over the take"""
    label: Tensor
    """[clips]: place in RAVDESS_EMOTIONS"""


def read_action_units(data: Path, device: torch.device, every: int = 1) -> ActionUnits:
    """By the numbers that `read_speech(data, every=every)` gives the clips: corpus by corpus, in the order of index.csv.
    Raises KeyError for a clip of RAVDESS that the file of action units lacks."""
    with np.load(data / RAVDESS_FILE) as file:
        by_key = dict(zip(file["keys"].tolist(), file["au35"], strict=True))
    units: list[np.ndarray] = []
    labels: list[int] = []
    for corpus in PUBLIC:
        with (data / corpus / "index.csv").open(newline="", encoding="utf-8") as table:
            rows = list(csv.DictReader(table))[::every]
        own = corpus == "ravdess"
        units += [by_key[row["key"]] if own else np.zeros(UNITS, np.float32) for row in rows]
        labels += [RAVDESS_EMOTIONS.index(row["emotion"]) if own else -1 for row in rows]
    return ActionUnits(torch.from_numpy(np.stack(units)).to(device), torch.tensor(labels, device=device))


class RealPairs:
    """A training pool of RAVDESS windows and the action units of their clips. `names`: voice, face or both, so that
    models of one modality are trained by the same code."""

    def __init__(self, voice: VoiceFeatures, units: ActionUnits, names: tuple[str, ...] = ("voice", "face")) -> None:
        rows = ((units.label[voice.clip] >= 0) & ~voice.held).nonzero().squeeze(1)
        self.voice, self.units, self.names = voice.part(rows), units, names
        self.label = units.label[self.voice.clip]
        sizes = {"voice": voice.tokens.shape[-1], "face": units.units.shape[1]}
        self.widths = {name: sizes[name] for name in names}
        self.classes = len(RAVDESS_EMOTIONS)
        every = torch.arange(len(self.label), device=self.label.device)
        own = self.units.units[self.voice.clip.unique()]
        self._moments = {
            "voice": moments(self.voice.tokens, self.voice.mask(every)),
            "face": (own.mean(0), own.std(0)),
        }

    def draw(self, size: int, config: FusionConfig, generator: Generator) -> Tensor:
        rows = torch.randint(len(self.label), (size, 1), generator=generator, device=self.label.device)
        return rows.expand(size, len(self.names)).clone()

    def gather(self, rows: Tensor, config: FusionConfig, generator: Generator) -> Batch:
        labels = self.label[rows]
        given = {name: self._tokens(name, rows[:, i], generator) for i, name in enumerate(self.names)}
        return Batch(
            tokens={name: part[0] for name, part in given.items()},
            masks={name: part[1] for name, part in given.items()},
            targets=smoothed(labels, self.classes, config.smoothing),
            says=torch.ones_like(labels, dtype=torch.float),
            labels=labels,
        )

    def standard(self) -> dict[str, tuple[Tensor, Tensor]]:
        return {name: self._moments[name] for name in self.names}

    def examples(self, name: str) -> tuple[Tensor, Tensor]:
        rows = torch.arange(min(len(self.label), EXAMPLES), device=self.label.device)
        if name == "voice":
            return self.voice.tokens[rows], self.voice.mask(rows)
        return unit_tokens(self.units, self.voice.clip[rows])

    def _tokens(self, name: str, rows: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
        if name == "voice":
            tokens = self.voice.tokens[rows].float()
            noise = torch.randn(tokens.shape, generator=generator, device=tokens.device)
            return tokens + VOICE_NOISE * self._moments["voice"][1] * noise, self.voice.mask(rows)
        return unit_tokens(self.units, self.voice.clip[rows])


def unit_tokens(units: ActionUnits, clips: Tensor) -> tuple[Tensor, Tensor]:
    """One token a clip."""
    tokens = units.units[clips][:, None]
    return tokens, torch.ones(tokens.shape[:2], device=tokens.device)


def held_clips(voice: VoiceFeatures, units: ActionUnits) -> tuple[Tensor, Tensor, Tensor]:
    """Windows to be measured on: one clean one of at most 4 s for each held-out clip. Rows, clips, labels."""
    good = voice.held & (voice.channel == CLEAN) & (voice.cut == WHOLE) & (units.label[voice.clip] >= 0)
    rows = good.nonzero().squeeze(1)
    return rows, voice.clip[rows], units.label[voice.clip[rows]]
