"""Text corpora: gzipped CSV with id, text, label (several with | between), split, and columns of their own.

A user's own labelled chats come in the same form: `text/<name>.csv.gz` or `text/<name>.csv` in the data folder with at
least the columns id, text, label and split (train, dev or test).
"""

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REQUIRED = ("id", "text", "label", "split")
SPLITS = ("train", "dev", "test")


class CorpusError(ValueError):
    """A file of the data folder cannot be used; the message names the file, the row and what to do."""


@dataclass(frozen=True)
class TextRow:
    """One sentence or turn."""

    id: str
    text: str
    labels: tuple[str, ...]
    split: str
    columns: dict[str, str]
    """Everything else, e.g. domain, conversation_id, label_original."""

    @property
    def label(self) -> str:
        """The only label, or several joined by | as in the file."""
        return "|".join(self.labels)


def read_texts(data: Path, corpus: str, split: str | None = None) -> list[TextRow]:
    """All rows of `split`, or of every split. Raises CorpusError for a missing file, column or value."""
    rows = [row for row in _all_rows(_path(data, corpus)) if split is None or row.split == split]
    if not rows:
        raise CorpusError(f"{_path(data, corpus)} has no rows of the split {split}")
    return rows


@cache
def _all_rows(path: Path) -> tuple[TextRow, ...]:
    rows: list[TextRow] = []
    reader = csv.DictReader(io.StringIO(_content(path)))
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or [])]
    if missing:
        raise CorpusError(f"{path} has no column {', '.join(missing)}: it needs {', '.join(REQUIRED)}")
    for number, row in enumerate(reader, start=2):
        if row["split"] not in SPLITS:
            raise CorpusError(f"{path}, row {number}: split is {row['split']!r}, not one of {', '.join(SPLITS)}")
        if not row["label"]:
            raise CorpusError(f"{path}, row {number}: no label; leave the row out or label it")
        if not row["text"].strip():
            raise CorpusError(f"{path}, row {number}: no text; leave the row out")
        rest = {name: value for name, value in row.items() if name not in REQUIRED}
        rows.append(TextRow(row["id"], row["text"], tuple(row["label"].split("|")), row["split"], rest))
    return tuple(rows)


def _path(data: Path, corpus: str) -> Path:
    folder = data / "text"
    for name in (f"{corpus}.csv.gz", f"{corpus}.csv"):
        if (folder / name).exists():
            return folder / name
    raise CorpusError(f"{folder} has neither {corpus}.csv.gz nor {corpus}.csv")


def _content(path: Path) -> str:
    try:
        return (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} cannot be read ({error}): it must be CSV in UTF-8") from error
