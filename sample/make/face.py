"""A drawn face of nobody: the shape of the head as a height map, and the tools to paint on it.

Face coordinates: x to the right of the picture, y downward, 1 = half the width of the face,
eyes at y = 0. Every map is [rows, columns] over the same grid, `POINTS_PER_UNIT` points a unit.
"""

import numpy as np

from expressions import Pose

POINTS_PER_UNIT = 110
X_LIMIT, Y_TOP, Y_BOTTOM = 1.75, -1.75, 2.05
EYE_X = 0.43
MOUTH_Y = 0.86

_columns = np.arange(-X_LIMIT, X_LIMIT, 1 / POINTS_PER_UNIT)
_rows = np.arange(Y_TOP, Y_BOTTOM, 1 / POINTS_PER_UNIT)
X, Y = (grid.astype(np.float32) for grid in np.meshgrid(_columns, _rows))
SIDE = np.abs(X)
"""Distance from the middle line: most features are symmetric."""

SKIN = np.array([0.86, 0.66, 0.55], np.float32)
BLUSH = np.array([0.80, 0.45, 0.40], np.float32)
LIPS = np.array([0.70, 0.34, 0.33], np.float32)
DARK_HAIR = np.array([0.17, 0.105, 0.07], np.float32)
LASH = np.array([0.09, 0.06, 0.05], np.float32)
IRIS = np.array([0.30, 0.20, 0.12], np.float32)
WHITE = np.array([0.90, 0.88, 0.86], np.float32)
TEETH = np.array([0.93, 0.90, 0.85], np.float32)
MOUTH_DARK = np.array([0.20, 0.06, 0.06], np.float32)


def bump(x0: float, y0: float, sx: float, sy: float, side: bool = True) -> np.ndarray:
    """A Gaussian of height 1; mirrored to both sides of the face unless `side` is false."""
    return np.exp(-(((SIDE if side else X) - x0) ** 2) / (2 * sx**2) - (Y - y0) ** 2 / (2 * sy**2))


def step(distance: np.ndarray, width: float = 0.02) -> np.ndarray:
    """0 where `distance` is well below zero, 1 well above, smooth over `width`."""
    t = np.clip(distance / width + 0.5, 0.0, 1.0)
    return t * t * (3 - 2 * t)


def mix(base: np.ndarray, colour: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Lays a colour [3] over a picture [rows, columns, 3]."""
    return base + (colour - base) * amount[..., None]


def half_width() -> np.ndarray:
    """Half the width of the head at each y: round skull, tapering jaw, zero past the chin."""
    skull = 0.985 * np.sqrt(np.clip(1 - ((Y + 0.10) / 1.42) ** 2, 0, 1))
    jaw = 0.985 * np.clip(1 - (np.clip(Y + 0.05, 0, 9) / 1.53) ** 2.7, 0, 1) ** 0.52
    return np.where(Y < -0.10, skull, jaw).astype(np.float32)


HEAD_WIDTH = half_width()
HEAD = step(HEAD_WIDTH - SIDE, 0.03) * (HEAD_WIDTH > 0)


def height(pose: Pose) -> np.ndarray:
    """Depth toward the viewer in face units, [rows, columns]."""
    ratio = np.clip(SIDE / np.maximum(HEAD_WIDTH, 1e-3), 0, 1)
    z = 0.95 * np.maximum(HEAD_WIDTH, 0) ** 0.6 * (1 - ratio**2.6) ** 0.55
    z += 0.055 * bump(0.40, -0.26 + 0.4 * pose.brow_inner, 0.26, 0.09)
    z -= 0.085 * bump(EYE_X, 0.02, 0.19, 0.13) + 0.03 * bump(0.17, 0.0, 0.07, 0.14)
    z += 0.045 * bump(EYE_X, 0.03, 0.13, 0.08)
    bridge = np.exp(-(X**2) / (2 * 0.085**2)) * np.exp(-((Y - 0.42) ** 2) / (2 * 0.26**2))
    z += 0.20 * bridge + 0.11 * bump(0, 0.47, 0.10, 0.085, False) + 0.065 * bump(0.145, 0.50, 0.055, 0.06)
    lift = 0.07 * pose.cheek
    z += (0.05 + 0.06 * pose.cheek) * bump(0.56, 0.42 - lift, 0.20, 0.17)
    fold = np.exp(-((SIDE - (0.20 + 0.42 * (Y - 0.45))) ** 2) / (2 * 0.03**2)) * bump(0.30, 0.68, 0.20, 0.16)
    z -= (0.012 + 0.05 * pose.cheek + 0.02 * pose.nose_wrinkle) * fold
    z += 0.05 * bump(0, MOUTH_Y, 0.26, 0.14, False) - 0.02 * bump(0, 0.67, 0.035, 0.06, False)
    z += 0.06 * bump(0, 1.26 + 0.5 * pose.mouth_open, 0.20, 0.13, False) - 0.035 * bump(
        0, 1.06, 0.2, 0.05, False
    )
    frown = np.exp(-((SIDE - 0.075) ** 2) / (2 * 0.018**2)) * bump(0, -0.30, 0.3, 0.11, False)
    z -= 0.035 * pose.brow_squeeze * frown
    z -= 0.018 * pose.nose_wrinkle * bump(0, 0.06, 0.10, 0.02, False)
    raised = max(0.0, -pose.brow_inner - 0.04)
    lines = np.sin((Y + 0.9) * 34) * bump(0, -0.66, 0.38, 0.12, False)
    return z - 0.05 * raised * lines
