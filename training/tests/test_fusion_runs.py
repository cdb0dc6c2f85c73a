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

from rapport_training.fusion import (
    ablate,
    linear_reference,
    memory_experiment,
    research_au,
    speaker_baseline,
    speaker_sessions,
)
from rapport_training.fusion.config import FusionConfig
from rapport_training.fusion.export import export
from rapport_training.fusion.features import Features
from rapport_training.fusion.intent_residual import accuracies, prototypes, train_residual
from rapport_training.fusion.manifest import manifest_of
from rapport_training.fusion.network import FusionNet
from rapport_training.fusion.real_pairs import ActionUnits, RealPairs
from rapport_training.fusion.stored import load, save
from rapport_training.fusion.synthetic_pairs import SyntheticPairs
from rapport_training.fusion.thinned import thinned
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
    voice = research_au.of_takes(features().voice, units())
    found = research_au.one_fold(voice, units(), config, CPU, 1.0, 80)
    assert set(found) == {"fusion, voice+face", "fusion, voice", "fusion, face", "voice model", "face model"}
    assert min(found.values()) > 0.6, found
    assert research_au.summary([found, found])["voice model"]["sd"] == 0


def test_centring_takes_out_what_an_actor_has_in_every_take() -> None:
    voice, plain = features().voice, units()
    before, _ = research_au.centred(research_au.of_takes(voice, plain), plain)
    voice.tokens[voice.speaker == 2] += 0.75
    plain.units[voice.clip[voice.speaker == 2]] += 3
    takes = research_au.of_takes(voice, plain)
    after, own = research_au.centred(takes, plain)
    assert takes.tokens.shape[1:] == (1, 48) and takes.mask(torch.arange(3)).tolist() == [[1], [1], [1]]
    assert torch.allclose(after.tokens, before.tokens, atol=2e-3)
    means = [own.units[voice.clip[voice.speaker == s]].mean(0) for s in (0, 2)]
    assert torch.allclose(means[0], means[1], atol=1e-4)


def test_a_linear_classifier_gains_from_both_modalities() -> None:
    takes, labels = research_au.of_takes(features().voice, units()), features().voice.label
    given = units().units[takes.clip] * 0.2 + torch.randn(len(labels), 35, generator=torch.Generator().manual_seed(0))
    voice = takes.tokens[:, 0] + torch.randn(len(labels), 48, generator=torch.Generator().manual_seed(1))
    found = linear_reference.of_fold(voice, given, labels, takes.held)
    assert set(found) == set(linear_reference.SHOWN)
    assert found["voice and action units"] >= found["action units"] and found["voice"] > 0.4


def test_ablation_measures_every_case_and_says_what_a_piece_bought() -> None:
    net, _ = train(SyntheticPairs(features()), SMALL, seed=0, device=CPU, steps=30)
    real, _ = train(RealPairs(features().voice, units()), SMALL, seed=0, device=CPU, steps=30)
    row = ablate.synthetic_figures(net, features()) | ablate.real_figures(real, features(), units())
    assert len(row) == 8 and all(0 <= value <= 1 for value in row.values())
    better = {name: value + 0.1 for name, value in row.items()} | {"mean": 0.6}
    table = ablate.table({"all on": [better, better], "without it": [row | {"mean": 0.5}, row | {"mean": 0.4}]})
    assert table["without it"]["bought"] == pytest.approx(0.15)
    assert table["without it"]["bought from, to"] == pytest.approx([0.1, 0.2])
    assert table["without it"]["bought by case"]["face"] == pytest.approx(0.1)
    assert table["all on"]["bought"] == 0


def test_an_interrupted_ablation_goes_on_behind_the_last_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[str] = []

    class Counted:
        def __init__(self, source: object, fold: str) -> None:
            self.fold = fold

        def variant(self, config: FusionConfig, seed: int, steps: tuple[int, int]) -> dict[str, float]:
            if len(trained) == 5:
                raise KeyboardInterrupt
            trained.append(f"{self.fold} {seed}")
            return {"face": 0.5, "mean": 0.5 + 0.01 * config.contrastive}

    monkeypatch.setattr(ablate, "Ablation", Counted)
    arguments = (SmallSource(), tmp_path, 1.0, ["0", "1"], [1, 2])
    with pytest.raises(KeyboardInterrupt):
        ablate.run(*arguments)
    again = trained.copy()
    trained.clear()
    monkeypatch.setattr(Counted, "variant", lambda self, config, seed, steps: (
        trained.append(f"{self.fold} {seed}") or {"face": 0.5, "mean": 0.5 + 0.01 * config.contrastive}
    ))  # fmt: skip
    report = ablate.run(*arguments)
    assert len(again) + len(trained) == 2 * (1 + len(ablate.PIECES))
    assert set(trained) == {"0 1", "1 2"}
    assert report["variants"]["without contrastive"]["bought"] == pytest.approx(0.001)


