"""The door to the scripts of `training/convert`, which stand for themselves and import each other by bare names:
the reference log-mel, the graph of Whisper's encoder, and the manifest of a model folder."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "convert"))

from log_mel import (  # noqa: E402
    ACTIVE_POWER_RATIO,
    FFT_SAMPLES,
    FILTERS,
    HOP_SAMPLES,
    LEVEL_DB,
    LEVEL_FRAME_SAMPLES,
    LOG10_RANGE,
    PEAK_LIMIT,
    POWER_FLOOR,
)

__all__ = [
    "ACTIVE_POWER_RATIO",
    "FFT_SAMPLES",
    "FILTERS",
    "HOP_SAMPLES",
    "LEVEL_DB",
    "LEVEL_FRAME_SAMPLES",
    "LOG10_RANGE",
    "PEAK_LIMIT",
    "POWER_FLOOR",
]
