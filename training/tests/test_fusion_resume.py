"""A fusion training that was interrupted comes to the same network, bit for bit; features are kept by what made them."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from fusion_features import features  # noqa: E402

from rapport_training.checkpoint import CheckpointError  # noqa: E402
from rapport_training.fusion import trainer  # noqa: E402
from rapport_training.fusion.config import FusionConfig  # noqa: E402
from rapport_training.fusion.feature_source import FeatureSource  # noqa: E402
from rapport_training.fusion.features import VoiceFeatures  # noqa: E402
from rapport_training.fusion.synthetic_pairs import SyntheticPairs  # noqa: E402

CPU = torch.device("cpu")
SMALL = FusionConfig(width=16, heads=2, blocks=1, embedding=8, batch=16, learning_rate=4e-3)
STEPS = 12


class Stopped(Exception):
    pass


def pool() -> SyntheticPairs:
    return SyntheticPairs(features(), lambda tokens, mask: torch.zeros(len(tokens), 7))


def run(state: Path | None, stop_after: int | None = None, config: FusionConfig = SMALL) -> dict[str, torch.Tensor]:
    def report(step: int, total: int, loss: float) -> None:
        if stop_after is not None and step >= stop_after:
            raise Stopped

    net, steps = trainer.train(pool(), config, seed=1, device=CPU, steps=STEPS, report=report, state=state)
    assert steps == STEPS
    return net.state_dict()


@pytest.mark.parametrize("stop_after", [3, 6, 9])
def test_an_interrupted_training_comes_to_the_same_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    monkeypatch.setattr(trainer, "STEPS_BETWEEN_SAVES", 2)
    whole = run(None)
    with pytest.raises(Stopped):
        run(tmp_path / "cut.pt", stop_after)
    resumed = run(tmp_path / "cut.pt")
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(resumed[name], value) for name, value in whole.items())


def test_another_recipe_is_not_mixed_in(tmp_path: Path) -> None:
    run(tmp_path / "cut.pt")
    with pytest.raises(CheckpointError, match=r"cut\.pt was made with dropout = 0\.25, now 0\.1"):
        run(tmp_path / "cut.pt", config=SMALL.but(dropout=0.1))


def test_features_are_made_again_for_other_data_or_another_encoder(tmp_path: Path) -> None:
    for name in ("ravdess", "nemo", "urdu"):
        (tmp_path / "data" / name).mkdir(parents=True)
    encoder = tmp_path / "voice.0.pt"
    encoder.write_bytes(b"weights")
    made: list[VoiceFeatures] = []

    def make() -> VoiceFeatures:
        made.append(features().voice)
        return made[-1]

    def get() -> VoiceFeatures:
        source = FeatureSource(tmp_path / "data", tmp_path, tmp_path, CPU, tmp_path / "cache", smoke=True)
        return source._kept("voice, fold 0", VoiceFeatures, "speech", [encoder], make)

    first, again = get(), get()
    assert len(made) == 1
    for name, value in vars(first).items():
        assert torch.equal(vars(again)[name], value) and vars(again)[name].dtype == value.dtype
    (tmp_path / "data" / "nemo" / "index.csv").write_text("path\n")
    get()
    encoder.write_bytes(b"weightz")
    get()
    assert len(made) == 3
