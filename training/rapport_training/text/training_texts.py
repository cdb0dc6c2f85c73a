"""Everything the text training reads, as rows of one pool: clean texts, their noised variants, and what is known of each."""

import os
import random
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from ..corpora.texts import TextRow, read_texts
from ..craft.text_augment import noised
from ..labels import EMOTIONS
from ..own_data.texts import has_own_texts, read_own_texts
from . import intent_sets
from .intent_sets import ACTS, NOT_OUT_OF_SCOPE, OUT_OF_SCOPE, IntentSet
from .machine_written import machine_written
from .service_plain import plain_requests, swearing_requests, without_kept_apart

FINE = tuple(
    "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval disgust "
    "embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief remorse "
    "sadness surprise neutral".split()
)
"""The 28 labels of GoEmotions as they were given; learnt beside the seven, not served."""

UNLABELLED = ("meld", "emorynlp", "tweeteval_emotion")
GROUPS = ("reddit", "service", "generic")
MAX_PLAIN_EACH = 2500
MACHINE_WRITTEN_EACH = 1200
VOCABULARY_WORDS = 4000
NOISE_CHUNK = 2000
NOISE_PROCESSES = 6


@dataclass(frozen=True)
class Amounts:
    """How much of everything; `tiny` is for a smoke test."""

    reddit: int = 10**9
    unlabelled: int = 10**9
    multidogo: int = 30_000
    machine_written: int = MACHINE_WRITTEN_EACH
    plain: int = MAX_PLAIN_EACH
    intents: int = 10**9
    intent_variants: int = 4
    reddit_variants: int = 1
    service_variants: int = 2

    @classmethod
    def tiny(cls) -> "Amounts":
        return cls(120, 20, 40, 5, 10, 180, 1, 1, 1)


@dataclass(frozen=True)
class TrainingTexts:
    """texts: clean ones first, then variants. Arrays are by row of `texts`, -1 or NaN where nothing is known."""

    texts: list[str]
    clean_of: np.ndarray
    """Row of the clean text a variant was made from; its own row for a clean one."""
    emotions: np.ndarray
    """[rows, 7] float32, several may be 1; NaN: unlabelled."""
    fine: np.ndarray
    """[rows, 28] float32 or NaN."""
    group: np.ndarray
    """Index in GROUPS of where the emotion is from; intents' own texts are `generic`."""
    intents: dict[str, IntentSet]
    """Learnt intents; `texts` of each are rows `intent_rows`."""
    intent_rows: dict[str, np.ndarray]
    out_of_scope_rows: np.ndarray
    """Rows that are none of the 27: CLINC's own, other corpora's requests, acts of MultiDoGO."""
    clinc_out_of_scope_rows: np.ndarray
    variants: dict[int, list[int]]
    """Rows of the variants of a clean row."""


