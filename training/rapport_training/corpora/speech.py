"""Acted and natural emotional speech: RAVDESS (English), nEMO (Polish), URDU (talk shows), and the user's own, decoded
into one array.

A public corpus is a folder NAME with `index.csv` (columns path, emotion, and speaker or actor) and `NAME.tar` (Ogg Opus, or
whatever libsndfile reads, 16 kHz mono). The user's own is the folder `speech` (see own_data); where it is, public corpora
may be missing.
"""

import csv
import io
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from ..craft.opus import opus_round_trip
from ..folds import held_out
from ..labels import EMOTIONS, SPEECH_LABELS
from ..own_data.speech import FOLDER, OwnSpeech, decode, has_own_speech, read_own_speech

PUBLIC, OWN = ("ravdess", "nemo", "urdu"), "own"
CORPORA = (*PUBLIC, OWN)
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
    kept_apart: np.ndarray | None = None
    """bool [clips]: of the dev split of the user's own index, which no fold trains on. None: of nobody."""

    def __len__(self) -> int:
        return len(self.starts)

    def wave(self, clip: int) -> np.ndarray:
        """int16 [samples]"""
        return self.samples[self.starts[clip] : self.starts[clip] + self.lengths[clip]]

    def held_out(self, fold: str) -> np.ndarray:
        """bool [clips]: the clips of the speakers that `fold` leaves out, corpus by corpus, and what is kept apart."""
        return _held_out(fold, self.corpora, self.speakers, self.kept_apart)


@dataclass(frozen=True)
class SpeechIndex:
    """What is known of the clips before any is decoded; arrays as in SpeechClips, all [clips]."""

    labels: np.ndarray
    corpora: np.ndarray
    speakers: np.ndarray
    paths: np.ndarray
    kept_apart: np.ndarray | None = None

    def held_out(self, fold: str) -> np.ndarray:
        return _held_out(fold, self.corpora, self.speakers, self.kept_apart)

    def part(self, keep: np.ndarray) -> "SpeechIndex":
        return SpeechIndex(**{name: value if value is None else value[keep] for name, value in vars(self).items()})


def _held_out(fold: str, corpora: np.ndarray, speakers: np.ndarray, kept_apart: np.ndarray | None) -> np.ndarray:
    out = np.zeros(len(speakers), bool) if kept_apart is None else kept_apart.copy()
    for corpus in range(len(CORPORA)):
        of_corpus = corpora == corpus
        left_out = held_out(fold, speakers[of_corpus].tolist())
        out |= of_corpus & np.isin(speakers, sorted(left_out))
    return out


def _rows(folder: Path, name: str, every: int) -> list[dict[str, str]]:
    path = folder / name / "index.csv"
    if not path.exists():
        raise SpeechCorpusError(f"{path} is not there: a speech corpus needs index.csv beside {name}.tar")
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(enumerate(csv.DictReader(file), start=2))[::every]
    except UnicodeDecodeError as error:
        raise SpeechCorpusError(f"{path} cannot be read ({error}): it must be CSV in UTF-8") from error
    for line, row in rows:
        for column in ("path", "emotion", SPEAKER_COLUMN[name]):
            if not row.get(column):
                raise SpeechCorpusError(f"{path}, row {line}: no {column}")
        if row["emotion"] not in SPEECH_LABELS:
            raise SpeechCorpusError(f"{path}, row {line}: {row['emotion']!r} is none of {', '.join(SPEECH_LABELS)}")
    return [row for _, row in rows]


def _files(path: Path, wanted: set[str]) -> dict[str, bytes]:
    """The files of a tar in one pass."""
    if not path.exists():
        raise SpeechCorpusError(f"{path} is not there")
    try:
        with tarfile.open(path) as tar:
            found = {m.name: tar.extractfile(m).read() for m in tar if m.name in wanted}  # type: ignore[union-attr]
    except (tarfile.TarError, EOFError) as error:
        raise SpeechCorpusError(f"{path} cannot be read ({error}): it must be a whole tar file") from error
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
    """All of CORPORA below `folder`; of each public one only every so-manieth clip (for smoke tests).

    Raises SpeechCorpusError or DataFolderError, naming the file.
    """
    return read_clips(folder, read_index(folder, every), threads)


