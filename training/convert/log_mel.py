"""Whisper's log-mel spectrogram and the level normalisation of the emotion pass: the reference for the product's own.

After `openai/whisper` audio.py; 16 kHz mono, float -1..1.
"""

import numpy as np

SAMPLE_RATE_HZ = 16_000
FFT_SAMPLES = 400
HOP_SAMPLES = 160
MEL_BANDS = 80
POWER_FLOOR = 1e-10
LOG10_RANGE = 8.0

LEVEL_DB = -26.0
LEVEL_FRAME_SAMPLES = 400
ACTIVE_POWER_RATIO = 1e-3  # frames within 30 dB of the loudest count
PEAK_LIMIT = 0.99


def _mel_to_hz(mel: np.ndarray) -> np.ndarray:
    """Slaney's scale: linear below 1 kHz (15 mel), logarithmic above."""
    return np.where(mel < 15, 200 / 3 * mel, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def mel_filters() -> np.ndarray:
    """[80, 201], triangles of equal area, 0 to 8 kHz."""
    highest_mel = 15 + np.log(SAMPLE_RATE_HZ / 2 / 1000) * 27 / np.log(6.4)
    edges = _mel_to_hz(np.linspace(0, highest_mel, MEL_BANDS + 2))
    bins = np.linspace(0, SAMPLE_RATE_HZ / 2, FFT_SAMPLES // 2 + 1)
    ramps = edges[:, None] - bins[None]
    widths = np.diff(edges)
    triangles = np.maximum(0, np.minimum(-ramps[:-2] / widths[:-1, None], ramps[2:] / widths[1:, None]))
    return (triangles * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


FILTERS = mel_filters()
WINDOW = np.hanning(FFT_SAMPLES + 1)[:-1].astype(np.float32)


def log_mel(wave: np.ndarray) -> np.ndarray:
    """wave [samples] -> [80, samples / 160]."""
    padded = np.pad(wave, FFT_SAMPLES // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT_SAMPLES)[::HOP_SAMPLES] * WINDOW
    power = np.abs(np.fft.rfft(frames, axis=1)[:-1]) ** 2  # the last frame is dropped, as Whisper does
    mel = np.log10(np.maximum(FILTERS @ power.T.astype(np.float32), POWER_FLOOR))
    mel = np.maximum(mel, mel.max() - LOG10_RANGE)
    return ((mel + 4) / 4).astype(np.float32)


def level(wave: np.ndarray) -> np.ndarray:
    """Gain so that the active frames have LEVEL_DB, then down again if the peak exceeds PEAK_LIMIT. [samples]"""
    count = len(wave) // LEVEL_FRAME_SAMPLES
    frames = wave[: count * LEVEL_FRAME_SAMPLES].reshape(count, LEVEL_FRAME_SAMPLES)
    power = (frames**2).mean(1) + 1e-12
    active = power[power > power.max() * ACTIVE_POWER_RATIO].mean()
    out = wave * np.sqrt(10 ** (LEVEL_DB / 10) / active)
    peak = np.abs(out).max()
    return (out / peak * PEAK_LIMIT if peak > PEAK_LIMIT else out).astype(np.float32)
