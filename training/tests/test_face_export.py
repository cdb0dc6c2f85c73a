"""The expression encoder as it is served: graph, 8 bits, manifest, golden cases, figures."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")

from convert.model_folder import ModelFolder, cpu_session  # noqa: E402
from convert.stored_npz import read_stored  # noqa: E402
from convert.write_manifest import refresh  # noqa: E402
from rapport_training.corpora.faces import FACE_LABELS, PosedFaces, VotedFaces  # noqa: E402
from rapport_training.face import encoder  # noqa: E402
from rapport_training.face.evaluate import calibration_error, ckplus_figures, degraded, ferplus_figures  # noqa: E402
from rapport_training.face.export import export, soft_noise, write_folder  # noqa: E402
from rapport_training.face.graph import write_fp32  # noqa: E402
from rapport_training.face.intervals import interval, with_interval  # noqa: E402
from rapport_training.face.manifest import manifest  # noqa: E402
from rapport_training.face.predictor import as_served, of_checkpoint, of_model_folder  # noqa: E402

FIGURES = {"valid": {"strict_accuracy": 0.5, "macro_recall": 0.25}}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with running statistics and an adjustment, as after a training."""
    torch.manual_seed(1)
    network = encoder.FaceEncoder(encoder.FaceConfig(widths=(8, 8, 16, 16, 32))).train()
    for block in network.trunk.modules():
        if isinstance(block, encoder.Block):
            torch.nn.init.ones_(block.second.norm.weight)
    with torch.no_grad():
        for _ in range(30):
            network(torch.rand(16, 1, 48, 48) * 2 - 1)
    network.logit_bias += torch.linspace(-1, 1, 8)
    path = tmp_path_factory.mktemp("trained") / "face.pt"
    encoder.save(path, network.eval(), FIGURES)
    return path


@pytest.fixture(scope="module")
def folder(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    images = np.random.default_rng(2).integers(0, 256, (64, 48, 48), dtype=np.uint8)
    path = tmp_path_factory.mktemp("models") / "fernet"
    write_folder(checkpoint, VotedFaces(images, np.zeros((64, 10))), path, None)
    return path


def test_the_graph_is_the_network_with_its_adjustment(checkpoint: Path, tmp_path: Path) -> None:
    network = encoder.load(checkpoint)
    write_fp32(network, tmp_path / "fp32.onnx")
    images = np.concatenate([soft_noise(seed, 2) for seed in range(5)])
    probs8, feat = cpu_session(tmp_path / "fp32.onnx").run(["probs8", "feat"], {"face": images})
    with torch.no_grad():
        features = network.features(torch.from_numpy(images))
        expected = network(torch.from_numpy(images)).softmax(1)
    np.testing.assert_allclose(feat, features, atol=1e-4)
    np.testing.assert_allclose(probs8, expected, atol=1e-5)
    assert network.logit_bias.abs().max() > 0.9


def test_eight_bits_stay_close_and_a_batch_gives_the_same_numbers(checkpoint: Path, folder: Path) -> None:
    images = np.concatenate([soft_noise(seed, 1) for seed in range(8)])
    whole, int8 = of_checkpoint(checkpoint)(images), of_model_folder(folder)(images)
    assert np.abs(whole - int8).max() < 0.05
    alone = np.concatenate([of_model_folder(folder)(images[i : i + 1]) for i in range(8)])
    np.testing.assert_allclose(int8, alone, atol=1e-6)


def test_the_probabilities_are_not_rounded_to_8_bits(folder: Path) -> None:
    """A quantised softmax knows 256 values: a class under 1 in 512 would be impossible."""
    images = np.concatenate([soft_noise(seed, 1) for seed in range(64)])
    probs8 = of_model_folder(folder)(images)
    np.testing.assert_allclose(probs8.sum(1), 1, atol=1e-5)
    assert len(np.unique(probs8)) > 256


def test_the_folder_is_what_its_manifest_says(folder: Path) -> None:
    stated = json.loads((folder / "model.json").read_text())
    again = json.loads((folder / "model.json").read_text())
    refresh(again, folder)
    assert stated == again
    assert stated["labels"] == list(FACE_LABELS)
    assert stated["parameters"]["featureWidth"] == stated["graphs"]["model"]["outputs"][1]["shape"][1] == 32
    assert [f["value"] for f in stated["figures"]] == [0.5, 0.25]
    golden = read_stored(folder / "golden.npz")
    for case in stated["golden"]["cases"]:
        name = f"model/{case['name']}"
        outputs = ModelFolder(folder).run("model", {"face": golden[f"{name}/in/face"]})
        np.testing.assert_allclose(outputs["probs8"], golden[f"{name}/out/probs8"], atol=1e-6)


def test_the_manifest_keeps_every_field_of_the_served_one() -> None:
    """The service reads the former manifest: what it knows by name must stay."""
    served = json.loads((Path(__file__).parents[2] / "models" / "fernet" / "model.json").read_text())
    made = manifest(256, FIGURES, None)
    assert set(made) == set(served)
    assert set(made["parameters"]) == set(served["parameters"])
    assert made["parameters"]["toEmotionLabels"] == served["parameters"]["toEmotionLabels"]


def test_an_interval_by_person_is_wider_than_by_picture() -> None:
    rng = np.random.default_rng(3)
    right = np.repeat(rng.random(20) < 0.5, 30).astype(float)  # a person is read or not, always
    people = np.repeat(np.arange(20), 30)

    def figure(of: np.ndarray) -> float:
        return float(right[of].mean())

    by_picture, by_person = interval(figure, np.arange(600), 200), interval(figure, people, 200)
    assert by_person[1] - by_person[0] > 3 * (by_picture[1] - by_picture[0])
    whole = with_interval(figure, people, 200)
    assert whole["low"] <= whole["value"] == right.mean() <= whole["high"]


def test_calibration_error_worked_by_hand() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    # .9 and always right; .6 and right half of the time
    assert calibration_error(probabilities, np.array([0, 0, 0, 1])) == pytest.approx((0.1 + 0.1) / 2)


def test_evaluation_counts_a_known_answerer() -> None:
    """One that sees the class in the brightness: perfect, until half of the picture is covered in grey."""
    labels = np.tile(np.arange(8), 6)
    images = np.repeat((labels * 30 + 10).astype(np.uint8), 48 * 48).reshape(-1, 48, 48)
    votes = np.concatenate([np.eye(8)[labels] * 10, np.zeros((48, 2))], 1)

    def answer(faces: np.ndarray) -> np.ndarray:
        level = ((faces.mean((1, 2, 3)) + 1) * 127.5 - 10) / 30
        return np.eye(8)[level.round().astype(int).clip(0, 7)]

    figures = ferplus_figures(answer, VotedFaces(images, votes))
    assert figures["strict_accuracy"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert figures["confusion"]["rows_are_votes"] == (np.eye(8, dtype=int) * 6).tolist()
    covered = degraded(images)["left half covered"]
    assert (answer(covered).argmax(1) != labels).mean() > 0.5
    posed = ckplus_figures(answer, PosedFaces(images, labels, np.repeat(["S1", "S2", "S3"], 16)))
    assert posed["accuracy"]["value"] == 1
    assert "contempt" not in posed["recalls"]
    assert posed["pictures"] == 42
    assert as_served(images).max() <= 1


def test_an_export_without_a_checkpoint_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="train first"):
        export(tmp_path, tmp_path / "face.pt", tmp_path / "fernet", None)
    assert not (tmp_path / "fernet").exists()
