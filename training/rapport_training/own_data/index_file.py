"""`index.csv` of a data folder: CSV in UTF-8 with a header; rows with their line numbers, checked against the columns."""

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..labels import EMOTIONS
from .faults import DataFolderError, Faults

NAME = "index.csv"
SPLITS = ("train", "dev", "test")
MIN_EXAMPLES = 2
"""Of a class: one to learn from and one to check with."""


@dataclass(frozen=True)
class Row:
    """One line: its number in the file, and its values without surrounding space; a column that is not there is ""."""

    number: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


def read_index(folder: Path, required: Collection[str]) -> tuple[list[Row], Faults]:
    """The rows, and a list of faults to go on with. Raises DataFolderError when there are no rows to go on with."""
    path = folder / NAME
    if not path.is_file():
        raise DataFolderError(
            [f"{path} is not there: it must list the examples, with the columns {', '.join(required)}"]
        )
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            columns = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = columns
            rows = [Row(reader.line_num, _values(values)) for values in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataFolderError([f"{path} is not CSV in UTF-8: {error}"]) from error
    missing = [column for column in required if column not in columns]
    if missing:
        raise DataFolderError([f"{path} has no column {', '.join(missing)}; it has {', '.join(columns) or 'nothing'}"])
    if not rows:
        raise DataFolderError([f"{path} has a header and no rows: nothing to train on"])
    faults = Faults(path)
    for row in rows:
        for column in required:
            if not row[column]:
                faults.row(row.number, f"{column} is missing: fill it in or leave the row out")
    return rows, faults


def _values(values: dict[str, str | None]) -> dict[str, str]:
    """Cells beyond the header come under None and are dropped; cells that a short row lacks are empty."""
    return {name: (value or "").strip() for name, value in values.items() if isinstance(name, str)}


def check_emotions(rows: Iterable[Row], faults: Faults) -> None:
    for row in rows:
        if row["emotion"] and row["emotion"] not in EMOTIONS:
            faults.row(row.number, f"unknown emotion {row['emotion']!r}: use one of {', '.join(EMOTIONS)}")


def check_counts(labels: Iterable[str], what: str, faults: Faults) -> None:
    """A class with one example cannot be learnt and checked at once; one class alone cannot be told from another."""
    counts = Counter(label for label in labels if label)
    for label, count in sorted(counts.items()):
        if count < MIN_EXAMPLES:
            faults.file(f"{what} {label!r} has one example: add another, or leave the class out")
    if len(counts) == 1:
        faults.file(f"every row has the {what} {next(iter(counts))!r}: there is nothing to tell apart")


def check_groups(rows: Sequence[Row], column: str, faults: Faults) -> None:
    """At least two speakers, persons or conversations, each in one split only: else a score would be of what was learnt."""
    groups = {row[column] for row in rows if row[column]}
    if len(groups) == 1:
        (only,) = groups
        faults.file(
            f"{column} is {only!r} in every row: at least two are needed, one to learn from and one to check with"
        )
    splits: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["split"] and row["split"] not in SPLITS:
            faults.row(row.number, f"unknown split {row['split']!r}: use one of {', '.join(SPLITS)}, or leave it empty")
        splits[row[column]].add(row["split"])
    if any(row["split"] for row in rows):
        for row in rows:
            if not row["split"]:
                faults.row(row.number, "no split, while other rows have one: fill in all or none")
        for group, within in sorted(splits.items()):
            if group and len(within - {""}) > 1:
                faults.file(f"{column} {group!r} is in the splits {', '.join(sorted(within - {''}))}: keep it in one")


def check_paths(folder: Path, rows: Iterable[Row], faults: Faults) -> None:
    """Every path is inside the folder, a file, and named once."""
    first: dict[str, int] = {}
    for row in rows:
        path = row["path"]
        if not path:
            continue
        inside = (folder / path).resolve().is_relative_to(folder.resolve())
        if not inside:
            faults.row(row.number, f"{path} lies outside {folder}: name files inside it")
        elif not (folder / path).is_file():
            faults.row(row.number, f"{path} is not there")
        if path in first:
            faults.row(row.number, f"{path} is listed in row {first[path]} already")
        first.setdefault(path, row.number)
