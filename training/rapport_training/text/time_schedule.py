"""A phase of training lasts a number of seconds or of steps, whichever ends first, and the rate follows it. By steps alone
it comes out the same every time, and goes on from its checkpoint."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from ..checkpoint import Checkpoint, Stateful

WARM_UP = 0.06
LAST_RATE = 0.02
"""Share of the highest rate that is left at the end."""


Batch = TypeVar("Batch")

STEPS_BETWEEN_SAVES = 200


class Phase:
    """`for share, batch in phase.steps(draw)`: the share of the phase that is done, 0 to 1, and what was drawn for the step;
    the rate is set before it.

    state: where the phase is kept, None: nowhere. parts: what it changes beside the optimiser, by name.
    """

    def __init__(
        self, optimiser: torch.optim.Optimizer, seconds: float, max_steps: int,
        state: Path | None = None, parts: Mapping[str, Stateful] | None = None, recipe: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.optimiser, self.seconds, self.max_steps = optimiser, seconds, max_steps
        self.highest = [group["lr"] for group in optimiser.param_groups]
        self.taken = 0
        changed = {"optimiser": optimiser, **(parts or {})}
        self.checkpoint = Checkpoint(state, changed, recipe={**(recipe or {}), "steps": max_steps}) if state else None

    def steps(self, draw: Callable[[], Batch]) -> Iterator[tuple[float, Batch]]:
        """`draw` may use generators of its own: what was drawn before an interruption is drawn again and not used."""
        start = time.monotonic()
        if self.checkpoint:
            self.taken = self.checkpoint.resume()
            for _ in range(self.taken):
                draw()
        while self.taken < self.max_steps:
            share = max((time.monotonic() - start) / self.seconds, self.taken / self.max_steps)
            if share >= 1 and self.taken > 0:
                return
            for group, highest in zip(self.optimiser.param_groups, self.highest, strict=True):
                group["lr"] = highest * rate(min(share, 1.0))
            yield share, draw()
            self.taken += 1
            if self.checkpoint and (self.taken % STEPS_BETWEEN_SAVES == 0 or self.taken == self.max_steps):
                self.checkpoint.save(self.taken)


def rate(share: float) -> float:
    """Linear rise over WARM_UP, then a half cosine down to LAST_RATE."""
    if share < WARM_UP:
        return max(share / WARM_UP, LAST_RATE)
    done = (share - WARM_UP) / (1 - WARM_UP)
    return LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * done))


def optimiser_of(groups: list[tuple[list[tuple[str, nn.Parameter]], float]], weight_decay: float) -> torch.optim.AdamW:
    """AdamW over (named parameters, rate); vectors are not decayed."""
    parameters = []
    for named, lr in groups:
        for decayed in (True, False):
            own = [value for _, value in named if value.requires_grad and (value.ndim > 1) == decayed]
            if own:
                parameters.append({"params": own, "lr": lr, "weight_decay": weight_decay if decayed else 0.0})
    fused = all(value.is_cuda for group in parameters for value in group["params"])
    return torch.optim.AdamW(parameters, betas=(0.9, 0.98), fused=fused)


def layer_rates(
    module: nn.Module, stacks: list[nn.ModuleList], lr: float, decay: float
) -> list[tuple[list[tuple[str, nn.Parameter]], float]]:
    """Each layer a `decay` slower than the one above it; whatever is in no stack gets the full rate.

    stacks: lowest first; a list of lists is one stack after another. Embeddings that need no gradient are left out.
    """
    layers = [layer for stack in stacks for layer in stack]
    groups = [(list(layer.named_parameters()), lr * decay ** (len(layers) - 1 - i)) for i, layer in enumerate(layers)]
    inside = {id(value) for layer in layers for value in layer.parameters()}
    rest = [(name, value) for name, value in module.named_parameters() if id(value) not in inside]
    return [*groups, (rest, lr)]
