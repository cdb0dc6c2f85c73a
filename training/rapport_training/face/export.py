"""A trained checkpoint to the model folder that the service reads: int8 graph, manifest and golden cases.

    python -m rapport_training.face.export --data DIR --checkpoint OUT/face.pt --model models/fernet [--figures FILE]

Refused when 8 bits cost more than one point of either figure on FER+ valid. --figures: the JSON of evaluate, whose
figures the manifest then states.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from convert.model_folder import ModelFolder
from convert.stored_npz import write_stored
from convert.write_manifest import refresh, text_of
from rapport_training.atomic_file import write_text_atomically
from rapport_training.corpora.faces import VotedFaces, read_faces
from rapport_training.face import encoder
from rapport_training.face.graph import write_fp32, write_int8
from rapport_training.face.manifest import GOLDEN_STEPS, manifest
from rapport_training.face.predictor import as_served, of_checkpoint, of_model_folder
from rapport_training.face.scores import FaceScores, face_scores

CALIBRATION_PICTURES = 512
WORST_LOSS = 0.01


def soft_noise(seed: int, steps: int) -> np.ndarray:
    """[1, 1, 48, 48] blotches in -1..1, so that no picture of a person has to be stored."""
    x = np.random.default_rng(seed).uniform(-1, 1, (48, 48))
    for _ in range(steps):
        x = (x + np.roll(x, 1, 0) + np.roll(x, 1, 1) + np.roll(x, (1, 1), (0, 1))) / 4
    return (x / np.abs(x).max()).astype(np.float32)[None, None]


def write_golden(model: ModelFolder) -> None:
    arrays = {}
    for steps in GOLDEN_STEPS:
        inputs = {"face": soft_noise(11 + steps, steps)}
        outputs = model.run("model", inputs)
        arrays |= {f"model/soft{steps}/in/{name}": value for name, value in inputs.items()}
        arrays |= {f"model/soft{steps}/out/{name}": value for name, value in outputs.items()}
    write_stored(model.path / "golden.npz", arrays)


def calibration_faces(train: VotedFaces) -> np.ndarray:
    """[N, 1, 48, 48] of which the ranges of the activations are taken."""
    chosen = np.random.default_rng(0).choice(len(train), min(CALIBRATION_PICTURES, len(train)), replace=False)
    return as_served(train.images[chosen])


def write_folder(checkpoint: Path, train: VotedFaces, folder: Path, evaluation: dict[str, Any] | None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        write_fp32(encoder.load(checkpoint), fp32)
        write_int8(fp32, int8, calibration_faces(train))
        fill_folder(checkpoint, int8, folder, evaluation)


def fill_folder(checkpoint: Path, graph: Path, folder: Path, evaluation: dict[str, Any] | None) -> None:
    """model.onnx, golden.npz and model.json; the card is written by hand and left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(graph, folder / "model.onnx")
    network = encoder.load(checkpoint)
    stated = manifest(network.feature_width, encoder.stored_figures(checkpoint), evaluation)
    write_text_atomically(folder / "model.json", text_of(stated))
    write_golden(ModelFolder(folder))
    refresh(stated, folder)
    write_text_atomically(folder / "model.json", text_of(stated))


def losses(whole: FaceScores, int8: FaceScores) -> dict[str, float]:
    """What 8 bits cost, by figure."""
    return {
        "strict_accuracy": whole.strict_accuracy - int8.strict_accuracy,
        "macro_recall": whole.macro_recall - int8.macro_recall,
    }


def export(data: Path, checkpoint: Path, folder: Path, figures: Path | None) -> dict[str, float]:
    """What 8 bits cost on FER+ valid. Raises ValueError, and leaves `folder` as it was, when that is too much."""
    if not checkpoint.exists():
        raise FileNotFoundError(f"{checkpoint} is not there: train first (rapport_training.face.train)")
    splits = read_faces(data)
    valid = splits["valid"]
    evaluation = json.loads(figures.read_text()) if figures else None
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / folder.name
        write_folder(checkpoint, splits["train"], made, evaluation)
        images = as_served(valid.images)
        whole = face_scores(of_checkpoint(checkpoint)(images), valid.votes)
        int8 = face_scores(of_model_folder(made)(images), valid.votes)
        print("fp32 valid", whole.line())
        print("int8 valid", int8.line())
        cost = losses(whole, int8)
        if max(cost.values()) > WORST_LOSS:
            raise ValueError(f"{checkpoint}: 8 bits cost {cost} on FER+ valid, at most {WORST_LOSS} is allowed")
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(made.iterdir()):
            (folder / file.name).write_bytes(file.read_bytes())
            print(folder / file.name, (folder / file.name).stat().st_size, "bytes")
    return cost


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--figures", type=Path)
    args = parser.parse_args(argv)
    export(args.data, args.checkpoint, args.model, args.figures)


if __name__ == "__main__":
    main()
