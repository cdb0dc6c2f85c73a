"""`texts/index.csv`: text, conversation, emotion or intent or both, and split if wanted. One customer turn a row."""

from dataclasses import dataclass
from pathlib import Path

from .index_file import check_counts, check_emotions, check_groups, read_index

FOLDER = "texts"
MAX_CHARACTERS = 10_000


@dataclass(frozen=True)
class OwnTexts:
    """One turn a place: its text, conversation, split ("" when not given), emotion and intent ("" when not labelled)."""

    texts: list[str]
    conversations: list[str]
    splits: list[str]
    emotions: list[str]
    intents: list[str]

    def __len__(self) -> int:
        return len(self.texts)


def read_own_texts(data: Path) -> OwnTexts:
    """Raises DataFolderError with every fault found."""
    rows, faults = read_index(data / FOLDER, ("text", "conversation"))
    if not any(name in rows[0].values for name in ("emotion", "intent")):
        faults.file("it has neither a column emotion nor a column intent: one of them is needed")
        faults.raise_if_any()
    for row in rows:
        if not row["emotion"] and not row["intent"]:
            faults.row(row.number, "neither emotion nor intent: label the row or leave it out")
        if len(row["text"]) > MAX_CHARACTERS:
            faults.row(row.number, f"the text has {len(row['text'])} characters, at most {MAX_CHARACTERS} are one turn")
    check_emotions(rows, faults)
    for label in ("emotion", "intent"):
        check_counts((row[label] for row in rows), label, faults)
    check_groups(rows, "conversation", faults)
    faults.raise_if_any()
    columns = ([row[name] for row in rows] for name in ("text", "conversation", "split", "emotion", "intent"))
    return OwnTexts(*columns)


def has_own_texts(data: Path) -> bool:
    return (data / FOLDER).is_dir()
