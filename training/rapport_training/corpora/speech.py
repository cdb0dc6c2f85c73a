"""Acted and natural emotional speech: RAVDESS (English), nEMO (Polish), URDU (talk shows), decoded into one array.

A corpus is a folder NAME with `index.csv` (columns path, emotion, and speaker or actor) and `NAME.tar` (Ogg Opus, or
whatever libsndfile reads, 16 kHz mono).
"""

import csv
import io
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from ..craft.opus import opus_round_trip
from ..folds import held_out
from ..labels import EMOTIONS, SPEECH_LABELS

CORPORA = ("ravdess", "nemo", "urdu")
SPEAKER_COLUMN = {"ravdess": "actor", "nemo": "speaker", "urdu": "speaker"}
SAMPLE_RATE_HZ = 16_000


class SpeechCorpusError(ValueError):
    """A corpus that cannot be trained on; the message names the file and the reason."""


@dataclass(frozen=True)
class SpeechClips:
    """All clips behind each other: clip i is samples[starts[i] : starts[i] + lengths[i]].

    samples int16; starts, lengths, labels (places in EMOTIONS), corpora (places in CORPORA) int64 [clips];
    speakers and paths str [clips]. A speaker's name holds only within the corpus.
    """

    samples: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    labels: np.ndarray
    corpora: np.ndarray
    speakers: np.ndarray
    paths: np.ndarray

    def __len__(self) -> int:
        return len(self.starts)

    def wave(self, clip: int) -> np.ndarray:
        """int16 [samples]"""
        return self.samples[self.starts[clip] : self.starts[clip] + self.lengths[clip]]

    def held_out(self, fold: str) -> np.ndarray:
        """bool [clips]: the clips of the speakers that `fold` leaves out, corpus by corpus."""
        return _held_out(fold, self.corpora, self.speakers)


@dataclass(frozen=True)
class SpeechIndex:
    """What is known of the clips before any is decoded; arrays as in SpeechClips, all [clips]."""

    labels: np.ndarray
    corpora: np.ndarray
    speakers: np.ndarray
    paths: np.ndarray

    def held_out(self, fold: str) -> np.ndarray:
        return _held_out(fold, self.corpora, self.speakers)

    def part(self, keep: np.ndarray) -> "SpeechIndex":
        return SpeechIndex(**{name: value[keep] for name, value in vars(self).items()})


def _held_out(fold: str, corpora: np.ndarray, speakers: np.ndarray) -> np.ndarray:
    out = np.zeros(len(speakers), bool)
    for corpus in range(len(CORPORA)):
        of_corpus = corpora == corpus
        left_out = held_out(fold, speakers[of_corpus].tolist())
        out |= of_corpus & np.isin(speakers, sorted(left_out))
    return out


def _rows(folder: Path, name: str, every: int) -> list[dict[str, str]]:
    path = folder / name / "index.csv"
    if not path.exists():
        raise SpeechCorpusError(f"{path} is not there: a speech corpus needs index.csv beside {name}.tar")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::every]
    for line, row in enumerate(rows, start=2):
        for column in ("path", "emotion", SPEAKER_COLUMN[name]):
            if not row.get(column):
                raise SpeechCorpusError(f"{path}, row {line}: no {column}")
        if row["emotion"] not in SPEECH_LABELS:
            raise SpeechCorpusError(f"{path}, row {line}: {row['emotion']!r} is none of {', '.join(SPEECH_LABELS)}")
    return rows


def _files(path: Path, wanted: set[str]) -> dict[str, bytes]:
    """The files of a tar in one pass."""
    if not path.exists():
        raise SpeechCorpusError(f"{path} is not there")
    with tarfile.open(path) as tar:
        found = {m.name: tar.extractfile(m).read() for m in tar if m.name in wanted}  # type: ignore[union-attr]
    missing = wanted - found.keys()
    if missing:
        raise SpeechCorpusError(f"{path} lacks {len(missing)} files of its index, among them {min(missing)}")
    return found


def _decode(name: str, data: bytes) -> np.ndarray:
    """int16 [samples]"""
    try:
        wave, rate_hz = soundfile.read(io.BytesIO(data), dtype="int16")
    except soundfile.LibsndfileError as error:
        raise SpeechCorpusError(f"{name} cannot be decoded: {error}") from error
    if rate_hz != SAMPLE_RATE_HZ or wave.ndim != 1 or not len(wave):
        raise SpeechCorpusError(f"{name}: {rate_hz} Hz, shape {wave.shape}; expected {SAMPLE_RATE_HZ} Hz mono")
    return wave


def _joined(waves: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lengths = np.array([len(wave) for wave in waves], np.int64)
    return np.concatenate(waves), np.cumsum(lengths) - lengths, lengths


def read_speech(folder: Path, threads: int, every: int = 1) -> SpeechClips:
    """All of CORPORA below `folder`; of each only every so-manieth clip (for smoke tests).

    Raises SpeechCorpusError, naming the file.
    """
    return read_clips(folder, read_index(folder, every), threads)


def read_index(folder: Path, every: int = 1) -> SpeechIndex:
    """Of all of CORPORA, one after another; nothing is decoded. Raises SpeechCorpusError."""
    rows = [(corpus, row) for corpus, name in enumerate(CORPORA) for row in _rows(folder, name, every)]
    return SpeechIndex(
        labels=np.array([EMOTIONS.index(SPEECH_LABELS[row["emotion"]]) for _, row in rows]),
        corpora=np.array([corpus for corpus, _ in rows]),
        speakers=np.array([row[SPEAKER_COLUMN[CORPORA[corpus]]] for corpus, row in rows]),
        paths=np.array([row["path"] for _, row in rows]),
    )


def read_clips(folder: Path, index: SpeechIndex, threads: int) -> SpeechClips:
    """The clips of `index`, decoded, in its order. Raises SpeechCorpusError."""
    encoded: list[tuple[str, bytes]] = []
    for corpus, name in enumerate(CORPORA):
        paths = index.paths[index.corpora == corpus].tolist()
        files = _files(folder / name / f"{name}.tar", set(paths))
        encoded += [(f"{name}.tar: {path}", files[path]) for path in paths]
    with ThreadPoolExecutor(threads) as pool:
        samples, starts, lengths = _joined(list(pool.map(lambda item: _decode(*item), encoded)))
    return SpeechClips(samples, starts, lengths, **vars(index))


def opus_copies(clips: SpeechClips, chosen: np.ndarray, bits_per_second: int, threads: int) -> SpeechClips:
    """The `chosen` clips (places) as they sound after Opus at that rate."""

    def copy(clip: int) -> np.ndarray:
        return opus_round_trip(clips.wave(clip), SAMPLE_RATE_HZ, bits_per_second)

    with ThreadPoolExecutor(threads) as pool:
        samples, starts, lengths = _joined(list(pool.map(copy, chosen.tolist())))
    kept = {name: getattr(clips, name)[chosen] for name in ("labels", "corpora", "speakers", "paths")}
    return replace(clips, samples=samples, starts=starts, lengths=lengths, **kept)


def joined(first: SpeechClips, second: SpeechClips) -> SpeechClips:
    """Both sets as one."""
    fields = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("samples", "lengths", "labels", "corpora", "speakers", "paths")
    }
    return SpeechClips(starts=np.concatenate([first.starts, second.starts + len(first.samples)]), **fields)
