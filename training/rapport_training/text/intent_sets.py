"""Intents to learn a sentence space from, and those held out of it to see how well it takes new ones.

Learnt: Bitext (27), CLINC150, two thirds of HWU64, MultiDoGO. Never learnt: the other third of HWU64 and NLU++ banking
(the inner check for custom intents), banking77 and DSTC11 (scored once, at the end).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..corpora.texts import TextRow, read_texts
from .service_plain import without_kept_apart

ACTS = frozenset({"contentonly", "confirmation", "rejection", "thankyou", "openinggreeting", "closinggreeting"})
OUT_OF_SCOPE = "oos"
HELD_OUT_EVERY = 3
MIN_MULTIDOGO_ROWS = 30
MIN_CHECK_ROWS = 8

NOT_OUT_OF_SCOPE = frozenset({"order_status", "order", "cancel", "takeaway_order", "takeaway_query", "payday"})
"""Intents of CLINC and HWU that could be one of the 27 customer-service intents: no negatives."""


@dataclass(frozen=True)
class IntentSet:
    """Texts with one of `names` each."""

    corpus: str
    texts: list[str]
    labels: list[int]
    names: list[str]

    @classmethod
    def of(cls, corpus: str, pairs: Iterable[tuple[str, str]], names: list[str] | None = None) -> "IntentSet":
        pairs = list(pairs)
        names = names if names is not None else sorted({label for _, label in pairs})
        place = {name: i for i, name in enumerate(names)}
        kept = [(text, place[label]) for text, label in pairs if label in place]
        return cls(corpus, [text for text, _ in kept], [label for _, label in kept], names)


def _to_learn(data: Path, corpus: str, split: str) -> list[TextRow]:
    """Training parts come without the service-language set; dev and test parts as they are."""
    rows = read_texts(data, corpus, split)
    return without_kept_apart(rows, data) if split == "train" else rows


def bitext(data: Path, split: str) -> IntentSet:
    return IntentSet.of("bitext27", ((r.text, r.label) for r in _to_learn(data, "bitext27", split)))


def clinc(data: Path, split: str) -> IntentSet:
    """The 150 in scope."""
    return IntentSet.of(
        "clinc150", ((r.text, r.label) for r in read_texts(data, "clinc150", split) if r.label != OUT_OF_SCOPE)
    )


def clinc_out_of_scope(data: Path, split: str) -> list[str]:
    return [r.text for r in read_texts(data, "clinc150", split) if r.label == OUT_OF_SCOPE]


def hwu_names(data: Path) -> tuple[list[str], list[str]]:
    """The intents that are learnt, and every third, that is not."""
    names = sorted({r.label for r in read_texts(data, "hwu64", "train")})
    held_out = names[::HELD_OUT_EVERY]
    return [name for name in names if name not in held_out], held_out


def hwu(data: Path, split: str) -> IntentSet:
    return IntentSet.of("hwu64", ((r.text, r.label) for r in read_texts(data, "hwu64", split)), hwu_names(data)[0])


def multidogo_label(row: TextRow) -> str | None:
    """Acts are the same in every domain, intents are the domain's own; several at once are left out."""
    if len(row.labels) > 1:
        return None
    shared = row.label in ACTS or row.label == "outofdomain"
    if row.columns["domain"] == "fastfood" and not shared:
        return None
    return row.label if shared else f"{row.columns['domain']}:{row.label}"


def multidogo(data: Path, split: str) -> IntentSet:
    rows = _to_learn(data, "multidogo_turn", split)
    pairs = [(row.text, label) for row in rows if (label := multidogo_label(row))]
    counts = Counter(label for _, label in pairs)
    return IntentSet.of("multidogo", [pair for pair in pairs if counts[pair[1]] >= MIN_MULTIDOGO_ROWS])


def check_hwu(data: Path) -> IntentSet:
    """The HWU64 intents that are not learnt, train and dev."""
    rows = [*read_texts(data, "hwu64", "train"), *read_texts(data, "hwu64", "dev")]
    return IntentSet.of("check:hwu64", ((r.text, r.label) for r in rows), hwu_names(data)[1])


def check_nlupp(data: Path) -> IntentSet:
    """NLU++ banking, train and dev: the combinations of labels with at least MIN_CHECK_ROWS rows."""
    rows = [r for s in ("train", "dev") for r in read_texts(data, "nlupp_banking", s) if r.label != "none"]
    counts = Counter(r.label for r in rows)
    return IntentSet.of("check:nlupp", ((r.text, r.label) for r in rows if counts[r.label] >= MIN_CHECK_ROWS))
