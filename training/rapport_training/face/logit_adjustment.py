"""Logit adjustment (Menon et al. 2021): rare classes are raised by -strength x log prior, after training.

One number is chosen, on validation, so that the few pictures of a rare class there cannot be fitted one by one.
"""

import numpy as np

from rapport_training.face.scores import FaceScores, face_scores

STRENGTHS = tuple(round(0.05 * i, 2) for i in range(-10, 31))


def adjustment(prior: np.ndarray, strength: float) -> np.ndarray:
    """[8] for the logits; prior [8] sums to 1. Its mean is zero, so probabilities alone change."""
    bias = -strength * np.log(prior)
    return (bias - bias.mean()).astype(np.float32)


def choose_strength(
    logits: np.ndarray, votes: np.ndarray, prior: np.ndarray, accuracy_worth: float = 0.65
) -> tuple[float, list[tuple[float, FaceScores]]]:
    """The strength with the best mean of strict accuracy (weighted `accuracy_worth`: most
    faces of a call are neutral, and calling them something else costs trust) and macro-recall (the rest), and
    the scores of all. Each strength is judged with its two neighbours: a lucky single one is not chosen."""
    tried = [(s, face_scores(logits + adjustment(prior, s), votes)) for s in STRENGTHS]
    worth = np.array([accuracy_worth * t.strict_accuracy + (1 - accuracy_worth) * t.macro_recall for _, t in tried])
    smooth = np.convolve(np.pad(worth, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    return tried[int(smooth.argmax())][0], tried
