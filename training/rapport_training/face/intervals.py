"""Percentile bootstrap: how far a figure would move with other pictures, or other people, of the same kind."""

from collections.abc import Callable

import numpy as np

DRAWS = 1000
SEED = 20


def interval(figure: Callable[[np.ndarray], float], groups: np.ndarray, draws: int = DRAWS) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of `figure(indices)` when whole groups ([N]: a picture's own number, or its
    person) are drawn with replacement."""
    rng = np.random.default_rng(SEED)
    names, of_picture = np.unique(groups, return_inverse=True)
    members = np.split(np.argsort(of_picture, kind="stable"), np.cumsum(np.bincount(of_picture))[:-1])
    drawn = (rng.integers(len(names), size=len(names)) for _ in range(draws))
    figures = [figure(np.concatenate([members[i] for i in chosen])) for chosen in drawn]
    low, high = np.nanpercentile(figures, (2.5, 97.5))
    return float(low), float(high)


def with_interval(figure: Callable[[np.ndarray], float], groups: np.ndarray, draws: int = DRAWS) -> dict[str, float]:
    low, high = interval(figure, groups, draws)
    return {"value": figure(np.arange(len(groups))), "low": low, "high": high}
