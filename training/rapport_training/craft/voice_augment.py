"""What happens to a voice between the mouth and the service: rooms, noise, telephones, codecs, lost packets.

Every piece works on a batch of waves [B, S], 16 kHz float -1..1, on their device; tempo and pitch are in
`phase_vocoder.py`, a real Opus round trip in `opus.py`.
"""

from functools import cache

import torch
from scipy.signal import firwin, kaiserord
from torch import Tensor

SAMPLE_RATE_HZ = 16_000
PACKET_SAMPLES = 320
BUTTERWORTH_ORDER = 4
STEEP_LOW_HZ, STEEP_HIGH_HZ, STEEP_DB = (200.0, 300.0), (3_400.0, 4_000.0), 60.0


def power(waves: Tensor) -> Tensor:
    """Mean over the samples that are not exactly zero (padding is), [B]; a little above 0."""
    return waves.square().sum(1) / (waves != 0).sum(1).clamp_min(1) + 1e-12


def add_noise(waves: Tensor, noise: Tensor, snr_db: Tensor) -> Tensor:
    """noise [B, S] mixed in at `snr_db` [B] below the voice."""
    gain = torch.sqrt(power(waves) / power(noise) * 10 ** (-snr_db / 10))
    return waves + gain[:, None] * noise


def coloured_noise(shape: tuple[int, int], slope: Tensor, generator: torch.Generator) -> Tensor:
    """[B, S] with a power spectrum of 1 / frequency^slope, slope [B]: 0 white, 1 pink, 2 brown."""
    white = torch.randn(shape, generator=generator, device=slope.device)
    spectrum = torch.fft.rfft(white)
    order = torch.arange(spectrum.shape[1], device=slope.device).clamp_min(1)
    return torch.fft.irfft(spectrum * order ** (-slope[:, None] / 2), n=shape[1])


def reverberate(waves: Tensor, responses: Tensor) -> Tensor:
    """Convolved with room responses [B, R]; the direct sound stays in its place, the tail behind S is cut off."""
    size = waves.shape[1] + responses.shape[1]
    direct = responses.abs().argmax(1, keepdim=True)
    places = torch.arange(responses.shape[1], device=waves.device)[None] + direct
    shifted = torch.nn.functional.pad(responses, (0, responses.shape[1])).gather(1, places)
    return torch.fft.irfft(torch.fft.rfft(waves, size) * torch.fft.rfft(shifted, size), size)[:, : waves.shape[1]]


def room_responses(decay_s: Tensor, samples: int, generator: torch.Generator) -> Tensor:
    """[B, samples]: a direct sound, then noise that falls by 60 dB in `decay_s` [B] (Polack's model of a room)."""
    time_s = torch.arange(samples, device=decay_s.device) / SAMPLE_RATE_HZ
    tail = torch.randn(len(decay_s), samples, generator=generator, device=decay_s.device)
    tail = tail * 10 ** (-3 * time_s / decay_s[:, None]) * 0.05
    tail[:, 0] = 1
    return tail


def mu_law_levels() -> Tensor:
    """[255] rising, -1..1: the samples of ITU-T G.711 (11/88), tables 2a and 2b. Zero is one of them (two codes have it), so
    that what is quieter than half of the first step is still: a level of its own on either side of zero would hiss."""
    codes = torch.arange(128)
    bias = 33 << 2
    magnitude = (((codes & 15) << 3) + bias << (codes >> 4)) - bias
    return torch.cat([-magnitude.flip(0)[:-1], magnitude]) / 32_768


def mu_law(waves: Tensor) -> Tensor:
    """To 8-bit G.711 mu-law and back: the nearest of its samples."""
    levels = mu_law_levels().to(waves)
    return levels[torch.bucketize(waves, (levels[1:] + levels[:-1]) / 2)]


def telephone_band(waves: Tensor, low_hz: Tensor, high_hz: Tensor) -> Tensor:
    """Band-pass from low_hz [B] to high_hz [B], 8 kHz, mu-law, back to 16 kHz. The magnitudes are those of a digital
    Butterworth filter at 8 kHz (frequencies warped as the bilinear transform does), without its delay."""
    half = _up_to_4_khz(waves)
    hz = torch.linspace(0, SAMPLE_RATE_HZ / 4, half.shape[1], device=waves.device)[None].clamp(1, 3_999)
    warped, low, high = (
        torch.tan(torch.pi * f / (SAMPLE_RATE_HZ / 2)) for f in (hz, low_hz[:, None], high_hz[:, None])
    )
    detuning = (warped.square() - low * high) / (warped * (high - low))
    return _over_mu_law(half / torch.sqrt(1 + detuning ** (2 * BUTTERWORTH_ORDER)), waves.shape[1])


