"""The text encoder in its three forms."""

import json
from pathlib import Path

import numpy as np
import torch

from convert.model_folder import cpu_session

from ..corpora.texts import read_texts
from ..forms import Trained
from ..labels import EMOTIONS
from ..parity import Figures
from .encoder import load
from .export import export_fp32, export_int8, fill_folder
from .figures import decide_emotions, f1_scores
from .text_checkpoint import read_heads
from .token_pool import open_tokenizer

TEXTS, SMOKE_TEXTS = 1500, 60


class TextForms:
    task = "text"
    quantised = True

    def __init__(self, trained: Trained) -> None:
        self.weights, self.checkpoint = trained.weights, trained.checkpoints
        self.heads = read_heads(self.checkpoint)
        self.model = load(self.weights, self.checkpoint, "cpu")
        rows = read_texts(trained.data, "goemotions", "dev")[: SMOKE_TEXTS if trained.smoke else TEXTS]
        self.texts = [row.text for row in rows]
        self.truth = np.array([[name in row.labels for name in EMOTIONS] for row in rows])

    def write_fp32(self, path: Path) -> None:
        export_fp32(self.model.net, self.weights, path)

    def write_served(self, fp32: Path, path: Path) -> None:
        export_int8(fp32, path)

    def write_folder(self, served: Path, folder: Path) -> None:
        fill_folder(served, self.heads, json.loads((folder / "model.json").read_text()), folder)

    @torch.no_grad()
    def answers(self, form: str, graph: Path) -> np.ndarray:
        """One text at a time, as served: dynamic int8 takes its ranges over a batch."""
        tokenizer = open_tokenizer(self.weights)
        run = None if form == "torch" else cpu_session(graph)
        rows = []
        for text in self.texts:
            ids = np.array([tokenizer.encode(text).ids])
            mask = np.ones_like(ids)
            if run is None:
                logits = self.model.net(torch.from_numpy(ids), torch.from_numpy(mask).float())[0]
                rows.append(logits.sigmoid().numpy()[0])
            else:
                rows.append(run.run(["emotion"], {"input_ids": ids, "attention_mask": mask})[0][0])
        return np.stack(rows)

    def figures(self, answers: np.ndarray) -> Figures:
        decided = decide_emotions(answers, np.array(self.heads["emotion_thresholds"]))
        return {"GoEmotions dev, Ekman macro-F1": float(f1_scores(self.truth, decided).mean())}


def forms(trained: Trained) -> TextForms:
    return TextForms(trained)
