"""Files that are either whole or not there: written beside their place under a name of their own, then renamed."""

import os
from collections.abc import Callable
from pathlib import Path


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """`write` gets the path of a new file beside `path`; when it returns, that file takes the place of `path`.

    When it raises, or the process ends before, `path` is as it was. Two processes that write the same path do not
    disturb each other: the name holds the process, and the last rename stands (rename(2) is atomic within a folder).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # the suffix stays, since writers such as numpy choose the format, or add one, by it
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.unfinished{path.suffix}")
    try:
        write(unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text_atomically(path: Path, text: str) -> None:
    """`text` with one line break at its end, as `write_atomically` writes."""

    def write(unfinished: Path) -> None:
        unfinished.write_text(text.rstrip("\n") + "\n")

    write_atomically(path, write)