def test_thinned_features_are_the_means_of_what_counts() -> None:
    made = features()
    thin = thinned(made)
    own = made.voice.tokens[0, :15].float()
    assert thin.voice.tokens.shape[1:] == (1, 48)
    assert torch.allclose(thin.voice.tokens[0, 0], torch.cat([own.mean(0), own.std(0, correction=0)]), atol=1e-3)
    assert torch.allclose(thin.text.tokens[3, 0], made.text.tokens[3, :7].float().mean(0), atol=1e-3)
    assert thin.voice.length.unique().tolist() == thin.text.length.unique().tolist() == [1]


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
    excess = torch.tensor([[[2.0], [2.0], [2.0]]])
    assert speaker_baseline.baseline(excess, 2.0).squeeze().tolist() == pytest.approx([0, 2 / 3, 1])


def test_baseline_is_measured_on_balanced_and_unbalanced_sessions() -> None:
    net, _ = train(SyntheticPairs(features()), SMALL, seed=0, device=CPU, steps=40)
    voice = features().voice
    voice.channel.zero_(), voice.cut.zero_(), voice.corpus.zero_()
    off, gains = speaker_baseline.of_fold(net, voice, 1.0, 3)
    assert set(off) == set(speaker_sessions.KINDS) == set(gains["plain"]) == set(gains["compensated"])
    assert set(gains["plain"]["balanced"]) == {f"{k:g}" for k in speaker_baseline.STRENGTHS}


def test_a_baseline_that_takes_the_feeling_for_the_speaker_harms_and_a_compensated_one_does_not() -> None:
    net, _ = train(SyntheticPairs(features()), SMALL.but(speaker_shift=0.5), seed=0, device=CPU, steps=60)
    voice = features().voice
    voice.channel.zero_(), voice.cut.zero_(), voice.corpus.zero_()
    voice.tokens[voice.held] += 0.5  # a speaker of a colour of his own
    _, gains = speaker_baseline.of_fold(net, voice, 1.0, 7)
    assert gains["compensated"]["one-sided"]["10"] > gains["plain"]["one-sided"]["10"]


def gains_of(one_sided: float) -> speaker_baseline.Gains:
    row = {f"{k:g}": 0.0 for k in speaker_baseline.STRENGTHS}
    kinds = {kind: row | {"10": 0.05} for kind in speaker_sessions.KINDS}
    return {way: kinds | {"one-sided": row | {"10": one_sided}} for way in speaker_baseline.WAYS}


def test_a_baseline_is_kept_only_for_a_gain_beyond_its_spread() -> None:
    sure = speaker_baseline.verdict({fold: gains_of(0.04) for fold in "012"}, "plain")
    assert sure["helps"] and sure["k"] == "10" and set(sure["k by fold"].values()) == {"10"}
    unsure = {fold: gains_of(gain) for fold, gain in (("0", 0.1), ("1", 0.001), ("2", 0.001))}
    assert not speaker_baseline.verdict(unsure, "plain")["helps"]
    assert not speaker_baseline.verdict({fold: gains_of(-0.04) for fold in "012"}, "plain")["helps"]


def test_one_sided_sessions_are_mostly_of_one_emotion() -> None:
    labels = torch.arange(7).repeat(5)
    places = [speaker_sessions.session(labels, 3, torch.Generator().manual_seed(i)) for i in range(20)]
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
    target, worst = export(tmp_path / "fusion.0.pt", MODELS, tmp_path / "set")
    assert worst < 1e-4
    manifest = json.loads((target / "model.json").read_text())
    assert manifest["parameters"]["temperatures"]["voice"] == 1.1
    assert "speakerBaselineK" not in manifest["parameters"]
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
        manifest_of({}, net, {"temperatures": {"face": 1.0}})
