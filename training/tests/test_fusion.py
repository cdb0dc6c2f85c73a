"""The fusion part of the training, from outside: small learnable features in, networks and figures out."""

import math
import os
from dataclasses import replace

import pytest
import torch

os.environ.setdefault("OMP_NUM_THREADS", "1")

from fusion_features import features

from rapport_training.corpora.speech import CORPORA, OWN
from rapport_training.craft.contrastive import joint_space_loss, symmetric_contrastive
from rapport_training.craft.cross_modal_mixing import mixed_sources
from rapport_training.craft.fusion_block import FusionBlock
from rapport_training.craft.gated_fusion import GatedFusion
from rapport_training.craft.loss_balance import ModalityBalance
from rapport_training.craft.modality_dropout import shown_modalities
from rapport_training.craft.progressive import most_modalities
from rapport_training.fusion.config import FusionConfig
from rapport_training.fusion.measure import measure
from rapport_training.fusion.missing_curve import HeldPairs, shapley
from rapport_training.fusion.network import FusionNet, served_parameters
from rapport_training.fusion.pool import ClassSampler
from rapport_training.fusion.real_pairs import RAVDESS_EMOTIONS, ActionUnits, RealPairs, held_clips
from rapport_training.fusion.scores import calibration_error, fit_temperature, fit_temperature_by_error
from rapport_training.fusion.stored import checkpoint_path, load, save
from rapport_training.fusion.synthetic_pairs import SyntheticPairs
from rapport_training.fusion.temperatures import fitted, of_others, weights_of
from rapport_training.fusion.trainer import train

CPU = torch.device("cpu")
SMALL = FusionConfig(width=32, heads=2, blocks=1, embedding=16, batch=48, learning_rate=4e-3, dropout=0.1)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_input(net: FusionNet, rows: int = 2) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    torch.manual_seed(1)
    tokens = {name: torch.randn(rows, 3 + i, width) for i, (name, width) in enumerate(net.widths.items())}
    return tokens, {name: torch.ones(x.shape[:2]) for name, x in tokens.items()}


@pytest.fixture(scope="module")
def trained() -> FusionNet:
    torch.set_num_threads(1)
    net, steps = train(SyntheticPairs(features()), SMALL, seed=1, device=CPU, steps=90)
    assert steps == 90
    return net


def test_every_single_modality_and_all_together_are_learnt(trained: FusionNet) -> None:
    pairs = HeldPairs(trained, features(), 200)
    accuracy = pairs.accuracy()
    assert set(accuracy) == {"voice", "face", "text", "voice+face", "voice+text", "face+text", "voice+face+text"}
    assert min(accuracy.values()) > 0.75, accuracy
    curve = pairs.missing_curve()
    assert curve["0.0"] == pytest.approx(accuracy["voice+face+text"], abs=1e-4)
    assert curve["0.9"] > 0.7


def test_removing_what_contributes_most_changes_the_answer_most(trained: FusionNet) -> None:
    found = HeldPairs(trained, features(), 200).deletion_test({})
    assert found["highest contribution moves most (chance 0.333)"] > 0.5
    assert found["moved by removing rank 1"] > found["moved by removing rank 3"]


def test_shapley_values_sum_to_the_gain_of_the_full_set() -> None:
    worth = {(): 0.1, ("a",): 0.3, ("b",): 0.2, ("a", "b"): 0.9}
    shares = shapley(("a", "b"), lambda s: torch.tensor([worth[s]]))
    assert shares[0].tolist() == pytest.approx([0.45, 0.35])


def test_a_missing_modality_does_not_change_the_answer_whatever_stands_in_it(trained: FusionNet) -> None:
    tokens, masks = random_input(trained)
    masks["face"] = torch.zeros_like(masks["face"])
    with torch.no_grad():
        before = trained(tokens, masks)
        tokens["face"] = torch.full_like(tokens["face"], 1e4)
        after = trained(tokens, masks)
    assert torch.allclose(before.logits, after.logits, atol=1e-5)
    assert torch.allclose(before.embedding, after.embedding, atol=1e-5)


