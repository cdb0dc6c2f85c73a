"""Progress of long loops: a bar on a terminal, and a line every few seconds elsewhere (a log keeps no moving bars)."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

from tqdm import tqdm

T = TypeVar("T")

LINE_EVERY_S = 10.0


def progress(items: Iterable[T], what: str, total: int | None = None, stream: TextIO = sys.stderr) -> Iterator[T]:
    """Yields the items. `total` is needed when `items` has no length."""
    if total is None and hasattr(items, "__len__"):
        total = len(items)  # type: ignore[arg-type]
    if stream.isatty():
        yield from tqdm(items, desc=what, total=total, file=stream, dynamic_ncols=True)
        return
    began = shown = time.monotonic()
    done = 0
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - shown >= LINE_EVERY_S:
            shown = now
            print(_line(what, done, total, now - began), file=stream, flush=True)
    print(_line(what, done, total, time.monotonic() - began), file=stream, flush=True)


def _line(what: str, done: int, total: int | None, seconds: float) -> str:
    left = f", about {seconds / done * (total - done):.0f} s left" if total and 0 < done < total else ""
    return f"{what}: {done}{f' of {total}' if total else ''} in {seconds:.0f} s{left}"
