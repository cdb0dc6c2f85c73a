"""Level and log-mel of a batch of windows, on any device: the numbers of the service (`src/models/encode`), item by item.

16 kHz float -1..1. Windows of different length lie in one batch, zeros behind each; no window hears of another.
"""

from functools import cache

import torch
from torch import Tensor

from convert.log_mel import (
    ACTIVE_POWER_RATIO,
    FFT_SAMPLES,
    FILTERS,
    HOP_SAMPLES,
    LEVEL_DB,
    LEVEL_FRAME_SAMPLES,
    LOG10_RANGE,
    PEAK_LIMIT,
    POWER_FLOOR,
)

TAIL_SAMPLES = 16_000
"""Zeros behind every window: Whisper never saw audio that ends with its window."""
STATE_SAMPLES = 320
"""One encoder state is 20 ms."""


def level(waves: Tensor, lengths: Tensor) -> Tensor:
    """waves [B, S], of which `lengths` [B] samples count: active frames at LEVEL_DB, the peak at most PEAK_LIMIT."""
    blocks = waves.shape[1] // LEVEL_FRAME_SAMPLES
    frames = waves[:, : blocks * LEVEL_FRAME_SAMPLES].reshape(len(waves), blocks, LEVEL_FRAME_SAMPLES)
    power = frames.square().mean(2) + 1e-12
    whole = torch.arange(blocks, device=waves.device)[None] < (lengths // LEVEL_FRAME_SAMPLES)[:, None]
    power = power * whole
    active = power > power.amax(1, keepdim=True) * ACTIVE_POWER_RATIO
    mean = (power * active).sum(1) / active.sum(1).clamp_min(1)
    out = waves * torch.sqrt(10 ** (LEVEL_DB / 10) / mean.clamp_min(1e-12))[:, None]
    peak = out.abs().amax(1, keepdim=True)
    return torch.where(peak > PEAK_LIMIT, out / peak.clamp_min(PEAK_LIMIT) * PEAK_LIMIT, out)


@cache
def _constants(device: torch.device) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(FILTERS).to(device), torch.hann_window(FFT_SAMPLES, device=device)


def log_mel(waves: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """waves [B, S] with zeros behind `lengths` [B] (multiples of STATE_SAMPLES) -> mel [B, 80, T] with the tail, T even,
    zeros behind each item; frames [B], how many count. The floor is each window's own maximum - 8."""
    samples = -(-waves.shape[1] // STATE_SAMPLES) * STATE_SAMPLES
    filters, window = _constants(waves.device)
    with torch.autocast(waves.device.type, enabled=False):
        # the reflection at the right end would be of zeros only
        start = waves[:, 1 : FFT_SAMPLES // 2 + 1].flip(1)
        end = waves.new_zeros(len(waves), samples - waves.shape[1] + TAIL_SAMPLES + FFT_SAMPLES // 2)
        padded = torch.cat([start, waves, end], 1)
        spectrum = torch.stft(padded, FFT_SAMPLES, HOP_SAMPLES, window=window, center=False, return_complex=True)
        power = spectrum[:, :, : (samples + TAIL_SAMPLES) // HOP_SAMPLES].abs().square()
        mel = torch.log10((filters @ power).clamp_min(POWER_FLOOR))
        mel = torch.maximum(mel, mel.amax((1, 2), keepdim=True) - LOG10_RANGE)
        mel = (mel + 4) / 4
    frames = (lengths + TAIL_SAMPLES) // HOP_SAMPLES
    counts = torch.arange(mel.shape[2], device=mel.device)[None] < frames[:, None]
    return mel * counts[:, None], frames
