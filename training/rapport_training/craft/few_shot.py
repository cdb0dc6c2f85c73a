"""Intents from a few examples, and what a new one would do before it goes live.

A prototype is the mean of the examples' embeddings, brought back to norm 1. Means beat ridge regression and whitening on
intents that were never trained. Everything here is numpy: embeddings [rows, width] of norm 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MIN_EXAMPLES = 2


class TooFewExamples(ValueError):
    """An intent needs more examples; the message says how many it has."""


def prototype(examples: np.ndarray) -> np.ndarray:
    """[examples, width] -> [width] of norm 1. Raises TooFewExamples for none, ValueError for examples that cancel out."""
    if len(examples) == 0:
        raise TooFewExamples("an intent needs at least one example, got none")
    mean = examples.mean(0)
    norm = float(np.linalg.norm(mean))
    if norm < 1e-6:
        raise ValueError("the examples have no direction in common: they must be about one intent")
    return mean / norm


@dataclass(frozen=True)
class Effect:
    """What a new intent would do, by leaving each of its examples out in turn."""

    found: float
    """Share of its own examples that the prototype of the others wins, above `min_cosine`."""
    mistaken_for: dict[str, int]
    """Existing intents that win the other examples, and how many."""
    taken: dict[str, int]
    """Examples of existing intents that the new one would take from them, by intent."""
    taken_share: float
    """The same as a share of all examples of existing intents; 0 when there are none."""


def leave_one_out(
    examples: np.ndarray,
    names: Sequence[str],
    prototypes: np.ndarray,
    others: np.ndarray | None = None,
    other_names: Sequence[str] = (),
    min_cosine: float = 0.0,
) -> Effect:
    """Effect of a new intent beside the existing `prototypes` [names, width].

    others: examples of the existing intents [rows, width], `other_names` their intents; only those that are right today
    can be taken. Raises TooFewExamples below MIN_EXAMPLES.
    """
    if len(examples) < MIN_EXAMPLES:
        raise TooFewExamples(f"leaving one out needs at least {MIN_EXAMPLES} examples, got {len(examples)}")
    found = 0
    mistaken_for: dict[str, int] = {}
    for left_out, example in enumerate(examples):
        own = float(example @ prototype(np.delete(examples, left_out, 0)))
        cosines = prototypes @ example if len(prototypes) else np.zeros(0)
        if own >= min_cosine and own > cosines.max(initial=-1.0):
            found += 1
        elif len(cosines) and cosines.max() >= own:
            name = names[int(cosines.argmax())]
            mistaken_for[name] = mistaken_for.get(name, 0) + 1
    taken: dict[str, int] = {}
    if others is not None and len(others):
        new = others @ prototype(examples)
        before = others @ prototypes.T
        for row, name in enumerate(other_names):
            right = names[int(before[row].argmax())] == name
            if right and new[row] > before[row].max() and new[row] >= min_cosine:
                taken[name] = taken.get(name, 0) + 1
    share = sum(taken.values()) / len(others) if others is not None and len(others) else 0.0
    return Effect(found / len(examples), mistaken_for, taken, share)
