"""How text models are scored: macro-F1 with thresholds, few-shot accuracy, out-of-scope recall, bootstrap intervals.

Arrays are numpy; embeddings [rows, width] of norm 1; labels int [rows].
"""

import random
from collections.abc import Callable, Sequence

import numpy as np

THRESHOLDS = np.arange(0.06, 0.90, 0.02)
BOOTSTRAPS = 1000


def f1_scores(truth: np.ndarray, decided: np.ndarray) -> np.ndarray:
    """bool [rows, classes] twice -> F1 of each class; 0 where neither has one."""
    hit = (truth & decided).sum(0)
    return 2 * hit / np.maximum(truth.sum(0) + decided.sum(0), 1)


def fit_thresholds(probabilities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The threshold of every class with the best F1 on these rows; of equally good ones the middle."""
    best = np.zeros(probabilities.shape[1])
    for k in range(len(best)):
        scores = [f1_scores(truth[:, [k]], probabilities[:, [k]] > t)[0] for t in THRESHOLDS]
        smooth = np.convolve(np.pad(scores, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
        best[k] = THRESHOLDS[int(np.argmax(smooth))]
    return best


def decide_emotions(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """bool [rows, 7]: above its threshold; the likeliest where none is."""
    decided = probabilities > thresholds
    rows = np.flatnonzero(~decided.any(1))
    decided[rows, probabilities[rows].argmax(1)] = True
    return decided


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def few_shot_accuracy(
    embeddings: np.ndarray,
    labels: Sequence[int],
    examples: int,
    seeds: int,
    scored: tuple[np.ndarray, Sequence[int]] | None = None,
) -> list[float]:
    """Accuracy of centroids of `examples` rows a label, one figure a seed.

    Without `scored` the rows that are no examples are scored (of a small label at most half become examples); with it,
    all of `scored`.
    """
    own = np.asarray(labels)
    by_label = {label: np.flatnonzero(own == label) for label in sorted(set(own.tolist()))}
    place = {label: i for i, label in enumerate(by_label)}
    accuracies = []
    for seed in range(seeds):
        drawn = random.Random(seed)
        picked = {
            label: drawn.sample(rows.tolist(), min(examples, len(rows) if scored else max(1, len(rows) // 2)))
            for label, rows in by_label.items()
        }
        centroids = unit(np.stack([embeddings[rows].mean(0) for rows in picked.values()]))
        if scored:
            rest, truth = scored[0], np.array([place.get(label, -1) for label in scored[1]])
        else:
            kept = np.ones(len(own), bool)
            kept[[row for rows in picked.values() for row in rows]] = False
            rest, truth = embeddings[kept], np.array([place[label] for label in own[kept].tolist()])
        accuracies.append(float(((rest @ centroids.T).argmax(1) == truth).mean()))
    return accuracies


def recall_at_false_alarms(inside: np.ndarray, outside: np.ndarray, false_alarms: float) -> float:
    """Share of `outside` scored below the threshold that rejects `false_alarms` of `inside` (high = inside)."""
    return float((outside < np.quantile(inside, false_alarms)).mean())


def bootstrap_interval(
    statistic: Callable[[np.ndarray], float], rows: int, seed: int = 0, rounds: int = BOOTSTRAPS
) -> tuple[float, float]:
    """95 % interval of a statistic of row indices, rows drawn with replacement."""
    drawn = np.random.default_rng(seed)
    values = [statistic(drawn.integers(rows, size=rows)) for _ in range(rounds)]
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
