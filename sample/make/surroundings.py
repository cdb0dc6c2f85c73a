"""What stands about the face: hair, clothes and the room."""

from functools import cache

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from canvas import FACE_CENTRE_PX, HEIGHT, OVERSAMPLE, UNIT_PX, WIDTH
from expressions import Pose
from face import DARK_HAIR, HEAD_WIDTH, SIDE, SKIN, X, Y, bump, mix, step

PARTING_X = 0.24
"""The parting sits this far to the left of the middle, in face units."""


def add_hair(lit: np.ndarray, cover: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shoulder-long hair with a side parting: a mass behind the head, and what falls over the temples."""
    strands, sheen = _strands()
    mass_width = 1.13 * np.sqrt(np.clip(1 - ((Y + 0.25) / 1.33) ** 2, 0, 1))
    fall = 1.13 + 0.09 * np.clip(Y + 0.25, 0, 2) - 0.14 * np.clip(Y - 1.0, 0, 1) ** 1.5 + 0.012 * strands
    ends = step(1.66 - Y - 0.25 * np.clip(SIDE - 0.9, 0, 1) + 0.03 * strands, 0.14)
    mass = np.where(Y < -0.25, step(mass_width - SIDE - 0.03, 0.06), step(fall - SIDE - 0.03, 0.06) * ends)
    neck = step(0.46 + 0.10 * np.clip(Y - 1.2, 0, 1) - SIDE, 0.05) * step(Y - 0.9, 0.1)
    tone = DARK_HAIR * (1.15 + 0.38 * strands[..., None])
    hair = tone + 0.15 * sheen[..., None] * np.array([1.0, 0.78, 0.58])
    behind = hair * (0.50 + 0.45 * np.clip(SIDE - 0.75, 0, 1))[..., None]
    throat = SKIN * (0.42 + 0.30 * np.clip(Y - 1.40, 0, 1) - 0.14 * X)[..., None]
    behind = behind + (throat - behind) * neck[..., None]
    out = behind + (lit - behind) * cover[..., None]
    from_part = np.abs(X + PARTING_X)
    slope = np.where(X < -PARTING_X, 0.85, 0.46)
    hairline = -1.02 + slope * from_part**1.3 + 0.02 * strands
    curtain = HEAD_WIDTH - 0.07 - 0.10 * np.exp(-((Y + 0.35) ** 2) / 0.18) + 0.015 * strands
    temple = step(SIDE - curtain, 0.07) * step(Y + 0.9, 0.2) * step(1.15 - Y, 0.3)
    front = np.clip(step(hairline - Y, 0.06) + temple, 0, 1) * np.clip(mass + cover, 0, 1)
    shadow = np.clip(gaussian_filter(front, 8) - front, 0, 1) * cover
    out = out * (1 - 0.6 * shadow)[..., None]
    part = (
        np.exp(-((X + PARTING_X - 0.06 * (Y + 1.1)) ** 2) / (2 * 0.012**2))
        * step(-1.02 - Y, 0.05)
        * step(Y + 1.33, 0.1)
    )
    front_colour = mix(hair, SKIN * 0.6, 0.6 * part)
    out = out + (front_colour - out) * front[..., None]
    neckline = step(1.86 - 0.9 * X**2 - Y, 0.03)
    return out, np.clip(np.maximum.reduce([mass, cover, neck * neckline]), 0, 1)


@cache
def _strands() -> tuple[np.ndarray, np.ndarray]:
    """Hair streaks (about -1 to 1) that fan out from the parting, and the bands where they catch the light."""
    noise = np.random.default_rng(31).standard_normal((700, 300)).astype(np.float32)
    streaks = gaussian_filter(noise, (1.3, 22)) * 13 + gaussian_filter(noise, (6, 30)) * 22
    angle = np.arctan2(X + PARTING_X, Y + 2.1)
    radius = np.hypot(X + PARTING_X, Y + 2.1)
    streaks = map_coordinates(streaks, [(angle + 1.6) * 210, radius * 70], order=1, mode="nearest")
    streaks = np.clip(streaks, -1.3, 1.3)
    sheen = bump(0.42, -1.00, 0.40, 0.09) + 0.45 * bump(1.08, 0.30, 0.08, 0.35)
    return streaks, sheen * np.clip(0.7 + 0.4 * streaks, 0, 1)


def add_clothes(px: np.ndarray, pose: Pose) -> np.ndarray:
    """Shoulders in a knitted jumper with a round neck."""
    py, pxx = np.mgrid[0 : HEIGHT * OVERSAMPLE, 0 : WIDTH * OVERSAMPLE] / OVERSAMPLE
    x = (pxx - FACE_CENTRE_PX[0]) / UNIT_PX - pose.shift_x * 0.6
    y = (py - FACE_CENTRE_PX[1]) / UNIT_PX - pose.shift_y * 0.3
    shoulder = 1.55 + 0.30 * np.clip(np.abs(x), 0, 3) ** 1.7 * 0.55
    body = step(y - shoulder, 0.05)
    knit = 1 + 0.05 * np.sin(x * 55) + 0.04 * np.sin(y * 48)
    light = np.clip(0.85 - 0.22 * x - 0.12 * (y - 1.6), 0.3, 1.1)
    wool = np.array([0.22, 0.36, 0.42]) * (knit * light)[..., None]
    return px + (wool - px) * body[..., None]


@cache
def room_picture() -> np.ndarray:
    """A blurred living room: wall, window light at the left, a shelf with books, a plant-like shape."""
    h, w = HEIGHT * OVERSAMPLE, WIDTH * OVERSAMPLE
    y, x = np.mgrid[0:h, 0:w] / np.array([h, w])[:, None, None]
    room = np.array([0.62, 0.60, 0.56]) * (0.95 - 0.30 * x - 0.12 * y)[..., None]
    room = mix(room, np.array([0.93, 0.94, 0.96]), ((x > 0.03) & (x < 0.19) & (y > 0.05) & (y < 0.62)) * 0.75)
    rng = np.random.default_rng(41)
    for shelf in (0.30, 0.62):
        left = 0.76
        while left < 0.985:
            width, tall = rng.uniform(0.012, 0.03), rng.uniform(0.13, 0.22)
            book = (x > left) & (x < left + width) & (y < shelf) & (y > shelf - tall)
            room = mix(room, rng.uniform(0.2, 0.55) + rng.uniform(-0.09, 0.09, 3), book * 0.9)
            left += width + 0.003
        room = mix(room, np.array([0.36, 0.27, 0.20]), ((x > 0.74) & (y > shelf) & (y < shelf + 0.02)) * 0.9)
    return gaussian_filter(room, (9, 9, 0))
