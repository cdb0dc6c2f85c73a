"""A model's way from data to a folder under `models/`: the same eight stages for every model, each a command of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STAGES = ("prepare", "features", "train", "evaluate", "export", "quantise", "parity", "card")


@dataclass(frozen=True)
class Settings:
    """What one run was asked for. Paths are absolute, so that a command means the same from anywhere.

    data: corpora as they come, or a user's own folders. work: everything that can be made again. weights: start weights.
    out: where finished model folders go. budget_seconds: for one model's training, all folds together; None trains the
    model's own number of steps, which alone is reproducible and resumable.
    """

    data: Path
    work: Path
    weights: Path
    out: Path
    folds: tuple[str, ...]
    device: str
    budget_seconds: float | None
    seed: int
    smoke: bool

    @property
    def checkpoints(self) -> Path:
        return self.work / "checkpoints"

    @property
    def features(self) -> Path:
        return self.work / "features"

    @property
    def figures(self) -> Path:
        return self.work / "figures"

    def training_state(self, model: str) -> Path:
        """Where a training by steps keeps what it goes on from."""
        return self.checkpoints / f"{model}-state"

    def flags(self) -> list[str]:
        """Those that every training command knows."""
        budget = [] if self.budget_seconds is None else ["--budget-seconds", f"{self.budget_seconds:g}"]
        return ["--device", self.device, *budget, *(["--smoke"] if self.smoke else [])]


@dataclass(frozen=True)
class Command:
    """`python -m MODULE ARGUMENTS`, from `training/`."""

    module: str
    arguments: Sequence[str]


@dataclass(frozen=True)
class Nothing:
    """A stage that a model has no need of, and why."""

    why: str


StageOf = Callable[[Settings], list[Command]] | Nothing


@dataclass(frozen=True)
class Plan:
    """One model."""

    model: str
    stages: Mapping[str, StageOf]

    def __post_init__(self) -> None:
        if tuple(self.stages) != STAGES:
            raise ValueError(f"{self.model} has the stages {tuple(self.stages)}, expected {STAGES}")
