"""The commands of fusion training over small features: checkpoints, tables, experiments and export."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from fusion_features import features, tokens_of
from torch import Tensor

from rapport_training.fusion import ablate, memory_experiment, research_au, speaker_baseline
from rapport_training.fusion.config import FusionConfig
from rapport_training.fusion.export import export
from rapport_training.fusion.features import Features
from rapport_training.fusion.intent_residual import accuracies, prototypes, train_residual
from rapport_training.fusion.manifest import manifest_of
from rapport_training.fusion.network import FusionNet
from rapport_training.fusion.real_pairs import ActionUnits, RealPairs
from rapport_training.fusion.stored import load, save
from rapport_training.fusion.synthetic_pairs import SyntheticPairs
from rapport_training.fusion.train import Run, parse_config
from rapport_training.fusion.trainer import train

CPU = torch.device("cpu")
SMALL = FusionConfig(width=32, heads=2, blocks=1, embedding=16, batch=32, learning_rate=4e-3)
MODELS = Path(__file__).parents[2] / "models"


class SmallSource:
    """Stands where the corpora and encoders would: the features are made up, everything after them is the real code."""

    device, smoke = CPU, True

    def shared(self) -> None:
        pass

    def fold(self, fold: str) -> Features:
        made = features()
        if fold == "all":
            made.voice.held.fill_(False)
        return made

    def voice_teacher(self, fold: str) -> Callable[[Tensor, Tensor], Tensor]:
        return lambda tokens, mask: torch.zeros(len(tokens), 7)


def units() -> ActionUnits:
    voice = features().voice
    return ActionUnits(tokens_of(voice.label, 1, 35, 9)[:, 0], voice.label.clone())


def test_training_of_two_folds_and_the_shipped_one(tmp_path: Path) -> None:
    report = Run(SmallSource(), tmp_path, SMALL, ["0", "1", "all"], 5).everything()
    assert set(report["folds"]) == {"0", "1", "all"}
    assert json.loads(json.dumps(report))["mean over folds"]["face valid"]["n"] == 42
    for fold in ("0", "1", "all"):
        _, notes = load(tmp_path / f"fusion.{fold}.pt")
        assert len(notes["temperatures"]) == 7 and notes["steps"] > 0
        assert any(what.startswith("voice") for what in notes["figures"])
        assert (tmp_path / f"fusion.{fold}.pt").stat().st_size < 2_500_000
    assert report["folds"]["0"]["temperatures"] == pytest.approx(report["folds"]["1"]["fitted"], abs=1e-3)
    assert "deletion test" in report["folds"]["0"]["SYNTHETIC pairs"]
    assert "SYNTHETIC pairs" not in report["folds"]["all"]


def test_trained_networks_are_measured_again_and_trained_on(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    folds = ["0", "1", "all"]
    report = Run(SmallSource(), first, SMALL, folds, 5).everything()
    again = Run(SmallSource(), first, SMALL, folds, 5).measure_trained()
    assert again["mean over folds"]["face valid"]["uar"] == report["mean over folds"]["face valid"]["uar"]
    further = Run(SmallSource(), second, SMALL, folds, 5, start=first).everything()
    assert further["mean over folds"]["face valid"]["uar"] >= report["mean over folds"]["face valid"]["uar"]
    before, after = (load(folder / "fusion.0.pt")[0] for folder in (first, second))
    assert torch.equal(before.voice_mean, after.voice_mean)
    assert not torch.equal(before.emotion.weight, after.emotion.weight)


def test_the_shipped_model_alone_takes_the_temperatures_of_folds_trained_before(tmp_path: Path) -> None:
    Run(SmallSource(), tmp_path, SMALL, ["0"], 5).everything()
    report = Run(SmallSource(), tmp_path, SMALL, ["all"], 5).everything()
    assert len(report["folds"]["all"]["temperatures"]) == 7


def test_settings_from_the_command_line() -> None:
    assert parse_config(["contrastive=0", "progressive=false"]) == FusionConfig(contrastive=0.0, progressive=False)
    with pytest.raises(ValueError, match="no 'contrastiv'"):
        parse_config(["contrastiv=0"])
    with pytest.raises(ValueError, match="progressive is a bool"):
        parse_config(["progressive=3"])


def test_a_time_sets_the_steps() -> None:
    _, steps = train(SyntheticPairs(features()), SMALL.but(batch=8), seed=0, device=CPU, seconds=2.0)
    assert steps >= 60


def test_research_run_learns_both_modalities_and_each() -> None:
    config = research_au.CONFIG.but(width=32, heads=2, blocks=1, batch=32, learning_rate=4e-3, dropout=0.1)
    found = research_au.one_fold(features().voice, units(), config, CPU, 1.0, 80)
    assert set(found) == {"fusion, voice+face", "fusion, voice", "fusion, face", "voice model", "face model"}
    assert min(found.values()) > 0.6, found
    assert research_au.summary([found, found])["voice model"]["sd"] == 0


def test_ablation_measures_every_case_and_says_what_a_piece_bought() -> None:
    net, _ = train(SyntheticPairs(features()), SMALL, seed=0, device=CPU, steps=30)
    real, _ = train(RealPairs(features().voice, units()), SMALL, seed=0, device=CPU, steps=30)
    row = ablate.synthetic_figures(net, features()) | ablate.real_figures(real, features(), units())
    assert len(row) == 7 and all(0 <= value <= 1 for value in row.values())
    better = {name: value + 0.1 for name, value in row.items()} | {"mean": 0.6}
    table = ablate.table({"all on": [better, better], "without it": [row | {"mean": 0.5}, row | {"mean": 0.4}]})
    assert table["without it"]["bought"] == pytest.approx(0.15)
    assert table["all on"]["bought"] == 0


def test_every_piece_of_the_ablation_changes_the_full_recipe() -> None:
    for name, change in ablate.PIECES.items():
        assert ablate.ALL_ON.but(**change) != ablate.ALL_ON, name


def test_memory_is_the_moving_mean_of_what_came_before_in_the_same_session() -> None:
    embeddings = torch.tensor([[1.0], [9.0], [3.0], [5.0]])
    memory, known = memory_experiment.remembered(embeddings, ["a", "b", "a", "a"], rate=0.5)
    assert known.tolist() == [False, False, True, True]
    assert memory[2:].squeeze(1).tolist() == [1.0, 2.0]


def test_memory_pool_feeds_text_and_memory() -> None:
    label = torch.arange(7).repeat(4)
    tokens = tokens_of(label, 5, 20, 3)
    memory, known = torch.zeros(28, 6), torch.arange(28) % 2 == 0
    for remember in (True, False):
        pool = memory_experiment.MeldPool(tokens, torch.full((28,), 5), memory, known, label, remember)
        net, _ = train(pool, memory_experiment.CONFIG.but(batch=16, width=32, heads=2), seed=0, device=CPU, steps=4)
        assert set(net.names) == ({"text", "memory"} if remember else {"text"})


def test_baseline_grows_with_evidence_and_spares_the_first_window() -> None:
    means = torch.tensor([[[2.0], [2.0], [2.0]]])
    taken = speaker_baseline.baseline(means, torch.zeros(1), 2.0).squeeze().tolist()
    assert taken == pytest.approx([0, 2 / 3, 1])


def test_baseline_is_measured_on_balanced_and_unbalanced_sessions() -> None:
    net, _ = train(SyntheticPairs(features()), SMALL, seed=0, device=CPU, steps=40)
    voice = features().voice
    voice.channel.zero_(), voice.cut.zero_(), voice.corpus.zero_()
    found = speaker_baseline.of_fold(net, voice, 3)
    assert set(found) == {"balanced", "unbalanced"}
    assert set(found["balanced"]) == {"off", "2", "5", "10", "20", "50"}


def test_one_sided_sessions_are_mostly_of_one_emotion() -> None:
    labels = torch.arange(7).repeat(5)
    places = [speaker_baseline.session(labels, 3, torch.Generator().manual_seed(i)) for i in range(20)]
    share = (labels[torch.cat(places)] == 3).float().mean().item()
    assert 0.65 < share < 0.85


def test_residual_without_evidence_stays_small() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(4).repeat(30)
    texts = torch.nn.functional.normalize(
        torch.eye(4, 12)[labels] + 0.1 * torch.randn(120, 12, generator=generator), dim=1
    )
    joint = torch.randn(200, 8, generator=generator)
    ideals = prototypes(texts, labels)
    head = train_residual(joint, texts, labels, ideals, 100, generator)
    found = accuracies(head, joint, texts, labels, ideals, generator)
    assert found["with residual"] >= found["text alone"] - 0.02
    assert found["length of the residual"] < 0.3


NOTES = {
    "fold": "0",
    "temperatures": dict.fromkeys(
        ["voice", "face", "text", "voice+face", "voice+text", "face+text", "voice+face+text"], 1.1
    ),
    "figures": {"face valid": {"uar": 0.7, "n": 3, "ece": 0.02}},
}


def test_export_gives_a_set_whose_fusion_model_is_ours_and_finite(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = FusionNet({"voice": 512, "face": 160, "text": 384}, config=SMALL)
    save(net, tmp_path / "fusion.0.pt", NOTES)
    target, worst = export(tmp_path / "fusion.0.pt", MODELS, tmp_path / "set", 5.0)
    assert worst < 1e-4
    manifest = json.loads((target / "model.json").read_text())
    assert manifest["parameters"]["temperatures"]["voice"] == 1.1
    assert manifest["parameters"]["speakerBaselineK"] == 5
    assert manifest["parameters"]["embeddingWidth"] == 16
    assert manifest["graphs"]["model"]["inputs"][2]["shape"] == ["b", "tf", 160]
    assert {p.name for p in (tmp_path / "set").iterdir()} == {p.parent.name for p in MODELS.glob("*/model.json")}
    session = onnxruntime.InferenceSession(target / "model.onnx", providers=["CPUExecutionProvider"])
    with np.load(target / "golden.npz") as golden:
        for case in ("all", "nothing"):
            feed = {i.name: golden[f"model/{case}/in/{i.name}"] for i in session.get_inputs()}
            assert np.allclose(session.run(["emotion"], feed)[0], golden[f"model/{case}/out/emotion"], atol=1e-5)
            assert np.isfinite(golden[f"model/{case}/out/embedding"]).all()


def test_no_manifest_without_the_temperatures_of_all_subsets() -> None:
    net = FusionNet({"voice": 4, "face": 4, "text": 4}, config=SMALL)
    with pytest.raises(ValueError, match="not of all 7 subsets"):
        manifest_of({}, net, {"temperatures": {"face": 1.0}}, 0)