class _Collected:
    """Distinct clean texts and what is known of them."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.emotions: list[np.ndarray] = []
        self.fine: list[np.ndarray] = []
        self.group: list[int] = []

    def add(
        self, text: str, group: str, emotions: Iterable[str] | None = None, fine: Iterable[str] | None = None
    ) -> int:
        """The row of the text; a label given later fills in one that is not known yet."""
        row = self.rows.setdefault(text, len(self.rows))
        if row == len(self.group):
            self.emotions.append(np.full(len(EMOTIONS), np.nan, np.float32))
            self.fine.append(np.full(len(FINE), np.nan, np.float32))
            self.group.append(GROUPS.index(group))
        if emotions is not None and np.isnan(self.emotions[row][0]):
            self.emotions[row] = _several(EMOTIONS, emotions)
            self.group[row] = GROUPS.index(group)
            if fine is not None:
                self.fine[row] = _several(FINE, fine)
        return row


def _several(names: Sequence[str], given: Iterable[str]) -> np.ndarray:
    known = np.zeros(len(names), np.float32)
    for name in given:
        known[names.index(name)] = 1
    return known


def training_texts(data: Path, amounts: Amounts, seed: int) -> TrainingTexts:
    """Reads the training parts only, less every turn of the service-language set."""
    drawn = np.random.default_rng(seed)
    all_texts = _Collected()

    def some(rows: Sequence[TextRow], count: int) -> list[TextRow]:
        if len(rows) <= count:
            return list(rows)
        return [rows[i] for i in sorted(drawn.choice(len(rows), count, replace=False))]

    for text, emotion in own_turns(data):  # first, since the first label of a text stands
        all_texts.add(text, "service", [emotion] if emotion else None)
    for row in some(read_texts(data, "goemotions", "train"), amounts.reddit):
        all_texts.add(row.text, "reddit", row.labels, row.columns.get("label_original", row.label).split("|"))
    for text, emotion in machine_written(amounts.machine_written, seed):
        all_texts.add(text, "service", [emotion])
    for corpus in ("bitext27", "multidogo_turn"):
        rows = without_kept_apart(read_texts(data, corpus, "train"), data)
        for texts, emotion in ((plain_requests(rows), "neutral"), (swearing_requests(rows), "anger")):
            for text in drawn.permutation(texts)[: amounts.plain].tolist():
                all_texts.add(text, "service", [emotion])
    for corpus in UNLABELLED:
        for row in some(read_texts(data, corpus, "train"), amounts.unlabelled):
            all_texts.add(row.text, "generic")
    for row in some(without_kept_apart(read_texts(data, "multidogo_turn", "train"), data), amounts.multidogo):
        all_texts.add(row.text, "generic")

    intents = {
        "bitext27": intent_sets.bitext(data, "train"),
        "clinc150": intent_sets.clinc(data, "train"),
        "hwu64": intent_sets.hwu(data, "train"),
        "multidogo": intent_sets.multidogo(data, "train"),
    }
    intents = {name: _some_intents(own, amounts.intents, drawn) for name, own in intents.items()}
    intent_rows = {
        name: np.array([all_texts.add(text, "generic") for text in own.texts]) for name, own in intents.items()
    }
    clinc_oos = np.array([all_texts.add(text, "generic") for text in intent_sets.clinc_out_of_scope(data, "train")])
    out_of_scope = np.concatenate([clinc_oos, *_negatives(intents, intent_rows)])

    clean = list(all_texts.rows)
    many = {name: amounts.intent_variants for name in intents} | {"multidogo": 1}
    of_intents = {row: many[name] for name in ("multidogo", *intents) for row in intent_rows[name].tolist()}
    of_intents |= dict.fromkeys(clinc_oos.tolist(), amounts.intent_variants)
    copies = [max(of_intents.get(row, 0), _copies(all_texts.group[row], amounts)) for row in range(len(clean))]
    sources = np.repeat(np.arange(len(clean)), copies)
    texts = clean + noised_variants([clean[i] for i in sources], _vocabulary(clean), seed)
    variants: dict[int, list[int]] = {}
    for row, source in enumerate(sources.tolist(), start=len(clean)):
        variants.setdefault(source, []).append(row)
    clean_of = np.concatenate([np.arange(len(clean)), sources])
    return TrainingTexts(
        texts=texts,
        clean_of=clean_of,
        emotions=np.stack(all_texts.emotions)[clean_of],
        fine=np.stack(all_texts.fine)[clean_of],
        group=np.array(all_texts.group)[clean_of],
        intents=intents,
        intent_rows=intent_rows,
        out_of_scope_rows=np.unique(out_of_scope),
        clinc_out_of_scope_rows=clinc_oos,
        variants=variants,
    )


def own_turns(data: Path) -> list[tuple[str, str]]:
    """The user's own turns and their emotion, "" where only the intent is labelled: that is learnt from examples without
    training, but its texts belong into the sentence space. Rows of the splits dev and test are left out."""
    if not has_own_texts(data):
        return []
    own = read_own_texts(data)
    rows = zip(own.texts, own.emotions, own.splits, strict=True)
    return [(text, emotion) for text, emotion, split in rows if split in ("", "train")]


def _some_intents(own: IntentSet, count: int, drawn: np.random.Generator) -> IntentSet:
    if len(own.texts) <= count:
        return own
    kept = drawn.permutation(len(own.texts))[:count]
    return IntentSet.of(own.corpus, [(own.texts[i], own.names[own.labels[i]]) for i in kept], own.names)


def _negatives(intents: dict[str, IntentSet], rows: dict[str, np.ndarray]) -> Iterable[np.ndarray]:
    for corpus in ("clinc150", "hwu64", "multidogo"):
        own = intents[corpus]
        allowed = [(name in ACTS) if corpus == "multidogo" else (name not in NOT_OUT_OF_SCOPE) for name in own.names]
        yield rows[corpus][[allowed[label] for label in own.labels]]


def _copies(group: int, amounts: Amounts) -> int:
    return {"reddit": amounts.reddit_variants, "service": amounts.service_variants, "generic": 0}[GROUPS[group]]


def _vocabulary(texts: Iterable[str]) -> list[str]:
    """The commonest words: what a recogniser may write instead."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in text.lower().split():
            if word.isalpha():
                counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))[:VOCABULARY_WORDS]


def noised_variants(texts: Sequence[str], vocabulary: list[str], seed: int) -> list[str]:
    """One noised variant of each text, the same for any number of processes (forked: call it before a GPU is used)."""
    chunks = [
        (list(texts[i : i + NOISE_CHUNK]), vocabulary, seed * 100_003 + i) for i in range(0, len(texts), NOISE_CHUNK)
    ]
    processes = min(NOISE_PROCESSES, os.cpu_count() or 1, len(chunks))
    if processes <= 1:
        return [text for chunk in map(_noise_chunk, chunks) for text in chunk]
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        return [text for chunk in pool.map(_noise_chunk, chunks) for text in chunk]


def _noise_chunk(job: tuple[list[str], list[str], int]) -> list[str]:
    texts, vocabulary, seed = job
    drawn = random.Random(seed)
    return [noised(text, drawn, vocabulary) for text in texts]


__all__ = ["FINE", "GROUPS", "OUT_OF_SCOPE", "Amounts", "TrainingTexts", "noised_variants", "training_texts"]
