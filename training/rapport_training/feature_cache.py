"""Features computed once: kept on disk under a key made of the content they came from, the encoder, and the parameters.

A changed input, a changed encoder file or a changed parameter is another key, so nothing stale is ever read. Entries
are whole or absent, and two processes may fill one cache: both would write the same bytes, and the last rename stands.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .atomic_file import write_atomically

FORMAT = 1
DEFAULT_MAX_BYTES = 20 * 2**30

Arrays = dict[str, np.ndarray]


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(folders: Sequence[Path]) -> bytes:
    """Of every file below the folders, names and bytes: the content of features that are made of a whole corpus."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{folder.name}/{path.relative_to(folder)} {file_sha256(path)}\n".encode())
    return digest.digest()


class FeatureCache:
    """The features of one encoder with one set of parameters.

    encoder: the files whose weights make the features (their bytes count, not their names or times).
    parameters: plain values that change the features, such as window length and layers.
    max_bytes: on opening, entries that were longest not read are removed until the folder is within it.
    """

    def __init__(
        self,
        folder: Path,
        encoder: Sequence[Path],
        parameters: Mapping[str, Any],
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        self.folder = folder
        settings = {
            "format": FORMAT,
            "encoder": [file_sha256(path) for path in encoder],
            "parameters": dict(parameters),
        }
        self.settings = json.dumps(settings, sort_keys=True).encode()
        self.hits = 0
        self.misses = 0
        folder.mkdir(parents=True, exist_ok=True)
        remove_oldest(folder, max_bytes)

    def get(self, content: bytes | np.ndarray, make: Callable[[], Arrays]) -> Arrays:
        """The features of `content`; `make` computes them when they are not there, or there and damaged."""
        path = self.path_of(content)
        kept = self._read(path)
        if kept is not None:
            self.hits += 1
            return kept
        self.misses += 1
        made = make()
        write_atomically(path, lambda unfinished: np.savez(unfinished, **made))
        return made

    def path_of(self, content: bytes | np.ndarray) -> Path:
        digest = hashlib.sha256(self.settings)
        if isinstance(content, np.ndarray):
            digest.update(f"{content.dtype.str} {content.shape}".encode())
            content = np.ascontiguousarray(content).tobytes()
        # the length first, so that no content can continue the settings into those of another cache
        digest.update(f"{len(content)}:".encode() + content)
        key = digest.hexdigest()
        return self.folder / key[:2] / f"{key}.npz"

    def _read(self, path: Path) -> Arrays | None:
        try:
            with np.load(path) as archive:
                arrays = {name: archive[name] for name in archive.files}
            os.utime(path)  # read just now: the last to be removed
        except FileNotFoundError:
            return None
        except (ValueError, OSError, EOFError, zipfile.BadZipFile):
            return None  # damaged on the disk: made anew
        return arrays


def remove_oldest(folder: Path, max_bytes: int) -> int:
    """Remove the entries that were longest not read until the rest is within `max_bytes`; how many were removed."""
    entries = []
    for path in folder.glob("*/*.npz"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # another process removed it
        entries.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in entries)
    removed = 0
    for _, size, path in sorted(entries):
        if total <= max_bytes:
            break
        path.unlink(missing_ok=True)
        total -= size
        removed += 1
    return removed
