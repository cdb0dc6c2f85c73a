"""Speech at another tempo or pitch, for a batch whose items each have their own rate.

Rates lie on the CPU, wherever the waves do: the length of the result depends on them, and nothing has to wait for it.
Phase vocoder after Flanagan and Golden (1966): magnitudes are read between the frames, phases advance by what they
advanced between the two frames there.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

FFT_SAMPLES = 512
HOP_SAMPLES = 128


def stretch_time(waves: Tensor, rates: Tensor) -> Tensor:
    """waves [B, S] at `rates` [B] times the tempo, the pitch kept -> [B, S / the least rate], zeros at the end of the
    quicker ones."""
    samples = waves.shape[1]
    window = torch.hann_window(FFT_SAMPLES, device=waves.device)
    spectra = torch.stft(waves, FFT_SAMPLES, HOP_SAMPLES, window=window, return_complex=True)  # [B, bins, frames]
    items, bins, frames = spectra.shape
    spectra = functional.pad(spectra, (0, 2))
    least = rates.min().item()
    out_frames = math.ceil(frames / least)
    rates = rates.to(waves.device, non_blocking=True)
    places = torch.arange(out_frames, device=waves.device) * rates[:, None]  # [B, out frames], in input frames
    inside = places < frames
    before = places.clamp(max=frames).long()
    part = (places - before).clamp(0, 1)[:, None]

    def at(index: Tensor) -> Tensor:
        return spectra.gather(2, index[:, None].expand(items, bins, out_frames))

    first, second = at(before), at(before + 1)
    magnitude = (first.abs() * (1 - part) + second.abs() * part) * inside[:, None]
    expected = torch.linspace(0, math.pi * HOP_SAMPLES, bins, device=waves.device)[None, :, None]
    advance = second.angle() - first.angle() - expected
    advance = expected + advance - 2 * math.pi * torch.round(advance / (2 * math.pi))
    phase = torch.cumsum(torch.cat([first[:, :, :1].angle(), advance[:, :, :-1]], 2), 2)
    return _overlap_added(torch.polar(magnitude, phase), window)[:, : int(samples / least)]


def _overlap_added(spectra: Tensor, window: Tensor) -> Tensor:
    """[B, bins, frames] -> [B, samples]: what torch.istft does, without its check that makes the host wait."""
    frames = spectra.shape[2]
    samples = FFT_SAMPLES + (frames - 1) * HOP_SAMPLES

    def added(x: Tensor) -> Tensor:
        return functional.fold(x, (1, samples), (1, FFT_SAMPLES), stride=(1, HOP_SAMPLES))[:, 0, 0, FFT_SAMPLES // 2 :]

    waves = added(torch.fft.irfft(spectra, FFT_SAMPLES, dim=1) * window[:, None])
    weight = added(window.square()[None, :, None].expand(1, FFT_SAMPLES, frames).contiguous())
    return waves / weight.clamp_min(1e-3)


def change_speed(waves: Tensor, rates: Tensor) -> Tensor:
    """waves [B, S] played at `rates` [B] times the speed, tempo and pitch together -> [B, S / the least rate], zeros at
    the end. Cubic interpolation (Catmull-Rom) between the samples."""
    samples = waves.shape[1]
    out_samples = int(samples / rates.min().item())
    places = torch.arange(out_samples, device=waves.device) * rates.to(waves.device, non_blocking=True)[:, None]
    before = places.floor()
    t = places - before
    before = before.long()
    padded = functional.pad(waves, (1, 3))

    def at(offset: int) -> Tensor:
        return padded.gather(1, (before + 1 + offset).clamp(max=samples + 3))

    a, b, c, d = at(-1), at(0), at(1), at(2)
    cubic = b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))) / 2
    return cubic * (places < samples)


def shift_pitch(waves: Tensor, factors: Tensor) -> Tensor:
    """waves [B, S] with every frequency times `factors` [B], the tempo kept -> [B, S]."""
    slowed = stretch_time(waves, 1 / factors)
    shifted = change_speed(slowed, factors)[:, : waves.shape[1]]
    return functional.pad(shifted, (0, waves.shape[1] - shifted.shape[1]))
