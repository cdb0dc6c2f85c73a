"""Expression encoder: corpora, augmentation, figures, training on tiny data and its resumption."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from rapport_training.corpora.faces import (  # noqa: E402
    FACE_LABELS,
    nameable,
    read_ckplus,
    read_faces,
    read_ferplus,
    vote_targets,
)
from rapport_training.craft.mixup import cutmix, mixup  # noqa: E402
from rapport_training.craft.rand_augment import GEOMETRIC, TONAL, RandAugment, geometric_matrices, tonal  # noqa: E402
from rapport_training.face import degrade, encoder, train  # noqa: E402
from rapport_training.face.augment import FaceAugment  # noqa: E402
from rapport_training.face.fitting import FaceRecipe, TrainingFaces, learning_rate, rarity_weights  # noqa: E402
from rapport_training.face.logit_adjustment import adjustment, choose_strength  # noqa: E402
from rapport_training.face.pace import ClockPace  # noqa: E402
from rapport_training.face.scores import face_scores  # noqa: E402
from rapport_training.labels import EMOTIONS  # noqa: E402

PICTURES = 96


def drawn_faces(rng: np.random.Generator, labels: np.ndarray) -> np.ndarray:
    """Not faces: noise with a bright bar whose place tells the class, so that there is something to learn."""
    images = rng.integers(60, 120, (len(labels), 48, 48), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[6 * label : 6 * label + 6] = 230
    return images


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder in the layout of the real one, with drawn pictures."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, PICTURES)
    votes = np.zeros((PICTURES, 10), np.uint8)
    votes[np.arange(PICTURES), labels] = 9
    votes[:, 8] = 1
    (tmp_path / "ferplus").mkdir()
    np.savez(
        tmp_path / "ferplus" / "ferplus.npz",
        images=drawn_faces(rng, labels),
        votes=votes,
        split=np.array(["train"] * 64 + ["valid"] * 24 + ["test"] * 8),
    )
    return tmp_path


def arguments(data: Path, out: Path, *more: str) -> Namespace:
    return train.arguments(["--data", str(data), "--out", str(out), "--device", "cpu", "--smoke", *more])


def rewrite(data: Path, **changed: np.ndarray) -> None:
    path = data / "ferplus" / "ferplus.npz"
    with np.load(path) as file:
        arrays = dict(file) | changed
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def test_stray_votes_are_dropped_and_unnameable_pictures_left_out() -> None:
    votes = np.array([[6, 3, 1, 0, 0, 0, 0, 0, 0, 0], [2, 1, 0, 0, 0, 0, 0, 0, 7, 0], [0, 4, 1, 0, 0, 0, 0, 0, 0, 5]])
    assert nameable(votes).tolist() == [True, False, False]
    np.testing.assert_allclose(vote_targets(votes[:1])[0, :3], [6 / 9, 3 / 9, 0])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"images": np.zeros((PICTURES, 64, 64), np.uint8)}, "images uint8 (96, 64, 64)"),
        ({"votes": np.zeros((PICTURES, 8), np.uint8)}, "votes (96, 8)"),
        ({"votes": None}, "no array 'votes'"),
        ({"split": np.array(["train"] * 90 + ["dev"] * 6)}, "split 'dev'"),
        ({"split": np.array(["train"] * PICTURES)}, "no usable picture in split 'valid'"),
    ],
)
def test_bad_data_is_refused_with_file_and_reason(data: Path, tmp_path: Path, changed: dict, reason: str) -> None:
    rewrite(data, **changed)
    out = tmp_path / "out"
    with pytest.raises(ValueError, match=r"ferplus\.npz") as refused:
        train.train(arguments(data, out, "--epochs", "1"))
    assert reason in str(refused.value)
    assert not out.exists()


@pytest.mark.parametrize("damage", [lambda whole: b"no archive", lambda whole: whole[: len(whole) // 2]])
def test_a_damaged_archive_is_named(data: Path, damage: Callable[[bytes], bytes]) -> None:
    path = data / "ferplus" / "ferplus.npz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"ferplus\.npz cannot be read"):
        read_faces(data)


def test_an_unknown_label_of_ckplus_is_named(tmp_path: Path) -> None:
    (tmp_path / "ckplus48").mkdir()
    path = tmp_path / "ckplus48" / "ckplus48.npz"
    images, subject = np.zeros((2, 48, 48), np.uint8), np.array(["S010", "S011"])
    np.savez(path, images=images, label=np.array(["happy", "bored"]), subject=subject)
    with pytest.raises(ValueError, match="'bored'"):
        read_ckplus(tmp_path)
    np.savez(path, images=images, label=np.array(["happy", "contempt"]), subject=subject)
    assert [FACE_LABELS[i] for i in read_ckplus(tmp_path).labels] == ["happiness", "contempt"]


def test_only_the_drawn_operation_touches_a_picture() -> None:
    picture = torch.rand(1, 1, 48, 48, generator=torch.Generator().manual_seed(1))
    images = picture.expand(len(TONAL) + 1, 1, 48, 48)
    choice = torch.arange(-1, len(TONAL))
    changed = (tonal(images, choice, torch.full((len(choice),), 0.5)) != images).flatten(1).any(1)
    assert changed.tolist() == [False, False] + [True] * (len(TONAL) - 1)
    matrices = geometric_matrices(torch.arange(len(GEOMETRIC) + 1), torch.full((len(GEOMETRIC) + 1,), 0.5))
    still = [torch.equal(matrix, torch.eye(3)) for matrix in matrices]
    assert still == [False] * len(GEOMETRIC) + [True]


def test_no_magnitude_no_change() -> None:
    images = torch.rand(32, 1, 48, 48, generator=torch.Generator().manual_seed(2)) * 0.998 + 0.001
    flat = RandAugment(magnitude=0.0)(images, torch.Generator().manual_seed(3))
    # autocontrast and the rounding to 256 levels have no strength
    assert (flat - images).abs().max() < 0.01
    assert (RandAugment(magnitude=1.0)(images, torch.Generator().manual_seed(3)) - images).abs().max() > 0.3


def test_augmented_pictures_stay_in_range_and_repeat_by_seed() -> None:
    faces = torch.randint(0, 256, (64, 48, 48), dtype=torch.uint8, generator=torch.Generator().manual_seed(4))

    def once() -> torch.Tensor:
        return FaceAugment().pictures(faces, np.random.default_rng(5), torch.Generator().manual_seed(5))

    images = once()
    assert images.shape == (64, 1, 48, 48)
    assert images.min() >= -1
    assert images.max() <= 1
    assert torch.equal(images, once())


def test_blends_keep_targets_a_distribution_by_share_and_area() -> None:
    targets = torch.eye(8)
    images = torch.arange(8.0).view(8, 1, 1, 1).expand(8, 1, 48, 48)
    for blend in (mixup, cutmix):
        mixed, of = blend(images, targets, 0.5, np.random.default_rng(6), torch.Generator().manual_seed(6))
        # every pixel counts for the class of the picture that it came from
        torch.testing.assert_close(mixed.mean((1, 2, 3)), of @ torch.arange(8.0))
        torch.testing.assert_close(of.sum(1), torch.ones(8))
        assert (of.argmax(1) == torch.arange(8)).all()


def test_jpeg_loses_more_at_low_quality_and_blur_keeps_a_flat_picture() -> None:
    images = torch.rand(2, 1, 48, 48, generator=torch.Generator().manual_seed(7))
    loss = (degrade.jpeg(images, torch.tensor([95.0, 10.0])) - images).abs().mean((1, 2, 3))
    assert loss[0] < 0.02 < 0.05 < loss[1]
    flat = torch.full((1, 1, 48, 48), 0.3)
    torch.testing.assert_close(degrade.blur(flat, torch.tensor([2.0])), flat)
    assert degrade.blur(images, torch.tensor([2.0, 2.0])).std() < images.std() / 3


def test_half_a_face_is_covered_and_nothing_else() -> None:
    images = torch.rand(5, 1, 48, 48) + 1
    covered = degrade.cover_half(images, torch.arange(5), torch.zeros(5)) == 0
    assert covered.sum((1, 2, 3)).tolist() == [1152] * 4 + [0]
    assert covered[0, 0, :, :24].all()
    assert covered[3, 0, 24:].all()


def test_figures_of_a_small_example_worked_by_hand() -> None:
    votes = np.zeros((4, 10))
    votes[0, 0], votes[1, [1, 2]], votes[2, 5], votes[3, 7] = 10, (5, 4), 10, 10
    answers = np.eye(8)[[0, 1, 4, 7]]
    scores = face_scores(answers, votes)
    assert scores.strict_pictures == 4
    assert scores.strict_accuracy == 0.75
    votes[1, [1, 2, 3]] = (5, 4, 1)  # half is not more than half
    scores = face_scores(answers, votes)
    assert scores.strict_pictures == 3
    assert scores.strict_accuracy == pytest.approx(2 / 3)
    assert scores.plural_accuracy == 0.75
    assert scores.recalls["happiness"] == 1
    assert scores.recalls["disgust"] == 0
    assert scores.macro_recall == pytest.approx(2 / 7)


def test_the_adjustment_raises_what_is_rare_and_is_chosen_for_it() -> None:
    prior = np.array([0.6, 0.2, 0.1, 0.04, 0.02, 0.02, 0.01, 0.01])
    bias = adjustment(prior, 1.0)
    assert (np.diff(bias) >= 0).all()
    assert bias.mean() == pytest.approx(0, abs=1e-6)
    # answers that carry the prior twice too much: the fitting strength takes it away again
    rng = np.random.default_rng(8)
    labels = rng.choice(8, 4000, p=prior)
    logits = np.eye(8)[labels] * 3 + rng.normal(0, 1, (4000, 8)) + 1.0 * np.log(prior)
    votes = np.concatenate([np.eye(8)[labels] * 10, np.zeros((4000, 2))], 1)
    strength, tried = choose_strength(logits, votes, prior)
    by_strength = dict(tried)
    assert strength > 0
    assert by_strength[strength].macro_recall > by_strength[0.0].macro_recall + 0.05


def test_rare_classes_are_drawn_more_often() -> None:
    labels = np.repeat([0, 1], [900, 100])
    weights = torch.from_numpy(rarity_weights(labels, 8, 1.0))
    data = TrainingFaces(torch.zeros(1000, 48, 48), torch.zeros(1000, 8), weights)
    drawn = data.draw(20_000, torch.Generator().manual_seed(9))
    assert (drawn >= 900).float().mean() == pytest.approx(0.5, abs=0.02)
    assert drawn.min() >= 0
    assert drawn.max() < 1000


def test_the_rate_rises_then_falls_to_its_end() -> None:
    recipe = FaceRecipe()
    assert learning_rate(recipe, 0.0) < learning_rate(recipe, recipe.warmup / 2) < recipe.peak_learning_rate
    assert learning_rate(recipe, recipe.warmup) == pytest.approx(recipe.peak_learning_rate)
    assert learning_rate(recipe, 1.2) == pytest.approx(recipe.peak_learning_rate * recipe.final_share)


def test_a_clock_ends_when_its_seconds_are_over() -> None:
    times = iter([10.0, 12.5, 20.1])
    pace = ClockPace(10.0, now=lambda: next(times))
    assert pace.progress(7) == pytest.approx(0.25)
    assert pace.progress(9) > 1


def test_load_gives_emotions_in_order_and_features(tmp_path: Path) -> None:
    network = encoder.FaceEncoder(encoder.FaceConfig(widths=(8, 8, 16, 16, 32))).eval()
    network.logit_bias += torch.arange(8.0)
    encoder.save(tmp_path / "face.pt", network, {})
    loaded = encoder.load(tmp_path / "face.pt")
    images = torch.rand(3, 1, 48, 48) * 2 - 1
    assert loaded.features(images).shape == (3, loaded.feature_width) == (3, 32)
    logits = network(images)
    joy = logits[:, FACE_LABELS.index("happiness")]
    torch.testing.assert_close(loaded.emotion_logits(images)[:, EMOTIONS.index("joy")], joy, atol=0.02, rtol=0)
    assert encoder.load(tmp_path / "none.pt").features(images).shape == (3, 256)


def test_a_training_learns_and_an_interrupted_one_ends_the_same(data: Path, tmp_path: Path, monkeypatch) -> None:
    scores = train.train(arguments(data, tmp_path / "whole", "--epochs", "12"))
    assert scores.plural_accuracy > 0.5  # of three classes

    class Interrupted(Exception):
        pass

    report = train.Watcher.report

    def stop_half_way(self, network, step, progress, loss) -> None:
        report(self, network, step, progress, loss)
        if self.name == "student" and step == 6:
            raise Interrupted

    monkeypatch.setattr(train.Watcher, "report", stop_half_way)
    with pytest.raises(Interrupted):
        train.train(arguments(data, tmp_path / "halved", "--epochs", "12"))
    monkeypatch.setattr(train.Watcher, "report", report)
    train.train(arguments(data, tmp_path / "halved", "--epochs", "12"))
    whole, halved = (torch.load(tmp_path / name / "face.pt", weights_only=True) for name in ("whole", "halved"))
    assert whole["figures"] == halved["figures"]
    for name, value in whole["state"].items():
        assert torch.equal(value, halved["state"][name]), name


def test_a_budget_is_kept_and_leaves_a_file(data: Path, tmp_path: Path) -> None:
    train.train(arguments(data, tmp_path / "out", "--budget-seconds", "6"))
    assert encoder.load(tmp_path / "out" / "face.pt").feature_width == 32
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["face.pt"]


def test_the_test_split_is_not_read_by_the_training(data: Path, tmp_path: Path) -> None:
    """Pictures of test may be anything: the checkpoint is the same."""
    train.train(arguments(data, tmp_path / "one", "--epochs", "1"))
    with np.load(data / "ferplus" / "ferplus.npz") as file:
        images = file["images"].copy()
    images[-8:] = 255 - images[-8:]
    rewrite(data, images=images)
    assert not np.array_equal(read_ferplus(data)["test"].images, 255 - images[-8:])
    train.train(arguments(data, tmp_path / "two", "--epochs", "1"))
    one, two = (torch.load(tmp_path / name / "face.pt", weights_only=True)["state"] for name in ("one", "two"))
    assert all(torch.equal(value, two[name]) for name, value in one.items())
