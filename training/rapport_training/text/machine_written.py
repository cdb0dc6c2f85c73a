"""Customer sentences that a language model wrote, with the feeling they show, and neutral twins of the same topics.

The topics (parcel, double charge, stolen card, ...) occur with every feeling and without any, so that the topic cannot
decide: "my card was stolen" is neutral, "i'm scared, my card was stolen" is fear. They follow the guideline of
service_language/guideline.md, which was written before them and shares no sentence with them.
"""

import json
from pathlib import Path

import numpy as np

from ..labels import EMOTIONS

SENTENCES = Path(__file__).with_name("machine_written.json")


def machine_written(each: int, seed: int) -> list[tuple[str, str]]:
    """Up to `each` sentences of every emotion as (text, emotion): all whole sentences, then frames filled with topics.

    Neutral comes with the plain sentences of every topic besides.
    """
    data = json.loads(SENTENCES.read_text(encoding="utf-8"))
    drawn = np.random.default_rng(seed)
    rows: list[tuple[str, str]] = []
    for emotion in EMOTIONS:
        filled = {
            frame.format(p=problem, t=thing)
            for frame in data["frames"][emotion]
            for topic in data["topics"]
            for problem, thing in _pairs(topic, drawn)
        }
        whole = list(data["whole"][emotion])
        if emotion == "neutral":
            whole += [text for topic in data["topics"] for text in topic["plain"]]
        order = drawn.permutation(sorted(filled))
        rows += [(text, emotion) for text in [*whole, *order.tolist()][:each]]
    return rows


def _pairs(topic: dict[str, list[str]], drawn: np.random.Generator) -> list[tuple[str, str]]:
    """Every problem of a topic beside one of its things."""
    return [(problem, topic["things"][drawn.integers(len(topic["things"]))]) for problem in topic["problems"]]
