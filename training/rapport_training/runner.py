"""Runs the stages of one model, each command in a Python of its own: memory goes back to the system after it, and the
command printed is the one to type to repeat it alone."""

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .stage_record import StageRecords, folder_fingerprint, stage_fingerprint
from .stages import STAGES, Command, Nothing, Plan, Settings

TRAINING = Path(__file__).parents[1]
"""The folder `training/`."""


class StageFailed(Exception):
    """A command ended with another status than 0; it has said why."""


def run_command(command: Command) -> None:
    """Raises StageFailed. Output goes where ours goes; Ctrl-C ends both."""
    print("$ python -m", command.module, shlex.join(command.arguments), flush=True)
    status = subprocess.run([sys.executable, "-m", command.module, *command.arguments], cwd=TRAINING).returncode
    if status != 0:
        raise StageFailed(f"python -m {command.module} ended with status {status}; the lines above say why")


def run_plan(
    plan: Plan,
    settings: Settings,
    wanted: Sequence[str] = STAGES,
    again: bool = False,
    run: Callable[[Command], None] = run_command,
) -> None:
    """The wanted stages in their order; those that are done are left out, unless `again`, which also forgets how far an
    interrupted training was. Raises StageFailed."""
    records = StageRecords(settings.work / "stages" / plan.model)
    fingerprint = folder_fingerprint(settings.data)
    for stage in STAGES:
        of_stage = plan.stages[stage]
        commands = [] if isinstance(of_stage, Nothing) else of_stage(settings)
        why = of_stage.why if isinstance(of_stage, Nothing) else "left out in a smoke run"
        fingerprint = stage_fingerprint(fingerprint, commands)
        if stage not in wanted:
            continue
        name = f"{plan.model} {stage}"
        if not commands:
            print(f"== {name}: nothing to do, {why}", flush=True)
            continue
        if not again and records.is_done(stage, fingerprint):
            print(f"== {name}: done before (--again repeats it)", flush=True)
            continue
        print(f"== {name}", flush=True)
        if again and stage == "train":
            shutil.rmtree(settings.training_state(plan.model), ignore_errors=True)
        began = time.monotonic()
        for command in commands:
            run(command)
        seconds = time.monotonic() - began
        records.done(stage, fingerprint, seconds)
        print(f"== {name}: done in {seconds:.0f} s", flush=True)
