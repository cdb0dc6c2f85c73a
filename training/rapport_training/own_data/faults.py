"""What is wrong with a data folder, in sentences that name the file, the row and what to do."""

from pathlib import Path

MAX_SHOWN = 20
"""Faults that one message lists; the rest are counted."""


class DataFolderError(ValueError):
    """A data folder that cannot be trained on. Nothing was written."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        more = len(faults) - MAX_SHOWN
        super().__init__("\n".join([*faults[:MAX_SHOWN], *([f"and {more} more faults"] if more > 0 else [])]))


class Faults:
    """Collects faults of one file, so that a user sees all of them at once and not one a run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sentences: list[str] = []

    def row(self, number: int, reason: str) -> None:
        """`number` is the line of the file as an editor shows it; the header is line 1."""
        self.sentences.append(f"{self.path}, row {number}: {reason}")

    def file(self, reason: str) -> None:
        self.sentences.append(f"{self.path}: {reason}")

    def raise_if_any(self) -> None:
        if self.sentences:
            raise DataFolderError(self.sentences)
