"""What the service gives the voice encoder when a clip's last words have come in (`src/models/encode/speech-window.ts`)."""

from collections.abc import Sequence

import numpy as np

from .speech_activity import SAMPLE_RATE_HZ, Span

SAMPLES_PER_MS = SAMPLE_RATE_HZ // 1000
WINDOW_MS = 4_000
MARGIN_MS = 200
"""Kept before the first and after the last speech of the window."""
SHORTEST_MS = 2_000
STEP_SAMPLES = 320


def heard_window(pcm: np.ndarray, speech: Sequence[Span]) -> np.ndarray:
    """int16 [samples] -> int16, a multiple of STEP_SAMPLES: from the first to the last speech of the last 4 s, with margins.

    Shorter ones reach further back, even to before the clip, where there is silence.
    """
    length_ms = len(pcm) / SAMPLES_PER_MS
    end_ms = min(length_ms, (speech[-1][1] if speech else length_ms) + MARGIN_MS)
    end_ms = max(end_ms, min(length_ms, SHORTEST_MS))
    window_ms = end_ms - WINDOW_MS
    inside = [(max(begin, window_ms), end) for begin, end in speech if end > window_ms]
    from_ms = max(window_ms, 0, (inside[0][0] if inside else end_ms) - MARGIN_MS)
    to_ms = min(end_ms, (inside[-1][1] if inside else end_ms) + MARGIN_MS)
    if to_ms - from_ms < SHORTEST_MS:
        from_ms = max(window_ms, to_ms - SHORTEST_MS)
    if to_ms - from_ms < SHORTEST_MS:
        to_ms = min(end_ms, from_ms + SHORTEST_MS)

    first = round(from_ms * SAMPLES_PER_MS)
    count = round(to_ms * SAMPLES_PER_MS) - first
    window = np.zeros(count - count % STEP_SAMPLES, np.int16)
    before = max(0, -first)
    heard = pcm[max(first, 0) : first + len(window)]
    window[before : before + len(heard)] = heard
    return window
