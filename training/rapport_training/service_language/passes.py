"""One labeller's pass over the sample, read from CSV and checked against the guideline before anything is counted."""

from pathlib import Path

import pandas as pd

from rapport_training.labels import EMOTIONS

UPSET_EMOTIONS = frozenset({"anger", "disgust", "fear", "sadness"})
COLUMNS = ("id", "label", "plain_request", "upset")
FLAGS = ("plain_request", "upset")


class PassError(ValueError):
    """A pass that cannot be used; the message names the file, the turn and the reason."""


def contradiction(label: str, plain_request: bool, upset: bool) -> str | None:
    """What the guideline says cannot go together, or None."""
    if plain_request and label != "neutral":
        return f"a plain request shows no feeling, yet its label is {label}"
    if label in UPSET_EMOTIONS and not upset:
        return f"label {label} needs upset 1"
    if label == "neutral" and upset:
        return "a turn that shows upset is not neutral"
    return None


def read_pass(path: Path, ids: list[str]) -> pd.DataFrame:
    """Columns label (str), plain_request and upset (bool), indexed by the ids of the sample in its order.

    A column `unsure` may stand besides and is not read. Raises PassError for a missing column, a turn that is missing,
    twice there or not in the sample, a label that is none of the seven, a flag that is not 0 or 1, or a contradiction.
    """
    rows = pd.read_csv(path, keep_default_na=False, dtype=str)
    absent = [column for column in COLUMNS if column not in rows.columns]
    if absent:
        raise PassError(f"{path.name}: column {absent[0]} is missing; the header must have {','.join(COLUMNS)}")
    twice = rows.loc[rows["id"].duplicated(), "id"]
    if len(twice):
        raise PassError(f"{path.name}: {twice.iloc[0]} is labelled twice; leave one row")
    missing, foreign = set(ids) - set(rows["id"]), set(rows["id"]) - set(ids)
    if missing:
        raise PassError(f"{path.name}: {len(missing)} turns have no label, the first is {min(missing)}")
    if foreign:
        raise PassError(f"{path.name}: {min(foreign)} is not in the sample")
    for row in rows.itertuples():
        reason = _fault(row.label, row.plain_request, row.upset)
        if reason:
            raise PassError(f"{path.name}: {row.id}: {reason}")
    for flag in FLAGS:
        rows[flag] = rows[flag] == "1"
    return rows.set_index("id").loc[ids, ["label", *FLAGS]]


def _fault(label: str, plain_request: str, upset: str) -> str | None:
    if label not in EMOTIONS:
        return f"label {label!r} is none of {', '.join(EMOTIONS)}"
    for flag, value in zip(FLAGS, (plain_request, upset), strict=True):
        if value not in ("0", "1"):
            return f"{flag} is {value!r}, it must be 0 or 1"
    return contradiction(label, plain_request == "1", upset == "1")
