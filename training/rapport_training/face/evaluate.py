"""Figures of an expression encoder, with 95 % bootstrap intervals, as JSON.

    python -m rapport_training.face.evaluate --data DIR --model MODEL_DIR_OR_CHECKPOINT [--split valid] [--out FILE]

FER+ (one split), the same pictures degraded, and CK+, which no training here reads: posed faces of other people, so a
figure across corpora, drawn by person. --split test is for the very end: nothing may be chosen by it.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rapport_training.atomic_file import write_text_atomically
from rapport_training.corpora.faces import CKPLUS_FILE, FACE_LABELS, PosedFaces, VotedFaces, read_ckplus, read_faces
from rapport_training.face import degrade
from rapport_training.face.intervals import with_interval
from rapport_training.face.predictor import Predictor, as_served, predictor
from rapport_training.face.scores import CONTEMPT, face_scores, recall, voted_class

SCORES = ("strict_accuracy", "plural_accuracy", "macro_recall", "strict_macro_recall")
CALIBRATION_BINS = 15


def degraded(images: np.ndarray) -> dict[str, np.ndarray]:
    """The same faces as a bad line, a bad camera or a hand would show them; served tensors."""
    pictures = torch.from_numpy(images[:, None].astype(np.float32) / 255)
    of_all = torch.ones(len(pictures))
    grey = 0.5 * of_all
    noise = torch.Generator().manual_seed(0)
    ways = {
        "blur, sigma 1 px": degrade.blur(pictures, 1.0 * of_all),
        "blur, sigma 2 px": degrade.blur(pictures, 2.0 * of_all),
        "24 x 24 pixels": degrade.shrink(pictures, 24),
        "16 x 16 pixels": degrade.shrink(pictures, 16),
        "JPEG of the 48 x 48 pixels, quality 20": degrade.jpeg(pictures, 20 * of_all),
        "noise, deviation 5 %": degrade.noise(pictures, 0.05 * of_all, noise),
    }
    for side, name in enumerate(("left", "right", "upper", "lower")):
        ways[f"{name} half covered"] = degrade.cover_half(pictures, side * of_all, grey)
    return {name: (changed * 2 - 1).numpy() for name, changed in ways.items()}


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Expected calibration error of the leading answer, bins of equal width (Guo et al. 2017)."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [abs(confidence[bins == b].sum() - right[bins == b].sum()) for b in range(CALIBRATION_BINS)]
    return float(np.sum(gaps) / len(labels))


def ferplus_figures(predict: Predictor, faces: VotedFaces) -> dict[str, Any]:
    probabilities = predict(as_served(faces.images))
    pictures = np.arange(len(faces))

    def score(name: str, of: np.ndarray) -> float:
        return getattr(face_scores(probabilities[of], faces.votes[of]), name)

    whole, labels = face_scores(probabilities, faces.votes), voted_class(faces.votes)
    confusion = np.zeros((len(FACE_LABELS), len(FACE_LABELS)), int)
    np.add.at(confusion, (labels, probabilities.argmax(1)), 1)
    return {name: with_interval(lambda of, n=name: score(n, of), pictures) for name in SCORES} | {
        "recalls": whole.recalls,
        "pictures": whole.pictures,
        "strict_pictures": whole.strict_pictures,
        "calibration_error": calibration_error(probabilities, labels),
        "confusion": {"labels": list(FACE_LABELS), "rows_are_votes": confusion.tolist()},
    }


def robustness_figures(predict: Predictor, faces: VotedFaces) -> dict[str, Any]:
    figures = {}
    for name, images in degraded(faces.images).items():
        scores = face_scores(predict(images), faces.votes)
        figures[name] = {"strict_accuracy": scores.strict_accuracy, "macro_recall": scores.macro_recall}
    return figures


def ckplus_figures(predict: Predictor, faces: PosedFaces) -> dict[str, Any]:
    """Contempt is left out, as it is not among the seven; neutral may be answered although nobody posed it."""
    posed = faces.labels != CONTEMPT
    labels, subjects = faces.labels[posed], faces.subjects[posed]
    answers = np.delete(predict(as_served(faces.images[posed])), CONTEMPT, 1).argmax(1)
    classes = np.unique(labels)

    def accuracy(of: np.ndarray) -> float:
        return float((answers[of] == labels[of]).mean())

    def macro(of: np.ndarray) -> float:
        return float(np.mean([recall(answers[of], labels[of], c) for c in classes]))

    by_subject = [accuracy(np.flatnonzero(subjects == name)) for name in np.unique(subjects)]
    quartiles = np.percentile(by_subject, (25, 50, 75))
    return {
        "accuracy": with_interval(accuracy, subjects),
        "macro_recall": with_interval(macro, subjects),
        "recalls": {FACE_LABELS[c]: recall(answers, labels, c) for c in classes},
        "pictures": len(labels),
        "subjects": len(by_subject),
        "accuracy_of_subjects_quartiles": quartiles.tolist(),
    }


def evaluate(predict: Predictor, data: Path, split: str) -> dict[str, Any]:
    faces = read_faces(data)[split]
    figures = {
        "split": split,
        "ferplus": ferplus_figures(predict, faces),
        "ferplus_degraded": robustness_figures(predict, faces),
    }
    if (data / CKPLUS_FILE).exists():  # not in a user's own folder
        figures["ckplus"] = ckplus_figures(predict, read_ckplus(data))
    return figures


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.json, or a face.pt")
    parser.add_argument("--split", choices=("valid", "test"), default="valid")
    parser.add_argument("--out", type=Path, help="JSON file; printed in any case")
    args = parser.parse_args(argv)
    text = json.dumps(evaluate(predictor(args.model), args.data, args.split), indent=2)
    print(text)
    if args.out:
        write_text_atomically(args.out, text)


if __name__ == "__main__":
    main()
