"""Skin, brows, eyes, nose and mouth, painted in face coordinates (see face.py)."""

import numpy as np
from scipy.ndimage import gaussian_filter

from expressions import Pose
from face import (
    BLUSH,
    DARK_HAIR,
    EYE_X,
    IRIS,
    LASH,
    LIPS,
    MOUTH_DARK,
    MOUTH_Y,
    SIDE,
    SKIN,
    TEETH,
    WHITE,
    X,
    Y,
    bump,
    mix,
    step,
)

EYE_HALF = 0.205
"""Half the length of an eye, in face units."""


def colour(pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Skin, brows, eyes and mouth: albedo [rows, columns, 3] and wetness (for highlights) [rows, columns]."""
    grain = np.random.default_rng(11).standard_normal(X.shape).astype(np.float32)
    mottle = gaussian_filter(grain, 5) * 0.10 + gaussian_filter(grain, 1.2) * 0.02
    skin = np.broadcast_to(SKIN, (*X.shape, 3)) * (1 + mottle[..., None])
    skin = mix(skin, BLUSH, 0.28 * bump(0.56, 0.42, 0.22, 0.18) + 0.20 * bump(0, 0.47, 0.13, 0.10, False))
    skin = mix(
        skin, BLUSH * 0.8, 0.22 * bump(EYE_X, 0.12, 0.17, 0.06) + 0.15 * bump(EYE_X, -0.09, 0.19, 0.05)
    )
    wet = np.full(X.shape, 0.18, np.float32)
    skin = paint_nose(skin)
    skin = paint_brows(skin, pose)
    skin, wet = paint_mouth(skin, wet, pose)
    return paint_eyes(skin, wet, pose)


def paint_nose(skin: np.ndarray) -> np.ndarray:
    """Nostrils and the shadow under the tip."""
    skin = mix(skin, SKIN * 0.55, 0.55 * bump(0, 0.60, 0.15, 0.025, False))
    skin = mix(skin, SKIN * 0.5, 0.35 * bump(0.205, 0.51, 0.018, 0.05))
    return mix(
        skin,
        MOUTH_DARK,
        0.85
        * step(1 - ((SIDE - 0.088) / 0.042) ** 2 - ((Y - 0.572 + 0.25 * (SIDE - 0.09)) / 0.022) ** 2, 0.9),
    )


def paint_brows(skin: np.ndarray, pose: Pose) -> np.ndarray:
    """A brow is a band about a curve through its inner end, arch and outer end, with hairs in it."""
    inner_x = 0.175 - 0.05 * pose.brow_squeeze
    along = (SIDE - inner_x) / (0.73 - inner_x)
    inner, outer = -0.24 + pose.brow_inner, -0.23 + pose.brow_outer
    middle = -0.315 + 0.45 * pose.brow_inner + 0.55 * pose.brow_outer
    centre = (
        inner * (1 - along) * (1 - 2 * along)
        + middle * 4 * along * (1 - along)
        + outer * along * (2 * along - 1)
    )
    thickness = 0.060 * np.clip(1.15 - along, 0.05, 1) ** 0.6
    hairs = np.random.default_rng(21).standard_normal(X.shape).astype(np.float32)
    hairs = 1 + 0.9 * gaussian_filter(hairs, (2.2, 0.8))
    band = (
        step(thickness - np.abs(Y - centre), 0.045)
        * step(along, 0.1)
        * step(1 - along, 0.1)
        * np.clip(hairs, 0.5, 1.2)
    )
    furrow = np.exp(-((SIDE - 0.075) ** 2) / (2 * 0.014**2)) * bump(0, -0.28, 0.3, 0.09, False)
    skin = mix(skin, SKIN * 0.42, np.clip(0.75 * pose.brow_squeeze * furrow, 0, 1))
    low = max(0.0, pose.brow_inner)
    skin = mix(skin, SKIN * 0.5, np.clip(3.0 * low * bump(0.24, -0.09, 0.10, 0.05), 0, 0.6))
    return mix(skin, DARK_HAIR, np.clip(0.86 * band, 0, 1))


def paint_eyes(skin: np.ndarray, wet: np.ndarray, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Almond between two lid curves; white, iris, pupil, catchlight, lashes and the crease above."""
    t = np.clip((SIDE - EYE_X) / EYE_HALF, -1.3, 1.3)
    arch = np.clip(1 - t**2, 0, 1)
    open_by = (0.098 + pose.upper_lid) * (1 - pose.blink)
    sag = 0.25 * max(0.0, -pose.brow_inner) * 0.3
    top = -open_by * arch**0.75 - 0.018 * t + sag * t
    bottom = (
        (0.062 - pose.lower_lid) * arch**0.9 * (1 - 0.8 * pose.blink) - 0.018 * t + 0.05 * pose.blink * arch
    )
    inside = step(Y - top, 0.02) * step(bottom - Y, 0.02) * step(EYE_HALF - np.abs(SIDE - EYE_X), 0.02)
    white = mix(np.broadcast_to(WHITE, skin.shape), SKIN * 0.75, np.clip(np.abs(t) ** 3 * 0.6, 0, 1))
    white = white * (1 - 0.5 * np.exp(-np.clip(Y - top, 0, 1) / 0.025))[..., None]
    eye_x = np.where(X < 0, -EYE_X, EYE_X) + pose.gaze_x
    radius = np.hypot(X - eye_x, Y + 0.012 - pose.gaze_y)
    white = mix(
        white, IRIS * (0.7 + 2.2 * np.clip(radius, 0, 0.1))[..., None] * 1.2, step(0.098 - radius, 0.02)
    )
    white = mix(white, LASH, 0.75 * np.exp(-((radius - 0.096) ** 2) / (2 * 0.009**2)))
    white = mix(white, LASH * 0.4, step(0.043 - radius, 0.015))
    white = mix(white, np.ones(3), step(0.020 - np.hypot(X - eye_x + 0.03, Y + 0.048 - pose.gaze_y), 0.015))
    crease = np.exp(-((Y - top + 0.048 - 0.02 * pose.blink) ** 2) / (2 * 0.014**2)) * step(arch - 0.2, 0.3)
    skin = mix(skin, SKIN * 0.45, 0.55 * crease)
    bag = np.exp(-((Y - bottom - 0.055) ** 2) / (2 * 0.018**2)) * step(arch - 0.25, 0.4)
    skin = mix(skin, BLUSH * 0.65, np.clip((0.22 + 6.0 * pose.lower_lid) * bag, 0, 0.6))
    skin = skin + (white - skin) * inside[..., None]
    upper_lash = np.exp(-((Y - top + 0.006) ** 2) / (2 * 0.015**2)) * step(1.05 - np.abs(t), 0.15)
    lower_lash = np.exp(-((Y - bottom) ** 2) / (2 * 0.009**2)) * step(1.0 - np.abs(t), 0.15)
    skin = mix(skin, LASH, np.clip(0.92 * upper_lash + 0.42 * lower_lash, 0, 1))
    return skin, np.where(inside > 0.5, 0.5, wet)


def paint_mouth(skin: np.ndarray, wet: np.ndarray, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Two lips about a line whose corners rise or fall; teeth and dark between them when open."""
    half = 0.33 + pose.mouth_width
    t = np.clip(SIDE / half, 0, 1.25)
    arch = np.clip(1 - t**2, 0, 1)
    line = MOUTH_Y - pose.corner * (t**2 - 0.35) * 1.0
    gape = pose.mouth_open * arch ** (0.75)
    upper_edge, lower_edge = line - 0.30 * gape, line + 0.70 * gape
    thin = 1 - 0.55 * pose.lip_press - 0.25 * max(0.0, pose.corner) / 0.2
    cupid = 0.085 * arch**0.6 - 0.018 * np.exp(-(X**2) / (2 * 0.045**2))
    upper_lip = step(Y - (upper_edge - cupid * thin), 0.022) * step(upper_edge - Y, 0.012) * step(1 - t, 0.05)
    lower_lip = (
        step(Y - lower_edge, 0.012)
        * step(lower_edge + 0.115 * arch**0.7 * thin - Y, 0.025)
        * step(1 - t, 0.05)
    )
    skin = mix(
        skin, SKIN * 0.62, 0.5 * bump(0, float(MOUTH_Y + 0.17 + 0.7 * pose.mouth_open), 0.17, 0.03, False)
    )
    skin = mix(skin, LIPS * 0.86, 0.9 * upper_lip)
    skin = mix(skin, LIPS * 1.08, 0.85 * lower_lip)
    inside = (
        step(Y - upper_edge, 0.014)
        * step(lower_edge - Y, 0.014)
        * step(1 - t, 0.04)
        * step(gape - 0.008, 0.012)
    )
    skin = mix(skin, MOUTH_DARK, inside)
    row = step(upper_edge + 0.095 * (0.4 + 0.6 * arch) - Y, 0.02) * inside * pose.teeth
    gaps = 1 - 0.18 * np.exp(-((np.mod(SIDE, 0.085) - 0.0) ** 2) / (2 * 0.006**2))
    skin = mix(skin, TEETH * 0.97, np.clip(row * gaps * (1 - 0.5 * t**2), 0, 1))
    seam = np.exp(-((Y - line) ** 2) / (2 * 0.012**2)) * step(1.02 - t, 0.08) * (1 - step(gape - 0.01, 0.02))
    skin = mix(skin, MOUTH_DARK, 0.9 * seam)
    corner = np.exp(-((SIDE - half) ** 2 + (Y - MOUTH_Y + 0.65 * pose.corner) ** 2) / (2 * 0.028**2))
    skin = mix(skin, SKIN * 0.4, 0.6 * corner)
    return skin, np.where(upper_lip + lower_lip > 0.5, 0.42, wet)
