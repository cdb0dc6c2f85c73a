"""Which stages of a model are done, so that an interrupted run goes on where it was.

A stage is done while its commands, the data folder, and every stage before it are what they were: a record holds the
fingerprint of all three. Whatever changes one of them runs the stage again, and the stages behind it.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from .atomic_file import write_text_atomically
from .stages import Command


def folder_fingerprint(folder: Path) -> str:
    """By path, size and time of every file: a folder of recordings is too large to read at every start."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        digest.update(f"{path.relative_to(folder)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def stage_fingerprint(before: str, commands: Sequence[Command]) -> str:
    """`before` is that of the stage before, or of the data folder."""
    plain = json.dumps([before, [[command.module, *command.arguments] for command in commands]])
    return hashlib.sha256(plain.encode()).hexdigest()


class StageRecords:
    """Of one model, in `folder`: STAGE.json each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def is_done(self, stage: str, fingerprint: str) -> bool:
        try:
            return json.loads(self._path(stage).read_text())["fingerprint"] == fingerprint
        except (FileNotFoundError, json.JSONDecodeError, KeyError):
            return False

    def done(self, stage: str, fingerprint: str, seconds: float) -> None:
        write_text_atomically(self._path(stage), json.dumps({"fingerprint": fingerprint, "seconds": round(seconds, 1)}))

    def _path(self, stage: str) -> Path:
        return self.folder / f"{stage}.json"
