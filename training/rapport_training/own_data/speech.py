"""`speech/index.csv` (path, emotion, speaker, and split if wanted) and its sound files, as 16 kHz mono int16."""

from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from .index_file import check_counts, check_emotions, check_groups, check_paths, read_index

FOLDER = "speech"
SAMPLE_RATE_HZ = 16_000
MIN_RATE_HZ = 8_000
MIN_SECONDS, MAX_SECONDS = 0.5, 600.0
"""Shorter holds no emotion to speak of; longer is a call, which must be cut into utterances that have a label each."""


@dataclass(frozen=True)
class OwnSpeech:
    """One utterance a place: waves int16 [samples] each, and its emotion, speaker, split ("" when not given) and path."""

    waves: list[np.ndarray]
    emotions: list[str]
    speakers: list[str]
    splits: list[str]
    paths: list[str]

    def __len__(self) -> int:
        return len(self.waves)


def read_own_speech(data: Path) -> OwnSpeech:
    """Raises DataFolderError with every fault found; sound files are decoded only when the index is in order."""
    folder = data / FOLDER
    rows, faults = read_index(folder, ("path", "emotion", "speaker"))
    check_emotions(rows, faults)
    check_paths(folder, rows, faults)
    check_counts((row["emotion"] for row in rows), "emotion", faults)
    check_groups(rows, "speaker", faults)
    faults.raise_if_any()
    waves: list[np.ndarray] = []
    for row in rows:
        try:
            waves.append(decode(folder / row["path"]))
        except ValueError as error:
            faults.row(row.number, str(error))
    faults.raise_if_any()
    columns = ([row[name] for row in rows] for name in ("emotion", "speaker", "split", "path"))
    return OwnSpeech(waves, *columns)


def decode(path: Path) -> np.ndarray:
    """16 kHz int16 [samples]. Raises ValueError with the reason, the name of the file in it."""
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ValueError(f"{path.name} cannot be decoded as WAV, FLAC or Ogg: {error}") from error
    if sound.shape[1] != 1:
        raise ValueError(f"{path.name} has {sound.shape[1]} channels: make one mono file of each party")
    if rate_hz < MIN_RATE_HZ:
        raise ValueError(f"{path.name} has {rate_hz} samples a second: at least {MIN_RATE_HZ} are needed")
    seconds = len(sound) / rate_hz
    if not MIN_SECONDS <= seconds <= MAX_SECONDS:
        raise ValueError(f"{path.name} is {seconds:.2f} s long: {MIN_SECONDS} to {MAX_SECONDS:.0f} s are of use")
    wave = sound[:, 0]
    if not np.isfinite(wave).all():
        raise ValueError(f"{path.name} holds samples that are no numbers")
    if not wave.any():
        raise ValueError(f"{path.name} is silent from beginning to end")
    if rate_hz != SAMPLE_RATE_HZ:
        shared = gcd(rate_hz, SAMPLE_RATE_HZ)
        wave = resample_poly(wave, SAMPLE_RATE_HZ // shared, rate_hz // shared)
    return np.round(np.clip(wave, -1, 1) * 32767).astype(np.int16)


def has_own_speech(data: Path) -> bool:
    """Whether the folder is there at all; a folder without an index is a fault, not an absence."""
    return (data / FOLDER).is_dir()
