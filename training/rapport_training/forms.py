"""What each model must offer for export, quantisation and parity: its three forms, and figures of their answers."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from .parity import Figures


@dataclass(frozen=True)
class Trained:
    """Where one trained model is found: its fold, the data and the start weights it was made from."""

    fold: str
    data: Path
    weights: Path
    checkpoints: Path
    smoke: bool


class Forms(Protocol):
    task: str
    """By which its folder is found in a set of models."""
    quantised: bool
    """False: fp32 is served, since 8 bits would gain nothing."""

    def write_fp32(self, path: Path) -> None:
        """The network as a graph that takes any length and any number of rows."""

    def write_served(self, fp32: Path, path: Path) -> None:
        """The graph as it is served: int8, or a copy."""

    def write_folder(self, served: Path, folder: Path) -> None:
        """Graph, manifest and golden cases into a model folder that has the files of the former model."""

    def answers(self, form: str, graph: Path) -> np.ndarray:
        """[examples, classes] of validation data, as the product would compute them; `graph` is of no use for torch."""

    def figures(self, answers: np.ndarray) -> Figures:
        """Greater is better."""


MODULES = {name: f"rapport_training.{name}.forms" for name in ("voice", "text", "face", "fusion")}


def forms_of(model: str, trained: Trained) -> Forms:
    make: Callable[[Trained], Forms] = import_module(MODULES[model]).forms
    return make(trained)
