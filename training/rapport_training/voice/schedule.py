"""How far a training is: by the steps taken, or by the time spent when another process shares the device.

A schedule over time needs no measured speed: whatever the machine does meanwhile, the learning rate has fallen when the
time is over. It does not repeat to the bit; one over steps alone does.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Schedule:
    """Over after `most_steps` steps, or after `seconds` from now on, whichever is sooner. `clock` gives seconds."""

    most_steps: int
    seconds: float = math.inf
    clock: Callable[[], float] = time.monotonic
    start: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", self.clock())

    def progress(self, step: int) -> float:
        """0 at the start, 1 when the training is over, before step `step`."""
        return max(step / self.most_steps, (self.clock() - self.start) / max(self.seconds, 1e-6))


def learning_rate_share(step: int, progress: float, warm_up_steps: int) -> float:
    """Linear warm-up, then half a cosine to 1 % of the full rate."""
    warm = min(1.0, (step + 1) / warm_up_steps)
    return warm * (0.01 + 0.99 * (1 + math.cos(math.pi * min(1.0, progress))) / 2)