def read_index(folder: Path, every: int = 1) -> SpeechIndex:
    """Of all of CORPORA, one after another. Raises SpeechCorpusError, and DataFolderError for a fault of the user's own
    folder, whose files are looked through here."""
    own = _own_rows(read_own_speech(folder)) if has_own_speech(folder) else []
    names = [name for name in PUBLIC if not own or (folder / name).is_dir()]
    rows = [_IndexRow.of_public(name, row) for name in names for row in _rows(folder, name, every)] + own
    return SpeechIndex(
        labels=np.array([EMOTIONS.index(row.emotion) for row in rows]),
        corpora=np.array([CORPORA.index(row.corpus) for row in rows]),
        speakers=np.array([row.speaker for row in rows]),
        paths=np.array([row.path for row in rows]),
        kept_apart=np.array([row.kept_apart for row in rows]) if own else None,
    )


class _IndexRow(NamedTuple):
    corpus: str
    path: str
    emotion: str
    speaker: str
    kept_apart: bool

    @classmethod
    def of_public(cls, corpus: str, row: dict[str, str]) -> "_IndexRow":
        return cls(corpus, row["path"], SPEECH_LABELS[row["emotion"]], row[SPEAKER_COLUMN[corpus]], False)


def _own_rows(own: OwnSpeech) -> list[_IndexRow]:
    """Without the test split, which is not for training."""
    columns = zip(own.paths, own.emotions, own.speakers, own.splits, strict=True)
    return [
        _IndexRow(OWN, path, emotion, speaker, split == "dev")
        for path, emotion, speaker, split in columns
        if split != "test"
    ]


def read_clips(folder: Path, index: SpeechIndex, threads: int) -> SpeechClips:
    """The clips of `index`, decoded, in its order. Raises SpeechCorpusError."""
    encoded: list[tuple[str, bytes]] = []
    for corpus, name in enumerate(PUBLIC):
        paths = index.paths[index.corpora == corpus].tolist()
        files = _files(folder / name / f"{name}.tar", set(paths)) if paths else {}
        encoded += [(f"{name}.tar: {path}", files[path]) for path in paths]
    own = [folder / FOLDER / path for path in index.paths[index.corpora == CORPORA.index(OWN)].tolist()]
    with ThreadPoolExecutor(threads) as pool:
        waves = [*pool.map(lambda item: _decode(*item), encoded), *pool.map(decode, own)]
    samples, starts, lengths = _joined(waves)
    return SpeechClips(samples, starts, lengths, **vars(index))


def opus_copies(clips: SpeechClips, chosen: np.ndarray, bits_per_second: int, threads: int) -> SpeechClips:
    """The `chosen` clips (places) as they sound after Opus at that rate."""

    def copy(clip: int) -> np.ndarray:
        return opus_round_trip(clips.wave(clip), SAMPLE_RATE_HZ, bits_per_second)

    with ThreadPoolExecutor(threads) as pool:
        samples, starts, lengths = _joined(list(pool.map(copy, chosen.tolist())))
    kept = {name: getattr(clips, name)[chosen] for name in ("labels", "corpora", "speakers", "paths")}
    apart = None if clips.kept_apart is None else clips.kept_apart[chosen]
    return replace(clips, samples=samples, starts=starts, lengths=lengths, kept_apart=apart, **kept)


def joined(first: SpeechClips, second: SpeechClips) -> SpeechClips:
    """Both sets as one."""
    fields = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("samples", "lengths", "labels", "corpora", "speakers", "paths")
    }
    apart = [np.zeros(len(part), bool) if part.kept_apart is None else part.kept_apart for part in (first, second)]
    starts = np.concatenate([first.starts, second.starts + len(first.samples)])
    return SpeechClips(starts=starts, kept_apart=np.concatenate(apart), **fields)