def steep_telephone_band(waves: Tensor) -> Tensor:
    """As `telephone_band` from 300 to 3400 Hz, by the filters with which the evaluation makes a line
    (`src/eval/signal/telephone.ts`): nothing is left of a voice's lowest tones, of which a Butterworth filter leaves some."""
    high, low = (_low_pass(*edges) for edges in (STEEP_HIGH_HZ, STEEP_LOW_HZ))
    samples, size = waves.shape[1], -(-(waves.shape[1] + len(low)) // 4) * 4
    gain = torch.fft.rfft(high, size).abs() - torch.fft.rfft(low, size).abs()
    half = _up_to_4_khz(torch.nn.functional.pad(waves, (0, size - samples)))
    return _over_mu_law(half * gain[: half.shape[1]].to(waves), size)[:, : samples // 2 * 2]


@cache
def _low_pass(pass_hz: float, stop_hz: float) -> Tensor:
    """Taps, odd in number, by the Kaiser window."""
    order, beta = kaiserord(STEEP_DB, (stop_hz - pass_hz) / (SAMPLE_RATE_HZ / 2))
    return torch.from_numpy(firwin(order | 1, (pass_hz + stop_hz) / 2, window=("kaiser", beta), fs=SAMPLE_RATE_HZ))


def _up_to_4_khz(waves: Tensor) -> Tensor:
    """Spectrum: what is left of it is resampled to 8 kHz without aliasing."""
    return torch.fft.rfft(waves)[:, : waves.shape[1] // 4 + 1]


def _over_mu_law(half: Tensor, samples: int) -> Tensor:
    narrow = torch.fft.irfft(half, n=samples // 2) / 2
    wide = torch.fft.rfft(mu_law(narrow))
    return torch.fft.irfft(wide, n=samples // 2 * 2) * 2


def limit_band(waves: Tensor, cutoff_hz: Tensor) -> Tensor:
    """Nothing above cutoff_hz [B]: what a codec at a low rate keeps (Opus: 4, 6 or 8 kHz)."""
    spectrum = torch.fft.rfft(waves)
    hz = torch.linspace(0, SAMPLE_RATE_HZ / 2, spectrum.shape[1], device=waves.device)
    return torch.fft.irfft(spectrum * (hz[None] < cutoff_hz[:, None]), n=waves.shape[1])


def lose_packets(waves: Tensor, loss: Tensor, generator: torch.Generator) -> Tensor:
    """Holes of 20 ms, each packet lost with probability loss [B]."""
    packets = -(-waves.shape[1] // PACKET_SAMPLES)
    kept = torch.rand(len(waves), packets, generator=generator, device=waves.device) >= loss[:, None]
    return waves * kept.repeat_interleave(PACKET_SAMPLES, 1)[:, : waves.shape[1]]


def mask_spectrogram(mel: Tensor, frames: Tensor, generator: torch.Generator, bands: int, most_frames: int) -> Tensor:
    """SpecAugment (Park et al., 2019): mel [B, M, T] of `frames` [B] valid ones, up to `bands` neighbouring bands and up
    to `most_frames` neighbouring frames set to the item's mean; mel is zero behind the valid frames."""
    items, rows, columns = mel.shape

    def draw(limit: Tensor | float) -> Tensor:
        return torch.rand(items, generator=generator, device=mel.device) * limit

    def stripe(size: int, start: Tensor, width: Tensor) -> Tensor:
        place = torch.arange(size, device=mel.device)[None]
        return (place >= start[:, None]) & (place < (start + width)[:, None])

    width, height = draw(most_frames), draw(bands)
    hidden = stripe(rows, draw(rows - height), height)[:, :, None]
    hidden = hidden | stripe(columns, draw((frames - width).clamp_min(0)), width)[:, None]
    mean = mel.sum((1, 2)) / (rows * frames.clamp_min(1))
    return torch.where(hidden, mean[:, None, None], mel)
