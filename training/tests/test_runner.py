"""Stages run in order, once, and again when something before them changed; a failure stops the run there."""

from dataclasses import replace
from pathlib import Path

import pytest

from rapport_training.__main__ import main
from rapport_training.runner import StageFailed, run_command, run_plan
from rapport_training.stages import STAGES, Command, Nothing, Plan, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "index.csv").write_text("path,emotion,speaker\n")
    return Settings(
        data=tmp_path / "data",
        work=tmp_path / "work",
        weights=tmp_path / "weights",
        out=tmp_path / "models",
        folds=("all",),
        device="cpu",
        budget_seconds=None,
        seed=0,
        smoke=True,
    )


def plan() -> Plan:
    stages = {
        stage: (lambda settings, stage=stage: [Command(f"m.{stage}", ["--seed", str(settings.seed)])])
        for stage in STAGES
    }
    return Plan("voice", stages | {"features": Nothing("they change at every step")})


class Ran:
    def __init__(self, failing: str = "") -> None:
        self.modules: list[str] = []
        self.failing = failing

    def __call__(self, command: Command) -> None:
        if command.module == self.failing:
            raise StageFailed(command.module)
        self.modules.append(command.module.removeprefix("m."))


def test_all_stages_in_order_and_done_ones_only_once(settings: Settings) -> None:
    first, second = Ran(), Ran()
    run_plan(plan(), settings, run=first)
    run_plan(plan(), settings, run=second)
    assert first.modules == ["prepare", "train", "evaluate", "export", "quantise", "parity", "card"]
    assert second.modules == []


def test_a_failed_stage_stops_the_run_and_the_next_one_goes_on_there(settings: Settings) -> None:
    failing, resumed = Ran(failing="m.export"), Ran()
    with pytest.raises(StageFailed):
        run_plan(plan(), settings, run=failing)
    run_plan(plan(), settings, run=resumed)
    assert failing.modules == ["prepare", "train", "evaluate"]
    assert resumed.modules == ["export", "quantise", "parity", "card"]


def test_other_settings_other_data_and_again_repeat(settings: Settings) -> None:
    run_plan(plan(), settings, run=Ran())
    for changed, again in ((replace(settings, seed=1), False), (settings, True)):
        ran = Ran()
        run_plan(plan(), changed, again=again, run=ran)
        assert ran.modules[:2] == ["prepare", "train"]
    (settings.data / "new.wav").write_bytes(b"sound")
    ran = Ran()
    run_plan(plan(), settings, run=ran)
    assert ran.modules[:2] == ["prepare", "train"]


def test_again_forgets_how_far_a_training_was(settings: Settings) -> None:
    run_plan(plan(), settings, run=Ran())
    state = settings.training_state("voice")
    state.mkdir(parents=True)
    (state / "all.pt").write_bytes(b"half way")
    run_plan(plan(), settings, ["train"], run=Ran())
    assert (state / "all.pt").exists()
    run_plan(plan(), settings, ["train"], again=True, run=Ran())
    assert not state.exists()


def test_only_the_wanted_stages(settings: Settings) -> None:
    ran = Ran()
    run_plan(plan(), settings, ["card", "export"], run=ran)
    assert ran.modules == ["export", "card"]


def test_a_stage_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="text has the stages"):
        Plan("text", {"train": Nothing("")})


def test_a_command_that_fails_is_named_with_its_status() -> None:
    with pytest.raises(StageFailed, match=r"python -m rapport_training\.check_data ended with status 1"):
        run_command(Command("rapport_training.check_data", ["speech", "--data", "/nowhere"]))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["voice", "--data", "/nowhere"], "--data /nowhere is not there"),
        (["voice", "--folds", "7"], "--folds 7: '7' is none of 0, 1, 2, 3, 4, all"),
        (["voice", "--budget-seconds", "0"], "--budget-seconds 0: more than 0 is needed"),
    ],
)
def test_wrong_options_are_said_before_anything_runs(
    arguments: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--data", str(tmp_path), "--work", str(tmp_path / "work"), *arguments[1:]]
    assert main([arguments[0], *given]) == 1
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_bad_data_stops_a_model_before_anything_is_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("soundfile", reason="soundfile is not installed")
    (tmp_path / "data" / "speech").mkdir(parents=True)
    (tmp_path / "data" / "speech" / "a.wav").write_bytes(b"no sound")
    index = tmp_path / "data" / "speech" / "index.csv"
    index.write_text("path,emotion,speaker\na.wav,anger,ann\na.wav,,bob\n")
    assert main(["voice", "--data", str(tmp_path / "data"), "--work", str(tmp_path / "work"), "--device", "cpu"]) == 1
    said = capfd.readouterr().err
    assert "index.csv, row 3" in said and "check_data ended with status 1" in said
    assert [path for path in (tmp_path / "work").rglob("*") if path.is_file()] == []
