"""An interrupted training resumes to the same result; a file that cannot be resumed from is named with the reason."""

import random
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from rapport_training.averaged_weights import AveragedWeights  # noqa: E402
from rapport_training.checkpoint import Checkpoint, CheckpointError  # noqa: E402
from rapport_training.randomness import fix_seeds  # noqa: E402

STEPS = 12


class Training:
    """A small net whose every step draws from all sources of randomness."""

    def __init__(self, path: Path, lr: float = 0.05) -> None:
        fix_seeds(1)
        self.model = torch.nn.Sequential(
            torch.nn.Linear(6, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(0.3), torch.nn.Linear(8, 2)
        )
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=lr)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimiser, max_lr=lr, total_steps=STEPS)
        self.average = AveragedWeights(self.model, 0.9)
        self.order = torch.Generator().manual_seed(2)
        self.noise = np.random.default_rng(3)
        parts = {"model": self.model, "optimiser": self.optimiser, "schedule": self.schedule, "average": self.average}
        self.checkpoint = Checkpoint(path, parts, {"order": self.order, "noise": self.noise}, recipe={"lr": lr})

    def run(self, until: int) -> None:
        for step in range(self.checkpoint.resume(), until):
            x = torch.randn(16, 6) + random.gauss(0, 1) + np.random.normal() + float(self.noise.normal())
            target = torch.randint(0, 2, (16,), generator=self.order)
            self.optimiser.zero_grad()
            torch.nn.functional.cross_entropy(self.model(x), target).backward()
            self.optimiser.step()
            self.schedule.step()
            self.average.update()
            self.checkpoint.notes["last"] = step
            if (step + 1) % 5 == 0:
                self.checkpoint.save(step + 1)

    def weights(self) -> dict[str, torch.Tensor]:
        return {**self.model.state_dict(), **{f"average {k}": v for k, v in self.average.average.items()}}


@pytest.mark.parametrize("interrupted_at", [3, 5, 8, 11])  # saved after 5 and 10
def test_interrupted_training_equals_an_uninterrupted_one_bit_for_bit(tmp_path: Path, interrupted_at: int) -> None:
    whole = Training(tmp_path / "whole.pt")
    whole.run(STEPS)
    Training(tmp_path / "cut.pt").run(interrupted_at)  # the steps since the last save are lost, as in a crash
    resumed = Training(tmp_path / "cut.pt")
    if (tmp_path / "cut.pt").exists():
        fix_seeds(99)  # whatever ran before in the new process
    resumed.run(STEPS)
    assert {k: v.tolist() for k, v in resumed.weights().items()} == {k: v.tolist() for k, v in whole.weights().items()}
    assert resumed.checkpoint.notes == whole.checkpoint.notes


def test_resuming_matters(tmp_path: Path) -> None:
    """Without the checkpoint's state the same number of steps gives another model."""
    whole, other = Training(tmp_path / "a.pt"), Training(tmp_path / "b.pt")
    fix_seeds(9)
    whole.run(STEPS)
    fix_seeds(10)
    other.run(STEPS)
    assert any(not torch.equal(a, b) for a, b in zip(whole.weights().values(), other.weights().values(), strict=True))


def test_a_failed_write_leaves_the_former_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = Training(tmp_path / "c.pt")
    training.run(5)
    before = (tmp_path / "c.pt").read_bytes()

    def write_half(state: object, path: Path) -> None:
        path.write_bytes(b"half of it")
        raise OSError("no space left on device")

    monkeypatch.setattr(torch, "save", write_half)
    with pytest.raises(OSError, match="no space left"):
        training.checkpoint.save(6)
    assert (tmp_path / "c.pt").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["c.pt"]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    training = Training(tmp_path / "c.pt")
    training.run(5)
    (tmp_path / "c.pt").write_bytes((tmp_path / "c.pt").read_bytes()[:2000])
    with pytest.raises(CheckpointError, match=r"c\.pt is not a whole checkpoint.*delete it"):
        Training(tmp_path / "c.pt").run(STEPS)


def test_another_recipe_is_refused(tmp_path: Path) -> None:
    Training(tmp_path / "c.pt").run(5)
    with pytest.raises(CheckpointError, match=r"c\.pt was made with lr = 0\.05, now 0\.1"):
        Training(tmp_path / "c.pt", lr=0.1).run(STEPS)


def test_other_parts_are_refused(tmp_path: Path) -> None:
    training = Training(tmp_path / "c.pt")
    training.run(5)
    with pytest.raises(CheckpointError, match=r"holds the parts .*'average'.*this training has \['model'\]"):
        Checkpoint(tmp_path / "c.pt", {"model": training.model}).resume()


def test_nothing_to_resume_from_changes_nothing(tmp_path: Path) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    assert Checkpoint(tmp_path / "none.pt", {}).resume() == 0
    assert torch.equal(before, torch.get_rng_state())
