"""Progressive training: unimodal rows first, then pairs, then everything (a curriculum after Bengio et al. 2009)."""

PAIRS_FROM = 0.3
ALL_FROM = 0.5


def most_modalities(progress: float, modalities: int) -> int:
    """How many modalities a row may show at `progress` in [0, 1] of the schedule."""
    if progress < PAIRS_FROM:
        return 1
    return min(2, modalities) if progress < ALL_FROM else modalities
