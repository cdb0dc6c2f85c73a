"""Exponential moving average of the weights, after Polyak and Juditsky (1992): steadier than the last step's."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


class AveragedWeights:
    """Call `update` after every step of the optimiser; measure and export within `in_place`.

    decay: the share of the average that stays at a step; early on the smaller (1 + step) / (10 + step), so that the
    random start is forgotten. Buffers (running statistics of normalisation) are copied as they are.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.module = module
        self.decay = decay
        self.steps = 0
        self.average = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self) -> None:
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        self.steps += 1
        for name, value in self.module.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1 - decay)
            else:
                self.average[name].copy_(value)

    @contextmanager
    def in_place(self) -> Iterator[nn.Module]:
        """The module with the averaged weights; its own are put back afterwards."""
        own = {name: value.detach().clone() for name, value in self.module.state_dict().items()}
        self.module.load_state_dict(self.average)
        try:
            yield self.module
        finally:
            self.module.load_state_dict(own)

    def state_dict(self) -> dict[str, Any]:
        return {"steps": self.steps, "average": self.average}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        self.steps = state_dict["steps"]
        for name, value in self.average.items():
            value.copy_(state_dict["average"][name])