def test_nothing_there_gives_finite_numbers(trained: FusionNet) -> None:
    tokens, masks = random_input(trained)
    with torch.no_grad():
        output = trained(tokens, {name: torch.zeros_like(mask) for name, mask in masks.items()})
    assert output.logits.isfinite().all() and output.embedding.isfinite().all()


def test_padding_does_not_change_the_answer(trained: FusionNet) -> None:
    tokens, masks = random_input(trained)
    longer = {name: torch.cat([x, torch.randn(2, 4, x.shape[2])], 1) for name, x in tokens.items()}
    hidden = {name: torch.cat([m, torch.zeros(2, 4)], 1) for name, m in masks.items()}
    with torch.no_grad():
        assert torch.allclose(trained(tokens, masks).logits, trained(longer, hidden).logits, atol=1e-4)


def test_joint_embedding_has_norm_one_and_the_served_network_at_most_two_million_parameters() -> None:
    net = FusionNet({"voice": 512, "face": 256, "text": 384}).eval()
    with torch.no_grad():
        norm = net(*random_input(net)).embedding.norm(dim=1)
    assert norm.tolist() == pytest.approx([1, 1], abs=1e-5)
    assert served_parameters(net) <= 2_000_000


def test_the_same_seed_gives_the_same_network() -> None:
    one, other = (train(SyntheticPairs(features()), SMALL, seed=4, device=CPU, steps=6)[0] for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


@pytest.mark.parametrize(
    "change",
    [
        {"contrastive": 0.0},
        {"cross_attention": False},
        {"gated_fusion": False},
        {"modality_dropout": 0.0},
        {"mixing": 0.0},
        {"balance": 0.0},
        {"progressive": False},
        {"distillation": 0.0},
        {"voice_mix": 0.0},
        {"speaker_shift": 0.5},
        {"statistics": ""},
        {"statistics": "voice,face"},
    ],
)
def test_every_switch_changes_the_training(change: dict[str, object]) -> None:
    full = train(SyntheticPairs(features()), SMALL, seed=2, device=CPU, steps=4)[0]
    without = train(SyntheticPairs(features()), SMALL.but(**change), seed=2, device=CPU, steps=4)[0]
    assert not torch.allclose(full.emotion.weight, without.emotion.weight)


def test_speech_of_ones_own_is_drawn_as_often_as_all_public_corpora_together() -> None:
    """It has the number behind theirs, for which there was no share: training on own calls ended with an IndexError."""
    given = features()
    own = given.voice.clip % 5 == 0
    given = replace(given, voice=replace(given.voice, corpus=torch.where(own, CORPORA.index(OWN), given.voice.corpus)))
    pool = SyntheticPairs(given)
    rows = pool.draw(4000, SMALL, torch.Generator().manual_seed(0))[:, 0]
    assert 0.45 < (pool.voice.corpus[rows] == CORPORA.index(OWN)).float().mean() < 0.55
    assert fitted(train(pool, SMALL, seed=0, device=CPU, steps=2)[0], given, pairs=60)["voice"] > 0


def test_checkpoint_and_back(trained: FusionNet, tmp_path) -> None:
    path = checkpoint_path(tmp_path, "0")
    save(trained, path, {"temperatures": {"voice": 1.25}})
    again, notes = load(path)
    assert notes == {"temperatures": {"voice": 1.25}}
    tokens, masks = random_input(trained)
    with torch.no_grad():
        assert torch.allclose(trained(tokens, masks).logits, again(tokens, masks).logits, atol=0.05)


def test_figures_of_a_fold_and_none_of_voice_without_held_out_speakers(trained: FusionNet) -> None:
    whole = features()
    found = measure(trained, whole)
    assert found["face valid"]["uar"] > 0.75
    assert any(what.startswith("voice") for what in found)
    assert found["service tuning, plain called neutral"]["n"] == 2
    assert found["service tuning, upset not neutral"]["share"] == 1
    whole.voice.held.fill_(False)
    assert not any(what.startswith("voice") for what in measure(trained, whole))


def test_combined_temperatures_are_never_sharper_than_the_sharpest_single_one(trained: FusionNet) -> None:
    found = fitted(trained, features())
    assert len(found) == 7
    for key, value in found.items():
        assert value >= min(found[name] for name in key.split("+"))


def test_a_fold_gets_the_temperatures_of_the_others() -> None:
    by_fold = {"0": {"voice": 1.0}, "1": {"voice": 2.0}, "2": {"voice": 8.0}, "all": {"face": 1.0}}
    assert of_others(by_fold, "0") == {"voice": 4.0}
    assert of_others(by_fold, "all") == {"voice": round(16 ** (1 / 3), 3)}
    assert of_others({"0": {"voice": 1.5}}, "0") == {"voice": 1.5}


def test_temperature_repairs_overconfidence() -> None:
    torch.manual_seed(0)
    sure = torch.randn(4000, 3) * 2
    labels = torch.distributions.Categorical(logits=sure).sample()
    fitted_t = fit_temperature(3 * sure, torch.eye(3)[labels])
    assert fitted_t == pytest.approx(3, rel=0.1)
    assert calibration_error(3 * sure, labels, fitted_t) < 0.03 < calibration_error(3 * sure, labels)


def test_least_calibration_error_is_found_where_likelihood_misses_it() -> None:
    """Most rows are too sure; some of larger logits are less sure than they are right, and no temperature is right for both."""
    torch.manual_seed(0)
    many, few = torch.randn(5000, 3) * 1.5, torch.randn(3000, 3) * 3
    draw = lambda logits: torch.distributions.Categorical(logits=logits).sample()  # noqa: E731
    logits, labels = torch.cat([many, few]), torch.cat([draw(many / 2), draw(few / 0.3)])
    by_error = fit_temperature_by_error(logits, labels)
    by_likelihood = fit_temperature(logits, torch.eye(3)[labels])
    assert calibration_error(logits, labels, by_error) < calibration_error(logits, labels, by_likelihood) - 0.005
    around = [calibration_error(logits, labels, by_error * step) for step in (0.8, 1.25)]
    assert calibration_error(logits, labels, by_error) < min(around)


def test_class_sampler_draws_the_wanted_class_by_weight() -> None:
    labels, weights = torch.tensor([0, 1, 1, 2, 1]), torch.tensor([1.0, 3.0, 1.0, 1.0, 0.0])
    drawn = ClassSampler(labels, weights, 3).draw(torch.ones(4000, dtype=torch.long), generator())
    assert set(drawn.tolist()) == {1, 2}
    assert (drawn == 1).float().mean().item() == pytest.approx(0.75, abs=0.03)


def test_real_pairs_give_voice_and_face_of_the_same_take() -> None:
    voice = features().voice
    units = ActionUnits(torch.arange(len(voice.clip))[:, None].repeat(1, 35).float(), voice.label.clone())
    pool = RealPairs(voice, units)
    batch = pool.gather(pool.draw(20, SMALL, generator()), SMALL, generator())
    clip = batch.tokens["face"][:, 0, 0].long()
    assert torch.equal(voice.label[clip], batch.labels[:, 0])
    assert not voice.held[clip].any()
    rows, _, _ = held_clips(voice, units)
    assert voice.held[rows].all()
    assert pool.classes == len(RAVDESS_EMOTIONS)


def test_modality_dropout_keeps_one_and_honours_the_limit() -> None:
    shown = shown_modalities(3000, 3, 0.35, 0.4, 3, generator(), CPU)
    assert shown.any(1).all()
    assert 0.4 < (shown.sum(1) == 1).float().mean() < 0.6
    assert shown_modalities(500, 3, 0.1, 0.0, 2, generator(), CPU).sum(1).max() == 2
    assert shown_modalities(500, 3, 0.0, 0.0, 3, generator(), CPU).all()


def test_progressive_training_begins_with_one_modality() -> None:
    assert [most_modalities(p, 3) for p in (0.0, 0.29, 0.4, 0.9)] == [1, 1, 2, 3]


def test_mixing_takes_one_modality_from_elsewhere() -> None:
    sources = mixed_sources(1000, 3, 0.3, generator(), CPU)
    foreign = sources != torch.arange(1000)[:, None]
    assert foreign.sum(1).max() == 1
    assert 0.25 < foreign.any(1).float().mean() < 0.35


def test_balance_gives_most_weight_to_what_has_learnt_least() -> None:
    balance = ModalityBalance(3, CPU, strength=1.0, decay=0.5)
    for _ in range(20):
        weights = balance.update(torch.tensor([0.1, 1.0, 0.4]), torch.tensor([9.0, 9.0, 0.0]))
    assert weights.argmax() != 0 and weights.mean().item() == pytest.approx(1)
    assert balance.moving[2].item() == pytest.approx(1)  # never seen: unchanged


def test_contrastive_loss_falls_when_the_same_feelings_lie_together() -> None:
    labels = torch.tensor([0, 1, 2, 0])
    together = torch.eye(3)[labels]
    apart = together.roll(1, 1)
    near = symmetric_contrastive(together, together, labels, labels)
    assert near < symmetric_contrastive(together, apart, labels, labels)
    assert near.item() == pytest.approx(symmetric_contrastive(together, together, labels, labels).item())


def test_contrastive_loss_ignores_the_missing_and_is_zero_without_pairs() -> None:
    missing = torch.tensor([-1, -1])
    anything = torch.nn.functional.normalize(torch.randn(2, 4), dim=1)
    assert symmetric_contrastive(anything, anything, missing, torch.tensor([0, 1])).item() == 0


def test_text_pairs_weigh_twice_as_much_as_voice_with_face() -> None:
    torch.manual_seed(0)
    x = torch.randn(6, 3, 8)
    label = torch.tensor([0, 1, 2, 0, 1, 2])

    def only(*shown: int) -> float:
        labels = torch.full((6, 3), -1)
        labels[:, list(shown)] = label[:, None]
        return joint_space_loss(x, labels, ("voice", "face", "text")).item()

    unit = torch.nn.functional.normalize(x, dim=-1)
    pair = lambda i, j: symmetric_contrastive(unit[:, i], unit[:, j], label, label).item()  # noqa: E731
    assert only(0, 2) == pytest.approx(0.4 * pair(0, 2), rel=1e-5)
    assert only(1, 2) == pytest.approx(0.4 * pair(1, 2), rel=1e-5)
    assert only(0, 1) == pytest.approx(0.2 * pair(0, 1), rel=1e-5)


def test_gated_fusion_weighs_only_what_is_present() -> None:
    torch.manual_seed(0)
    for gated in (True, False):
        fuse = GatedFusion(8, 3, gated)
        weights = fuse.weights(torch.randn(2, 3, 8), torch.tensor([[1.0, 0, 1], [0, 0, 0]]))
        assert weights[0, 1] == 0 and math.isclose(weights[0].sum().item(), 1, rel_tol=1e-5)
        assert weights[1].tolist() == [0, 0, 0]


def test_block_without_cross_attention_does_not_see_the_others() -> None:
    torch.manual_seed(0)
    which = torch.tensor([0, 0, 1, 1])
    own = (which[:, None] == which).float()[None]
    x = torch.randn(1, 4, 8)
    other = x.clone()
    other[:, 2:] = torch.randn(1, 2, 8)  # not a shift: the norm would take it out
    for cross in (True, False):
        block = FusionBlock(8, 2, 0.0, cross).eval()
        with torch.no_grad():
            same = torch.allclose(block(x, own, 1 - own)[:, :2], block(other, own, 1 - own)[:, :2])
        assert same != cross


def test_a_corpus_counts_for_the_temperature_by_its_share_and_not_by_its_clips() -> None:
    voice = features().voice
    voice = replace(voice, corpus=(torch.arange(len(voice.label)) % 10).clamp(max=2))
    weights = weights_of(voice)
    ravdess, nemo, urdu = (weights[voice.corpus == number].sum().item() for number in range(3))
    assert ravdess == pytest.approx(0.5) and nemo == pytest.approx(0.36) and urdu == 0
    alone = weights_of(replace(voice, corpus=torch.full_like(voice.corpus, 2)))
    assert alone.sum().item() == pytest.approx(0.14)
