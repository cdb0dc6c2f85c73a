"""Draws the customer's face track: two JPEG pictures a second, some without a face, some exact repeats."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from expressions import pose_at
from picture import draw
from sound import Spoken
from story import AWAY, DURATION_MS, FROZEN
from voices import SAMPLE_RATE_HZ

FRAME_STEP_MS = 500
JPEG_QUALITY = 80
GRAIN_SEED = 9_000
LEANING_SHIFT = 1.9
"""Sideways shift, in face units, of the picture between there and away."""
FULL_VOICE = 0.12
"""Root mean square of the voice (1 = full scale) at which the mouth opens farthest."""


def write_frames(folder: Path, spoken: list[Spoken], customer: np.ndarray) -> list[dict[str, object]]:
    """Writes the pictures and returns `{ptsMs, file}` for each; a repeat names the same file again."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    ends_ms = [item.end_ms for item in spoken]
    track: list[dict[str, object]] = []
    for time_ms in range(0, DURATION_MS, FRAME_STEP_MS):
        if track and any(stretch.covers(time_ms, ends_ms) for stretch in FROZEN):
            track.append({"ptsMs": time_ms, "file": track[-1]["file"]})
            continue
        pose = pose_at(time_ms, spoken, _loudness(customer, time_ms))
        away, near = (_away(t, ends_ms) for t in (time_ms, time_ms + FRAME_STEP_MS))
        if near and not away:
            pose = replace(pose, shift_x=LEANING_SHIFT, roll=0.25)
        name = f"{time_ms:06d}.jpg"
        picture = draw(None if away else pose, GRAIN_SEED + time_ms // FRAME_STEP_MS)
        picture.save(folder / name, quality=JPEG_QUALITY, optimize=True)
        track.append({"ptsMs": time_ms, "file": name})
    return track


def _away(time_ms: int, ends_ms: list[int]) -> bool:
    return any(stretch.covers(time_ms, ends_ms) for stretch in AWAY)


def _loudness(voice: np.ndarray, time_ms: int) -> float:
    """Loudness of the voice in the 80 ms about a time, 0 to 1."""
    middle = time_ms * SAMPLE_RATE_HZ // 1_000
    part = voice[max(middle - 640, 0) : middle + 640]
    return float(np.clip(np.sqrt((part**2).mean()) / FULL_VOICE, 0, 1))
