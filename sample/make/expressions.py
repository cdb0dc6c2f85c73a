"""What the drawn face does over time: named expressions, blended along the story, with blinks and small motion."""

from dataclasses import dataclass, fields, replace

import numpy as np

from sound import Spoken
from story import TYPING


@dataclass(frozen=True)
class Pose:
    """One face. Lengths in face units (1 = half the width of the face), y grows downward, angles in radians."""

    brow_inner: float = 0.0
    """Height of the inner end of the brow: below zero is raised."""
    brow_outer: float = 0.0
    brow_squeeze: float = 0.0
    """How far the brows are drawn together, with the two lines between them."""
    upper_lid: float = 0.0
    """Above zero the eye is wider, below narrower."""
    lower_lid: float = 0.0
    """Above zero the lower lid is pushed up."""
    corner: float = 0.0
    """Mouth corners: above zero lifted."""
    mouth_width: float = 0.0
    mouth_open: float = 0.0
    """Opening between the lips at the middle."""
    teeth: float = 0.0
    lip_press: float = 0.0
    cheek: float = 0.0
    """Raised cheek with the fold beside the nose."""
    nose_wrinkle: float = 0.0
    blink: float = 0.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0


EXPRESSIONS: dict[str, Pose] = {
    "neutral": Pose(),
    "worried": Pose(brow_inner=-0.06, brow_outer=0.03, brow_squeeze=0.35, corner=-0.04, upper_lid=0.01),
    "upset": Pose(
        brow_inner=0.18,
        brow_outer=0.01,
        brow_squeeze=0.9,
        upper_lid=0.02,
        lower_lid=0.02,
        corner=-0.10,
        mouth_width=-0.04,
        lip_press=0.5,
        nose_wrinkle=0.6,
        cheek=0.2,
    ),
    "angry": Pose(
        brow_inner=0.22,
        brow_outer=0.03,
        brow_squeeze=1.0,
        upper_lid=0.04,
        lower_lid=0.025,
        corner=-0.11,
        mouth_width=-0.04,
        mouth_open=0.08,
        teeth=1.0,
        nose_wrinkle=1.0,
        cheek=0.35,
        pitch=0.04,
    ),
    "sad": Pose(
        brow_inner=-0.16,
        brow_outer=0.08,
        brow_squeeze=0.6,
        upper_lid=-0.045,
        lower_lid=0.01,
        corner=-0.17,
        mouth_width=-0.05,
        gaze_y=0.03,
        pitch=0.08,
    ),
    "calm": Pose(corner=0.02),
    "typing": Pose(brow_inner=0.02, upper_lid=-0.055, gaze_y=0.05, pitch=0.14, corner=-0.03),
    "surprised": Pose(brow_inner=-0.18, brow_outer=-0.15, upper_lid=0.06, mouth_open=0.22, mouth_width=-0.12),
    "happy": Pose(
        brow_inner=-0.03,
        brow_outer=-0.02,
        upper_lid=-0.03,
        lower_lid=0.045,
        corner=0.20,
        mouth_width=0.12,
        mouth_open=0.10,
        teeth=1.0,
        cheek=1.0,
    ),
    "smile": Pose(brow_inner=-0.02, lower_lid=0.02, corner=0.12, mouth_width=0.07, cheek=0.55),
}

AFTER_SPEECH: dict[str, str] = {"plain": "neutral", "happy": "smile", "surprised": "happy"}
"""What a face settles into when the line is over; the same expression where nothing is named."""
BLEND_MS = 700
MOTION_SEED = 5_150


def pose_at(time_ms: int, spoken: list[Spoken], loudness: float) -> Pose:
    """The customer's face at a time. `loudness` (0 to 1) of the customer's voice opens the mouth."""
    now = _blend(_expression(time_ms - BLEND_MS, spoken), _expression(time_ms, spoken), 0.65)
    seconds = time_ms / 1_000.0
    sway = [
        np.sin(seconds * rate + phase) for rate, phase in ((0.61, 0.3), (0.43, 1.7), (0.37, 4.0), (1.27, 2.2))
    ]
    energy = 1.0 + 1.5 * now.brow_squeeze * (loudness > 0.05)
    return replace(
        now,
        mouth_open=now.mouth_open + 0.16 * loudness,
        blink=_blink(time_ms),
        yaw=now.yaw + (0.07 * sway[0] + 0.03 * sway[3]) * energy,
        pitch=now.pitch + 0.04 * sway[1] + 0.05 * loudness,
        roll=now.roll + 0.035 * sway[2] * energy,
        gaze_x=now.gaze_x + 0.025 * sway[3],
        shift_x=0.10 * sway[1] + 0.03 * sway[3],
        shift_y=0.04 * sway[2],
    )


def _expression(time_ms: int, spoken: list[Spoken]) -> Pose:
    """The expression of the customer's latest line, or what it settles into 1.5 s after its end."""
    before = [item for item in spoken if item.line.party == "customer" and item.start_ms - 300 <= time_ms]
    if not before:
        return EXPRESSIONS["neutral"]
    if any(stretch.covers(time_ms, [item.end_ms for item in spoken]) for stretch in TYPING):
        return EXPRESSIONS["typing"]
    delivery = before[-1].line.delivery
    if time_ms > before[-1].end_ms + 1_500:
        delivery = AFTER_SPEECH.get(delivery, delivery)
    return EXPRESSIONS.get(delivery, EXPRESSIONS["neutral"])


def _blend(first: Pose, second: Pose, weight: float) -> Pose:
    pairs = ((f.name, getattr(first, f.name), getattr(second, f.name)) for f in fields(Pose))
    return Pose(**{name: a + (b - a) * weight for name, a, b in pairs})


def _blink(time_ms: int) -> float:
    """A blink about every four seconds; at two frames a second most of them fall between frames."""
    chance = np.random.default_rng(MOTION_SEED + time_ms // 500).random()
    return 1.0 if chance < 0.04 else 0.0
