"""Every command of every plan is one that its module knows, whatever a run was asked for."""

import contextlib
import io
import re
import runpy
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from rapport_training.plans import PLANS
from rapport_training.stages import Command, Nothing, Settings

SETTINGS = Settings(
    data=Path("/data"),
    work=Path("/work"),
    weights=Path("/weights"),
    out=Path("/models"),
    folds=("0", "all"),
    device="cpu",
    budget_seconds=None,
    seed=3,
    smoke=False,
)
ASKED = (
    SETTINGS,
    replace(SETTINGS, smoke=True),
    replace(SETTINGS, budget_seconds=60.0),
    replace(SETTINGS, device="cuda"),
)


@cache
def known_options(module: str) -> set[str]:
    """As its `--help` tells them; in this process, since each new one would load torch again."""
    told, before = io.StringIO(), sys.argv
    sys.argv = [module, "--help"]
    try:
        with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
            runpy.run_module(module, run_name="__main__")
    finally:
        sys.argv = before
    return set(re.findall(r"--[a-z][a-z-]*", told.getvalue()))


def commands(model: str) -> list[Command]:
    of = PLANS[model].stages.values()
    return [command for stage in of if not isinstance(stage, Nothing) for asked in ASKED for command in stage(asked)]


@pytest.mark.parametrize("model", tuple(PLANS))
def test_commands_have_options_that_their_modules_know(model: str) -> None:
    for command in commands(model):
        given = {part for part in command.arguments if part.startswith("--")}
        assert given <= known_options(command.module), f"{command.module} {given - known_options(command.module)}"


@pytest.mark.parametrize("model", tuple(PLANS))
def test_every_training_gets_the_seed(model: str) -> None:
    (train, *_) = [command for command in commands(model) if command.module.endswith(".train")]
    arguments = list(train.arguments)
    assert arguments[arguments.index("--seed") + 1] == "3"


def test_a_budget_takes_the_place_of_a_number_of_steps() -> None:
    stage = PLANS["fusion"].stages["train"]
    assert not isinstance(stage, Nothing)
    (by_steps,), (by_clock,) = stage(SETTINGS), stage(replace(SETTINGS, budget_seconds=60.0))
    assert "--steps" in by_steps.arguments and "--budget-seconds" not in by_steps.arguments
    assert "--steps" not in by_clock.arguments and "--budget-seconds" in by_clock.arguments
