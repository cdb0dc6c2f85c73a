"""The evaluation set as other code uses it: texts from the user's own copy of the corpora, labels from labels.csv.

The labels are machine-labelled (two blind passes by language models): say so wherever a figure from them is shown.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from rapport_training.service_language.agreement import LABELS_FILE
from rapport_training.service_language.sample import SAMPLE_FILE, normalised, with_texts

Half = Literal["tuning", "final"]
FLAG_VALUES = {"1": True, "0": False, "": None}


@dataclass(frozen=True)
class LabelledTurn:
    """One customer turn. `label`, `plain_request` and `upset` are None where the two passes differ."""

    id: str
    text: str
    label: str | None
    plain_request: bool | None
    upset: bool | None
    half: Half
    source: str
    """multidogo_turn or bitext27."""
    stratum: str
    """Why it was drawn; `offensive` = for a swear word, to be reported apart."""


def load(
    data_dir: Path, half: Half | None = None, sample_file: Path = SAMPLE_FILE, labels_file: Path = LABELS_FILE
) -> list[LabelledTurn]:
    """The turns of one half, or of both. Tune on `tuning` only; `final` is scored once, by the evaluation.

    `data_dir` holds text/multidogo_turn.csv.gz and text/bitext27.csv.gz. Raises FileNotFoundError without labels.csv,
    KeyError for a turn that the corpora lack, ValueError when sample and labels are not of the same turns.
    """
    sample = pd.read_csv(sample_file, keep_default_na=False, dtype=str)
    labels = pd.read_csv(labels_file, keep_default_na=False, dtype=str).set_index("id")
    if set(labels.index) != set(sample["id"]):
        raise ValueError(f"{labels_file.name} and {sample_file.name} are not of the same turns; run agreement again")
    if half is not None:
        sample = sample[sample["half"] == half]
    return [
        LabelledTurn(
            id=row.id,
            text=row.text,
            label=labels.at[row.id, "label"] or None,
            plain_request=FLAG_VALUES[labels.at[row.id, "plain_request"]],
            upset=FLAG_VALUES[labels.at[row.id, "upset"]],
            half=row.half,
            source=row.source,
            stratum=row.stratum,
        )
        for row in with_texts(sample, data_dir).itertuples()
    ]


def keep_out_of_training(data_dir: Path, sample_file: Path = SAMPLE_FILE) -> frozenset[str]:
    """Texts of both halves as `sample.normalised` writes them. They stand in the training parts of the corpora, so a training
    that reads those, whatever label it gives them, must drop every row whose normalised text is in here."""
    sample = pd.read_csv(sample_file, keep_default_na=False, dtype=str)
    return frozenset(normalised(text) for text in with_texts(sample, data_dir)["text"])
