"""Probabilities of faces from a model folder, as the service runs it, or from a checkpoint; with evaluation's eyes the same."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from convert.model_folder import ModelFolder, cpu_session
from rapport_training.face import encoder

BATCH = 64

Predictor = Callable[[np.ndarray], np.ndarray]
"""float32 [N, 1, 48, 48] in -1..1 -> probabilities [N, 8]"""


def as_served(images: np.ndarray) -> np.ndarray:
    """uint8 [N, 48, 48] -> float32 [N, 1, 48, 48] in -1..1."""
    return images[:, None].astype(np.float32) / 127.5 - 1


def of_model_folder(path: Path) -> Predictor:
    return of_graph(path / ModelFolder(path).manifest["graphs"]["model"]["file"])


def of_graph(path: Path) -> Predictor:
    session = cpu_session(path)
    return lambda images: np.concatenate(
        [session.run(["probs8"], {"face": images[i : i + BATCH]})[0] for i in range(0, len(images), BATCH)]
    )


def of_checkpoint(path: Path, device: str = "cpu") -> Predictor:
    """Raises FileNotFoundError when there is none: an untrained network would give figures too."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: train first, or name a model folder")
    network = encoder.load(path, device)

    @torch.inference_mode()
    def predict(images: np.ndarray) -> np.ndarray:
        parts = torch.from_numpy(images).to(device).split(BATCH)
        return torch.cat([network(part).softmax(1) for part in parts]).cpu().numpy()

    return predict


def predictor(path: Path) -> Predictor:
    """A folder with a model.json, or a checkpoint."""
    return of_model_folder(path) if path.is_dir() else of_checkpoint(path)
