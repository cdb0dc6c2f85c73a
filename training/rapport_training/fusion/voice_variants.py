"""What may happen to a clip before the service hears it: the clip itself and its telephone copy, on which unseen speakers are
measured too, and altered ones that only training hears."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.signal import resample_poly
from torch import Generator, Tensor

from ..craft.voice_augment import add_noise, coloured_noise, steep_telephone_band, telephone_band
from ..voice.log_mel import level
from .features import ALTERED, CLEAN, NOISY, TELEPHONE, WHOLE

FULL_SCALE = 32_768
LOW_HZ, HIGH_HZ = (200.0, 350.0), (3_000.0, 3_600.0)
"""Of the lines that training hears, where they are no steep ones."""
STEEP_SHARE = 0.5
PACES = (0.88, 1.14)
"""Of the clip's own pace; the pitch goes with it, as in a tape that runs faster."""
PACE_STEPS = 100
SNR_DB, LINE_SNR_DB = (3.0, 25.0), (5.0, 25.0)

Alter = Callable[[np.ndarray, Generator], np.ndarray]
"""int16 [samples] -> int16 [samples]"""


@dataclass(frozen=True)
class VoiceVariant:
    name: str
    channel: int
    cut: int
    """WHOLE: measured too."""
    alter: Alter


def as_is(pcm: np.ndarray, generator: Generator) -> np.ndarray:
    return pcm


def over_telephone(pcm: np.ndarray, generator: Generator) -> np.ndarray:
    """A line as the evaluation has it: as loud as the clip is, so that mu-law is coarse for the quiet."""
    return _pcm(steep_telephone_band(_wave(pcm))[0].numpy())


def over_some_line(pcm: np.ndarray, generator: Generator) -> np.ndarray:
    wave = _wave(pcm)
    wave = level(wave, torch.tensor([wave.shape[1]]))
    if torch.rand(1, generator=generator) < STEEP_SHARE:
        return _pcm(steep_telephone_band(wave)[0].numpy())
    return _pcm(telephone_band(wave, _between(LOW_HZ, generator), _between(HIGH_HZ, generator))[0].numpy())


def at_another_pace(pcm: np.ndarray, generator: Generator) -> np.ndarray:
    steps = round(_between(PACES, generator).item() * PACE_STEPS)
    return _pcm(resample_poly(pcm.astype(np.float32), PACE_STEPS, steps) / FULL_SCALE)


def with_noise(pcm: np.ndarray, generator: Generator, snr_db: tuple[float, float] = SNR_DB) -> np.ndarray:
    wave = _wave(pcm)
    snr, slope = _between(snr_db, generator), _between((0.0, 2.0), generator)
    noisy = add_noise(wave, coloured_noise((1, wave.shape[1]), slope, generator), snr)
    return _pcm((noisy / noisy.abs().max().clamp_min(1))[0].numpy())


def with_noise_over_some_line(pcm: np.ndarray, generator: Generator) -> np.ndarray:
    return over_some_line(with_noise(pcm, generator, LINE_SNR_DB), generator)


VOICE_VARIANTS = (
    VoiceVariant("clean", CLEAN, WHOLE, as_is),
    VoiceVariant("telephone", TELEPHONE, WHOLE, over_telephone),
    VoiceVariant("pace", CLEAN, ALTERED, at_another_pace),
    VoiceVariant("pace, telephone", TELEPHONE, ALTERED, lambda pcm, g: over_some_line(at_another_pace(pcm, g), g)),
    VoiceVariant("noise", CLEAN, NOISY, lambda pcm, g: with_noise(at_another_pace(pcm, g), g)),
    VoiceVariant("noise, telephone", TELEPHONE, NOISY, with_noise_over_some_line),
)


def _between(bounds: tuple[float, float], generator: Generator) -> Tensor:
    """[1]"""
    return bounds[0] + (bounds[1] - bounds[0]) * torch.rand(1, generator=generator)


def _wave(pcm: np.ndarray) -> Tensor:
    """[1, samples], a multiple of 4: the telephone halves it twice."""
    return torch.from_numpy(pcm[: len(pcm) // 4 * 4].astype(np.float32) / FULL_SCALE)[None]


def _pcm(wave: np.ndarray) -> np.ndarray:
    return np.clip(np.round(wave * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
