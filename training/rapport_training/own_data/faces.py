"""`faces/index.csv` (path, emotion, person, and split if wanted) and its pictures, as 48 x 48 grey.

A picture is a square cut around one face as the service cuts it (README of models/fernet): eyes level, .37 of the side
apart, their middle at (.50, .40). Larger squares are shrunk.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from .index_file import check_counts, check_emotions, check_groups, check_paths, read_index

FOLDER = "faces"
FACE_SIZE_PX = 48
MAX_SIDE_PX = 4096


@dataclass(frozen=True)
class OwnFaces:
    """images uint8 [N, 48, 48], and the emotion, person and split ("" when not given) of each."""

    images: np.ndarray
    emotions: list[str]
    persons: list[str]
    splits: list[str]

    def __len__(self) -> int:
        return len(self.images)


def read_own_faces(data: Path) -> OwnFaces:
    """Raises DataFolderError with every fault found; pictures are decoded only when the index is in order."""
    folder = data / FOLDER
    rows, faults = read_index(folder, ("path", "emotion", "person"))
    check_emotions(rows, faults)
    check_paths(folder, rows, faults)
    check_counts((row["emotion"] for row in rows), "emotion", faults)
    check_groups(rows, "person", faults)
    faults.raise_if_any()
    images: list[np.ndarray] = []
    for row in rows:
        try:
            images.append(decode(folder / row["path"]))
        except ValueError as error:
            faults.row(row.number, str(error))
    faults.raise_if_any()
    columns = ([row[name] for row in rows] for name in ("emotion", "person", "split"))
    return OwnFaces(np.stack(images), *columns)


def decode(path: Path) -> np.ndarray:
    """Grey uint8 [48, 48] by .299 R + .587 G + .114 B. Raises ValueError with the reason, the file's name in it."""
    try:
        with Image.open(path) as picture:
            width, height = picture.size
            if width != height or not FACE_SIZE_PX <= width <= MAX_SIDE_PX:
                raise ValueError(
                    f"{path.name} is {width} x {height} pixels: a square of {FACE_SIZE_PX} to {MAX_SIDE_PX} pixels, "
                    "cut around the face, is needed"
                )
            grey = picture.convert("L")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path.name} cannot be decoded as a picture: {error}") from error
    if width > FACE_SIZE_PX:
        grey = grey.resize((FACE_SIZE_PX, FACE_SIZE_PX), Image.Resampling.BOX)
    return np.asarray(grey, np.uint8)


def has_own_faces(data: Path) -> bool:
    return (data / FOLDER).is_dir()
