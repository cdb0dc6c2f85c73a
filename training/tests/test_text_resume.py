"""A text training that was interrupted in any of its parts comes to the same weights, bit for bit."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from rapport_training.averaged_weights import AveragedWeights  # noqa: E402
from rapport_training.text import time_schedule  # noqa: E402
from rapport_training.text.time_schedule import Phase  # noqa: E402

STEPS = 20


class Stopped(Exception):
    pass


def train(state: Path, stop_at: int | None = None) -> dict[str, torch.Tensor]:
    """A small net with dropout, whose batches come from a generator that no checkpoint holds."""
    torch.manual_seed(4)
    net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.3), torch.nn.Linear(8, 1))
    average = AveragedWeights(net, 0.9)
    drawn = np.random.default_rng(7)
    draw: Callable[[], np.ndarray] = lambda: drawn.standard_normal((16, 4)).astype(np.float32)  # noqa: E731
    phase = Phase(torch.optim.AdamW(net.parameters(), 0.05), np.inf, STEPS, state, {"net": net, "average": average})
    for _, batch in phase.steps(draw):
        if phase.taken == stop_at:
            raise Stopped
        x = torch.from_numpy(batch)
        phase.optimiser.zero_grad()
        (net(x) - x.sum(1, keepdim=True)).square().mean().backward()
        phase.optimiser.step()
        average.update()
    return {**net.state_dict(), **{f"average {name}": value for name, value in average.average.items()}}


@pytest.mark.parametrize("stop_at", [0, 3, 8, 19])
def test_a_phase_goes_on_to_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int) -> None:
    monkeypatch.setattr(time_schedule, "STEPS_BETWEEN_SAVES", 4)
    whole = train(tmp_path / "whole.pt")
    with pytest.raises(Stopped):
        train(tmp_path / "cut.pt", stop_at)
    for resumed in (train(tmp_path / "cut.pt"), train(tmp_path / "cut.pt")):  # the second finds it finished
        assert all(torch.equal(resumed[name], value) for name, value in whole.items())
