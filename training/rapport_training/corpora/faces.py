"""Face corpora: FER+ (48x48 grey faces with the votes of ten people), CK+ (posed faces by subject), and the user's own."""

import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..folds import held_out
from ..labels import FERPLUS_LABELS
from ..own_data.faces import OwnFaces, has_own_faces, read_own_faces

FACE_SIZE_PX = 48
FACE_LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
"""The order of `probs8`: the first eight of the ten things one could vote for in FER+."""
UNKNOWN, NO_FACE = 8, 9
VOTERS = 10
SPLITS = ("train", "valid", "test")
UNREADABLE = (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
"""What numpy and its decompressors raise on a file that is damaged or no npz."""

CKPLUS_LABELS = {
    "happy": "happiness",
    "sadness": "sadness",
    "surprise": "surprise",
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "contempt": "contempt",
}

FERPLUS_FILE = Path("ferplus") / "ferplus.npz"
CKPLUS_FILE = Path("ckplus48") / "ckplus48.npz"


@dataclass(frozen=True)
class VotedFaces:
    """One split of FER+."""

    images: np.ndarray
    """[N, 48, 48] uint8"""
    votes: np.ndarray
    """[N, 10] float32: FACE_LABELS, unknown, no face"""

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class PosedFaces:
    """CK+ without its split: whoever trains on it divides it by subject."""

    images: np.ndarray
    """[N, 48, 48] uint8"""
    labels: np.ndarray
    """[N] index into FACE_LABELS"""
    subjects: np.ndarray
    """[N] strings"""


def read_faces(data: Path) -> dict[str, VotedFaces]:
    """What is trained on, by split: FER+, and the user's own pictures, of which every one of the ten voters is taken to
    have agreed with the label. Where the user's own are, FER+ may be missing. Raises as read_ferplus does, and
    DataFolderError for a fault of the user's folder."""
    if not has_own_faces(data):
        return read_ferplus(data)
    own = _own_splits(read_own_faces(data))
    if not (data / FERPLUS_FILE).exists():
        return own
    public = read_ferplus(data)
    return {
        name: VotedFaces(
            np.concatenate([public[name].images, own[name].images]),
            np.concatenate([public[name].votes, own[name].votes]),
        )
        for name in SPLITS
    }


def _own_splits(own: OwnFaces) -> dict[str, VotedFaces]:
    """By the split column, else every fifth person for validation, and nobody for the test."""
    names = {emotion: FACE_LABELS.index(label) for label, emotion in FERPLUS_LABELS.items()}
    votes = np.zeros((len(own), len(FACE_LABELS) + 2), np.float32)
    votes[np.arange(len(own)), [names[emotion] for emotion in own.emotions]] = VOTERS
    validated = held_out("0", own.persons)
    given = [
        {"dev": "valid"}.get(split, split) or ("valid" if person in validated else "train")
        for split, person in zip(own.splits, own.persons, strict=True)
    ]
    chosen = {name: np.array([split == name for split in given]) for name in SPLITS}
    return {name: VotedFaces(own.images[of], votes[of]) for name, of in chosen.items()}


def read_ferplus(data: Path) -> dict[str, VotedFaces]:
    """The three splits; pictures that most people took for no face or could not name are left out.
    Raises ValueError with the file and what is wrong in it, FileNotFoundError when there is none."""
    path = data / FERPLUS_FILE
    arrays = _read(path, ("images", "votes", "split"))
    images, votes = arrays["images"], arrays["votes"].astype(np.float32)
    _check_images(path, images)
    if votes.shape != (len(images), len(FACE_LABELS) + 2):
        raise ValueError(f"{path}: votes {votes.shape}, expected ({len(images)}, {len(FACE_LABELS) + 2})")
    if len(arrays["split"]) != len(images):
        raise ValueError(f"{path}: {len(arrays['split'])} entries in split for {len(images)} images")
    strange = set(np.unique(arrays["split"]).tolist()) - set(SPLITS)
    if strange:
        raise ValueError(f"{path}: split {sorted(strange)[0]!r}, expected one of {', '.join(SPLITS)}")
    usable = nameable(votes)
    splits = {}
    for name in SPLITS:
        chosen = usable & (arrays["split"] == name)
        if not chosen.any():
            raise ValueError(f"{path}: no usable picture in split {name!r}")
        splits[name] = VotedFaces(images[chosen], votes[chosen])
    return splits


def read_ckplus(data: Path) -> PosedFaces:
    """All pictures that are here. Raises as read_ferplus does."""
    path = data / CKPLUS_FILE
    arrays = _read(path, ("images", "label", "subject"))
    _check_images(path, arrays["images"])
    strange = set(np.unique(arrays["label"]).tolist()) - set(CKPLUS_LABELS)
    if strange:
        raise ValueError(f"{path}: label {sorted(strange)[0]!r}, expected one of {', '.join(CKPLUS_LABELS)}")
    labels = np.array([FACE_LABELS.index(CKPLUS_LABELS[str(name)]) for name in arrays["label"]])
    return PosedFaces(arrays["images"], labels, arrays["subject"])


def nameable(votes: np.ndarray) -> np.ndarray:
    """[N] bool: at least half of the votes name one of the eight, and one of them leads."""
    named = votes[:, : len(FACE_LABELS)]
    lead = named.max(1)
    return (named.sum(1) >= 5) & (lead > votes[:, UNKNOWN]) & (lead > votes[:, NO_FACE])


def vote_targets(votes: np.ndarray) -> np.ndarray:
    """[N, 8] distributions. A single stray vote is dropped, as the authors of FER+ do (Barsoum et al. 2016)."""
    named = votes[:, : len(FACE_LABELS)].copy()
    named[named <= 1] = 0
    total = named.sum(1, keepdims=True)
    return np.where(total > 0, named / np.maximum(total, 1), 1 / len(FACE_LABELS)).astype(np.float32)


def _read(path: Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    try:
        with np.load(path) as file:
            missing = [name for name in names if name not in file]
            arrays = {name: file[name] for name in names if name not in missing}
    except FileNotFoundError:
        raise
    except UNREADABLE as error:
        raise ValueError(f"{path} cannot be read ({error}): it must be an npz file") from error
    if missing:
        raise ValueError(f"{path}: no array {missing[0]!r}")
    return arrays


def _check_images(path: Path, images: np.ndarray) -> None:
    if images.dtype != np.uint8 or images.shape[1:] != (FACE_SIZE_PX, FACE_SIZE_PX):
        raise ValueError(f"{path}: images {images.dtype} {images.shape}, expected uint8 [N, 48, 48]")
