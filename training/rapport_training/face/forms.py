"""The expression encoder in its three forms."""

from pathlib import Path

import numpy as np

from ..corpora.faces import VotedFaces, read_faces
from ..forms import Trained
from ..parity import Figures
from . import encoder
from .export import calibration_faces, fill_folder
from .graph import write_fp32, write_int8
from .predictor import Predictor, as_served, of_checkpoint, of_graph
from .scores import face_scores

SMOKE_PICTURES = 200


class FaceForms:
    task = "expression"
    quantised = True

    def __init__(self, trained: Trained) -> None:
        self.checkpoint = trained.checkpoints / "face.pt"
        splits = read_faces(trained.data)
        self.train, valid = splits["train"], splits["valid"]
        count = SMOKE_PICTURES if trained.smoke else len(valid)
        self.valid = VotedFaces(valid.images[:count], valid.votes[:count])

    def write_fp32(self, path: Path) -> None:
        write_fp32(encoder.load(self.checkpoint), path)

    def write_served(self, fp32: Path, path: Path) -> None:
        write_int8(fp32, path, calibration_faces(self.train))

    def write_folder(self, served: Path, folder: Path) -> None:
        fill_folder(self.checkpoint, served, folder, evaluation=None)

    def answers(self, form: str, graph: Path) -> np.ndarray:
        predict: Predictor = of_checkpoint(self.checkpoint) if form == "torch" else of_graph(graph)
        return predict(as_served(self.valid.images))

    def figures(self, answers: np.ndarray) -> Figures:
        scores = face_scores(answers, self.valid.votes)
        return {"FER+ valid, strict accuracy": scores.strict_accuracy, "FER+ valid, UAR": scores.macro_recall}


def forms(trained: Trained) -> FaceForms:
    return FaceForms(trained)
