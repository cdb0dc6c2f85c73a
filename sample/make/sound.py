"""Places the spoken lines in time and writes one 16 kHz mono PCM16 file a party."""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from story import DURATION_MS, LEAD_IN_MS, LINES, Line, Party
from voices import MANNERS, SAMPLE_RATE_HZ, AgentVoice, CustomerVoice

ROOM_NOISE_DBFS = -65.0
NOISE_SEED: dict[Party, int] = {"customer": 71, "agent": 72}
SPEECH_SEED = 4_000


@dataclass(frozen=True)
class Spoken:
    """A line with its place in the call."""

    line: Line
    start_ms: int
    end_ms: int
    wave: np.ndarray


def perform() -> list[Spoken]:
    """Speaks every line of the story and lines them up by their gaps."""
    voices: dict[Party, CustomerVoice | AgentVoice] = {"customer": CustomerVoice(), "agent": AgentVoice()}
    spoken: list[Spoken] = []
    end_ms = LEAD_IN_MS
    for number, line in enumerate(LINES):
        samples = voices[line.party].speak(line.text, MANNERS[line.delivery], SPEECH_SEED + number)
        start_ms = end_ms + line.gap_ms
        end_ms = start_ms + round(len(samples) * 1_000 / SAMPLE_RATE_HZ)
        spoken.append(Spoken(line, start_ms, end_ms, samples))
    if end_ms + 1_000 > DURATION_MS:
        raise SystemExit(f"the story ends at {end_ms} ms: too long for DURATION_MS = {DURATION_MS}")
    return spoken


def track(spoken: list[Spoken], party: Party) -> np.ndarray:
    """One party's whole stream, float64 [samples], room noise included."""
    samples = _room_noise(NOISE_SEED[party])
    for item in spoken:
        if item.line.party == party:
            start = item.start_ms * SAMPLE_RATE_HZ // 1_000
            samples[start : start + len(item.wave)] += item.wave
    return samples


def write_wav(path: Path, samples: np.ndarray) -> None:
    """Writes PCM16, little-endian, mono."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes(np.clip(np.round(samples * 32_767), -32_768, 32_767).astype("<i2").tobytes())


def _room_noise(seed: int) -> np.ndarray:
    """Slightly low-passed noise: a quiet room, so that no stream is digital zero."""
    count = DURATION_MS * SAMPLE_RATE_HZ // 1_000
    white = np.random.default_rng(seed).standard_normal(count + 3)
    noise = np.convolve(white, [0.25, 0.5, 0.5, 0.25], mode="valid")[:count]
    return noise * 10 ** (ROOM_NOISE_DBFS / 20) / noise.std()
