"""Which turns of service corpora are plain requests: weak `neutral` labels by intent and by the absence of feeling words."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from ..corpora.texts import TextRow

LABELLED = Path(__file__).parent.parent / "service_language"
"""ids and labels of the machine-labelled turns; their half `tuning` chooses, their half `final` is scored once."""

NOT_PLAIN_INTENTS = frozenset(
    {
        "complaint", "review", "thankyou", "openinggreeting", "closinggreeting", "rejection", "contentonly", "outofdomain",
        "payment_issue", "registration_problems", "confirmation",
    }
)  # fmt: skip

FEELING = re.compile(
    r"\b(ang(ry|er)|upset|furious|annoy\w*|frustrat\w*|terribl\w*|horribl\w*|awful|worst|hate\w*|ridiculous|worr\w*|"
    r"nervous|anxious|scared|afraid|panic\w*|sad|sadly|happy|glad|love\w*|great|awesome|amazing|excellent|wonderful|wow|shock\w*|"
    r"surpris\w*|disgust\w*|gross|disappoint\w*|unhappy|damn|hell|f+u+c+k\w*|shit\w*|stupid|useless|bad|pathetic|scam\w*|"
    r"unaccept\w*|fed up|sick|tired|omg|haha|lol|cheat\w*|liar\w*|never|seriously|finally|excited)\b|[!?]{2,}|:\(",
    re.IGNORECASE,
)
MIN_WORDS = 4


def plain_requests(rows: Iterable[TextRow]) -> list[str]:
    """Distinct texts of at least MIN_WORDS words whose intents are requests and in which no word of feeling occurs."""
    return sorted(
        {
            row.text
            for row in rows
            if not NOT_PLAIN_INTENTS & set(row.labels)
            and not FEELING.search(row.text)
            and len(row.text.split()) >= MIN_WORDS
        }
    )


def labelled_turns(folder: Path = LABELLED) -> list[dict[str, str]]:
    """Rows of every CSV with an `id` in the folder, empty while there is none."""
    rows: list[dict[str, str]] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [row for row in csv.DictReader(file) if row.get("id")]
    return rows


def kept_apart_ids(folder: Path = LABELLED) -> frozenset[str]:
    """Every id of the set, both halves: no training sees them."""
    return frozenset(row["id"] for row in labelled_turns(folder))


def tuning_turns(folder: Path = LABELLED) -> list[dict[str, str]]:
    """The rows (id, label, plain_request, upset, ...) that may choose."""
    return [row for row in labelled_turns(folder) if "tuning" in (row.get("half"), row.get("part"), row.get("split"))]
