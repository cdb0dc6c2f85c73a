"""Checkpoints that an interrupted training resumes from to the same result.

Everything that the next step depends on is in one file: parameters, optimiser, schedule, averaged weights, the number of
the step, and every source of randomness (Python, numpy, torch, each CUDA device, and the generators that a trainer owns).
On the CPU a resumed run equals an uninterrupted one bit for bit; on CUDA as far as its kernels are deterministic.
"""

import pickle
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from .atomic_file import write_atomically

FORMAT = 1

Generator = torch.Generator | np.random.Generator


class Stateful(Protocol):
    """A module, optimiser, schedule or average: whatever says and takes its state."""

    def state_dict(self) -> Mapping[str, Any]: ...

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any: ...


class Tensors:
    """Bare tensors as a part of a checkpoint; their values are put back in place."""

    def __init__(self, **tensors: torch.Tensor) -> None:
        self.tensors = tensors

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {name: value.detach() for name, value in self.tensors.items()}

    @torch.no_grad()
    def load_state_dict(self, state_dict: Mapping[str, torch.Tensor]) -> None:
        for name, value in self.tensors.items():
            value.copy_(state_dict[name])


class CheckpointError(ValueError):
    """The file cannot be resumed from; the message says which file, why, and what to do."""


class Checkpoint:
    """The training state at one path.

        checkpoint = Checkpoint(path, {"model": model, "optimiser": optimiser}, {"order": generator}, recipe={"lr": 2e-4})
        for step in range(checkpoint.resume(), steps):
            ...
            if (step + 1) % 200 == 0:
                checkpoint.save(step + 1)

    parts: what has a state, by name. generators: those the trainer draws from itself, by name; the global ones are
    always kept. recipe: settings that change the result (plain values); a file made with others is refused, not mixed.
    """

    def __init__(
        self,
        path: Path,
        parts: Mapping[str, Stateful],
        generators: Mapping[str, Generator] | None = None,
        recipe: Mapping[str, Any] | None = None,
    ) -> None:
        self.path = path
        self.parts = dict(parts)
        self.generators = dict(generators or {})
        self.recipe = dict(recipe or {})
        self.notes: dict[str, Any] = {}
        """Plain values of the trainer's own, kept with the state (the best validation figure, say)."""

    def save(self, step: int) -> None:
        """`step` is the number of steps done, so the next one to take. The file is whole or the former one stands."""
        state = {
            "format": FORMAT,
            "step": step,
            "recipe": self.recipe,
            "notes": self.notes,
            "parts": {name: part.state_dict() for name, part in self.parts.items()},
            "generators": {name: _generator_state(generator) for name, generator in self.generators.items()},
            "global": _global_state(),
        }
        write_atomically(self.path, lambda path: torch.save(state, path))

    def resume(self) -> int:
        """Put everything back and return the step to go on with; 0, and nothing changed, when there is no file.

        Raises CheckpointError when the file is damaged, of another format, or made with another recipe or other parts.
        """
        if not self.path.exists():
            return 0
        state = read_checkpoint(self.path)
        self._refuse_other(state)
        for name, part in self.parts.items():
            part.load_state_dict(state["parts"][name])
        for name, generator in self.generators.items():
            _restore_generator(generator, state["generators"][name])
        self.notes = state["notes"]
        _restore_global(state["global"])
        return state["step"]

    def _refuse_other(self, state: Mapping[str, Any]) -> None:
        for what, here in (("parts", set(self.parts)), ("generators", set(self.generators))):
            there = set(state[what])
            if here != there:
                raise CheckpointError(f"{self.path} holds the {what} {sorted(there)}, this training has {sorted(here)}")
        names = {**state["recipe"], **self.recipe}
        other = [
            f"{name} = {state['recipe'].get(name)!r}, now {self.recipe.get(name)!r}"
            for name in names
            if state["recipe"].get(name) != self.recipe.get(name)
        ]
        if other:
            raise CheckpointError(
                f"{self.path} was made with {'; '.join(other)}: finish it with the former settings, or delete the file"
            )


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The whole state, tensors on the CPU. Only tensors and plain values are read: a checkpoint cannot run code."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise CheckpointError(f"{path} is not a whole checkpoint ({error}): delete it to start again") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise CheckpointError(f"{path} is not a checkpoint of format {FORMAT}: delete it to start again")
    return state


def _generator_state(generator: Generator) -> Any:
    return generator.get_state() if isinstance(generator, torch.Generator) else generator.bit_generator.state


def _restore_generator(generator: Generator, state: Any) -> None:
    if isinstance(generator, torch.Generator):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


def _global_state() -> dict[str, Any]:
    kind, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": [kind, keys.tolist(), int(position), int(has_gauss), float(gauss)],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def _restore_global(state: Mapping[str, Any]) -> None:
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers), gauss))
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, np.array(keys, np.uint32), *rest))
    torch.set_rng_state(state["torch"])
    # a file made on another machine may hold another number of devices; those that are here get theirs
    for device, generator in enumerate(state["cuda"][: torch.cuda.device_count()]):
        torch.cuda.set_rng_state(generator, device)
