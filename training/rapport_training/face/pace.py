"""How far a training is, 0..1: by steps (the same result every time), or by the clock (a lent machine, shared with others,
where nobody knows the speed beforehand). Learning rates follow it, so that both end with the full decay."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Pace(Protocol):
    def progress(self, step: int) -> float:
        """After `step` steps; 1 or more: the end."""
        ...


@dataclass(frozen=True)
class StepPace:
    steps: int

    def progress(self, step: int) -> float:
        return step / self.steps


@dataclass
class ClockPace:
    """Counts from its making."""

    seconds: float
    now: Callable[[], float] = time.monotonic
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.now()

    def progress(self, step: int) -> float:
        return (self.now() - self.began) / self.seconds
