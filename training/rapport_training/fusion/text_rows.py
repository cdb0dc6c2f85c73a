"""The texts that fusion learns and is measured on, and their tokens through the text encoder."""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from ..corpora.texts import TextRow, read_texts
from ..labels import EMOTIONS
from ..service_language.evaluation_set import keep_out_of_training, load
from ..service_language.sample import OFFENSIVE_TAG, normalised
from ..text.machine_written import machine_written
from .features import (
    CUSTOMER_TURN,
    GOEMOTIONS,
    MAX_TEXT_TOKENS,
    PLAIN_REQUEST,
    SERVICE_SENTENCE,
    ServiceFeatures,
    TextFeatures,
)

CHUNK = 512
SEED = 0
REQUESTS = {"train": 3000, "dev": 600}
SENTENCES_EACH = 400
"""Machine-written sentences of each emotion."""
CUSTOMER_TURNS = 3000
FEWEST_WORDS = 4

NOT_PLAIN_INTENTS = frozenset(
    (
        "complaint", "review", "thankyou", "openinggreeting", "closinggreeting", "rejection", "contentonly",
        "outofdomain", "payment_issue", "registration_problems",
    )
)  # fmt: skip
COMPLAINTS = frozenset(("complaint", "payment_issue", "registration_problems"))
FEELING = re.compile(
    r"\b(ang(ry|er)|upset|furious|annoy\w*|frustrat\w*|terribl\w*|awful|worst|hate\w*|ridiculous|sorry|worr\w*|scared|"
    r"afraid|sad|happy|glad|love\w*|great|awesome|amazing|thank\w*|wow|shock\w*|surpris\w*|disgust\w*|disappoint\w*|"
    r"unhappy|damn\w*|hell|stupid|bad|scam\w*|lost|stolen|fuck\w*|shit\w*|bloody|freak\w*)\b",
    re.IGNORECASE,
)

LabelledText = tuple[str, int, int]
"""Text, emotion (-1: as the encoder answers), kind."""


class TextEncoder(Protocol):
    def tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]: ...

    def emotion_logits(self, texts: Sequence[str]) -> Tensor: ...


def text_rows(data: Path, split: str) -> list[LabelledText]:
    """split: train or dev. GoEmotions of one label, plain requests, and in training the machine-written sentences and
    customer turns. No turn of the service-language evaluation set is among them."""
    rows: list[LabelledText] = [
        (row.text, EMOTIONS.index(row.labels[0]), GOEMOTIONS)
        for row in read_texts(data, "goemotions", split)
        if len(row.labels) == 1
    ]
    neutral = EMOTIONS.index("neutral")
    rows += [(text, neutral, PLAIN_REQUEST) for text in plain_requests(data, split, REQUESTS[split])]
    if split == "train":
        rows += [(text, EMOTIONS.index(name), SERVICE_SENTENCE) for text, name in machine_written(SENTENCES_EACH, SEED)]
        rows += [(text, -1, CUSTOMER_TURN) for text in customer_turns(data, CUSTOMER_TURNS)]
    return rows


def plain_requests(data: Path, split: str, count: int) -> list[str]:
    """Customer turns that ask for something and name no feeling, by rule: taken as neutral, which no person checked."""
    return _turns(data, split, count, _is_plain)


def customer_turns(data: Path, count: int) -> list[str]:
    """Customer turns of the training parts that name a feeling, complain or swear: there the text encoder is the teacher."""
    return _turns(data, "train", count, _may_feel)


def _turns(data: Path, split: str, count: int, wanted: Callable[[TextRow], bool]) -> list[str]:
    kept_out = keep_out_of_training(data)
    found: list[str] = []
    for corpus in ("bitext27", "multidogo_turn"):
        texts = sorted({row.text for row in read_texts(data, corpus, split) if wanted(row)})
        random.Random(SEED).shuffle(texts)
        found += [text for text in texts if normalised(text) not in kept_out][: count // 2]
    return sorted(set(found))


def _may_feel(row: TextRow) -> bool:
    tags = row.columns.get("tags") or ""
    return bool(FEELING.search(row.text)) or bool(COMPLAINTS & set(row.labels)) or OFFENSIVE_TAG in tags


def _is_plain(row: TextRow) -> bool:
    enough = len(row.text.split()) >= FEWEST_WORDS
    return enough and not NOT_PLAIN_INTENTS & set(row.labels) and not FEELING.search(row.text)


def text_features(rows: Sequence[LabelledText], encoder: TextEncoder, device: torch.device) -> TextFeatures:
    tokens, length, teacher = encoded([text for text, _, _ in rows], encoder, device)
    label = torch.tensor([label for _, label, _ in rows], device=device)
    return TextFeatures(
        tokens=tokens,
        length=length,
        label=torch.where(label < 0, teacher.argmax(1), label),
        kind=torch.tensor([kind for _, _, kind in rows], device=device),
        teacher=teacher,
    )


def service_features(data: Path, encoder: TextEncoder, device: torch.device) -> ServiceFeatures:
    """The tuning half of the service-language set (machine-labelled); the final half is the evaluation's alone."""
    turns = load(data, "tuning")
    tokens, length, teacher = encoded([turn.text for turn in turns], encoder, device)

    def flags(values: Sequence[bool | None]) -> Tensor:
        return torch.tensor([-1 if value is None else int(value) for value in values], device=device)

    return ServiceFeatures(
        tokens=tokens,
        length=length,
        teacher=teacher,
        plain=flags([turn.plain_request for turn in turns]),
        upset=flags([turn.upset for turn in turns]),
        neutral=flags([None if turn.label is None else turn.label == "neutral" for turn in turns]),
    )


@torch.no_grad()
def encoded(texts: Sequence[str], encoder: TextEncoder, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens [n, t, 384] fp16, length [n] and the encoder's own probabilities [n, 7], in the order of `texts`."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # alike in length, so that little is padded
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    for start in range(0, len(order), CHUNK):
        chunk = [texts[i] for i in order[start : start + CHUNK]]
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            tokens, mask = encoder.tokens(chunk)
            teacher = encoder.emotion_logits(chunk).float().softmax(-1)
        mask = mask[:, :MAX_TEXT_TOKENS].float()
        parts.append(((tokens[:, :MAX_TEXT_TOKENS].float() * mask[..., None]).half(), mask.sum(1).long(), teacher))
    longest = max(int(length.max()) for _, length, _ in parts)
    width = parts[0][0].shape[-1]
    place = torch.tensor(order, device=device)
    all_tokens = torch.zeros(len(texts), longest, width, dtype=torch.float16, device=device)
    length = torch.zeros(len(texts), dtype=torch.long, device=device)
    teacher = torch.zeros(len(texts), parts[0][2].shape[1], device=device)
    for part, rows in zip(parts, place.split(CHUNK), strict=True):
        count = min(part[0].shape[1], longest)
        all_tokens[rows, :count] = part[0][:, :count]
        length[rows], teacher[rows] = part[1], part[2]
    return all_tokens, length, teacher
