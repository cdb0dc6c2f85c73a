"""Lights the drawn face, turns the head and composes one 320x240 picture a pose."""

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter, map_coordinates

from canvas import FACE_CENTRE_PX, HEIGHT, OVERSAMPLE, UNIT_PX, WIDTH
from expressions import Pose
from face import HEAD, POINTS_PER_UNIT, X_LIMIT, Y_TOP, height
from features import colour
from surroundings import add_clothes, add_hair, room_picture

KEY_LIGHT = np.array([-0.45, -0.50, 0.74])
FILL_LIGHT = np.array([0.75, -0.05, 0.65])
GRAIN = 0.006
"""Sensor noise, standard deviation, 1 = white."""


def draw(pose: Pose | None, grain_seed: int) -> Image.Image:
    """The picture for a pose; without one, the empty room."""
    px = room_picture().copy()
    if pose is not None:
        layer, cover = _project(*_shade(pose), pose)
        px = add_clothes(px, pose)
        px = px * (1 - cover[..., None]) + layer
    px = px.reshape(HEIGHT, OVERSAMPLE, WIDTH, OVERSAMPLE, 3).mean((1, 3))
    px = px + np.random.default_rng(grain_seed).standard_normal(px.shape) * GRAIN
    return Image.fromarray((np.clip(px, 0, 1) ** (1 / 1.12) * 255 + 0.5).astype(np.uint8))


def _shade(pose: Pose) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lit colour [rows, columns, 3], opacity and depth [rows, columns] of head and hair."""
    z = gaussian_filter(height(pose), 1.5)
    albedo, wet = colour(pose)
    dy, dx = np.gradient(z, 1 / POINTS_PER_UNIT)
    normal = np.stack([-dx, -dy, np.ones_like(z)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    turned = KEY_LIGHT + np.array([pose.yaw * 0.4, 0, 0])
    key = normal @ (turned / np.linalg.norm(turned))
    fill = np.clip(normal @ (FILL_LIGHT / np.linalg.norm(FILL_LIGHT)), 0, 1)
    wrap = np.stack([np.clip((key + w) / (1 + w), 0, 1) for w in (0.40, 0.26, 0.20)], -1)
    hollow = np.clip(1 - 2.2 * np.clip(gaussian_filter(z, 14) - z, 0, 0.2), 0.55, 1)
    lit = albedo * (0.78 * wrap + (0.26 * fill + 0.22)[..., None]) * hollow[..., None]
    half = turned / np.linalg.norm(turned) + np.array([0, 0, 1.0])
    shine = np.clip(normal @ (half / np.linalg.norm(half)), 0, 1) ** 22
    lit = lit + (0.32 * wet * shine)[..., None]
    cover = HEAD.copy()
    return (*add_hair(lit, cover), z)


def _project(lit: np.ndarray, cover: np.ndarray, z: np.ndarray, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Turns the head: every picture point looks up the face point that lands there (depth shifts it)."""
    scale = UNIT_PX * OVERSAMPLE
    cx, cy = ((c + s * UNIT_PX) * OVERSAMPLE for c, s in zip(FACE_CENTRE_PX, (pose.shift_x, pose.shift_y)))
    py, px = np.mgrid[0 : HEIGHT * OVERSAMPLE, 0 : WIDTH * OVERSAMPLE]
    x, y = (px - cx) / scale, (py - cy) / scale
    turn = np.clip(1 - np.clip(y - 1.2, 0, 1), 0, 1)
    roll = pose.roll * turn
    x, y = x * np.cos(roll) + y * np.sin(roll), y * np.cos(roll) - x * np.sin(roll)
    u, v = x.copy(), y.copy()
    for _ in range(3):
        depth = (map_coordinates(z, _places(u, v), order=1, mode="nearest") - 0.55) * turn
        u, v = x - depth * np.sin(pose.yaw), y - depth * np.sin(pose.pitch)
    places = _places(u, v)
    alpha = map_coordinates(cover, places, order=1, mode="constant")
    planes = [map_coordinates(lit[..., i], places, order=1, mode="nearest") * alpha for i in range(3)]
    return np.stack(planes, -1), alpha


def _places(u: np.ndarray, v: np.ndarray) -> list[np.ndarray]:
    """Rows and columns of the face maps for face coordinates."""
    return [(v - Y_TOP) * POINTS_PER_UNIT, (u + X_LIMIT) * POINTS_PER_UNIT]
