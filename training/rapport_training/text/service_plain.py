"""Which turns of service corpora are plain requests: weak `neutral` labels by intent and by the absence of feeling words."""

import re
from collections.abc import Iterable
from pathlib import Path

from ..corpora.texts import TextRow
from ..service_language.evaluation_set import keep_out_of_training
from ..service_language.sample import normalised

SWEARING = re.compile(
    r"\b(f+u+c*k\w*|f+c+k\w*|god\s*dam\w*|damn\w*|shit\w*|bullshit|bloody|bastard\w*|crap\w*|freaking|fricking|wtf|asshole\w*|"
    r"son of a bitch|bitch\w*|screw you|pissed)\b",
    re.IGNORECASE,
)

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


def swearing_requests(rows: Iterable[TextRow]) -> list[str]:
    """Distinct texts with a swear word: by the guideline anger, whatever they ask for. Weak labels, like the plain ones."""
    return sorted({row.text for row in rows if SWEARING.search(row.text)})


def without_kept_apart(rows: Iterable[TextRow], data: Path) -> list[TextRow]:
    """The rows whose text is not in the service-language set, neither half: what is scored is never trained on."""
    apart = keep_out_of_training(data)
    return [row for row in rows if normalised(row.text) not in apart]
