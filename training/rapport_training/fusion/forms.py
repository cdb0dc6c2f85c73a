"""The fusion network as PyTorch and as its graph, which is served in fp32: 8 bits would save nothing of a millisecond."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from convert.model_folder import cpu_session

from ..forms import Trained
from ..labels import EMOTIONS
from ..parity import Figures
from .answers import Tokens, all_frames, logits_of, text_tokens, voice_tokens
from .export import fill_folder, write_graph
from .feature_source import FeatureSource
from .scores import score
from .stored import checkpoint_path, load

ROWS = 600
SEED = 5
FEATURES = "features"


class FusionForms:
    task = "fusion"
    quantised = False

    def __init__(self, trained: Trained) -> None:
        self.trained = trained
        self.net, self.notes = load(checkpoint_path(trained.checkpoints, trained.fold))

    def write_fp32(self, path: Path) -> None:
        write_graph(self.net, path)

    def write_served(self, fp32: Path, path: Path) -> None:
        shutil.copyfile(fp32, path)

    def write_folder(self, served: Path, folder: Path) -> None:
        fill_folder(self.net, self.notes, served, json.loads((folder / "model.json").read_text()), folder)

    def _cases(self) -> list[tuple[Tokens, Tensor]]:
        """Validation rows of each modality alone, with their labels."""
        trained = self.trained
        cache = trained.checkpoints.parent / FEATURES
        threads = os.cpu_count() or 1
        source = FeatureSource(
            trained.data, trained.weights, trained.checkpoints, torch.device("cpu"), cache, trained.smoke, threads
        )
        features = source.fold(trained.fold)
        generator = torch.Generator().manual_seed(SEED)

        def some(count: int) -> Tensor:
            return torch.randperm(count, generator=generator)[:ROWS]

        voice, face, text = (
            some(len(features.voice.label)),
            some(len(features.valid_face.label)),
            some(len(features.valid_text.label)),
        )
        frames, mask = all_frames(features.valid_face)
        return [
            ({"voice": voice_tokens(features.voice, voice)}, features.voice.label[voice]),
            ({"face": (frames[face], mask[face])}, features.valid_face.label[face]),
            ({"text": text_tokens(features.valid_text, text)}, features.valid_text.label[text]),
        ]

    def answers(self, form: str, graph: Path) -> np.ndarray:
        """[rows, 7] probabilities, the modalities one after another."""
        cases = self._cases()
        self.counts = [len(labels) for _, labels in cases]
        self.labels = torch.cat([labels for _, labels in cases])
        if form == "torch":
            logits = torch.cat([logits_of(self.net, given) for given, _ in cases])
        else:
            session = cpu_session(graph)
            logits = torch.cat([torch.from_numpy(session.run(["emotion"], self._feed(given))[0]) for given, _ in cases])
        return logits.softmax(1).numpy()

    def _feed(self, given: Tokens) -> dict[str, np.ndarray]:
        count = len(next(iter(given.values()))[0])
        feed = {}
        for name in self.net.names:
            empty = torch.zeros(count, 1, self.net.widths[name]), torch.zeros(count, 1)
            tokens, mask = given.get(name, empty)
            feed |= {name: tokens.float().numpy(), f"{name}_mask": mask.float().numpy()}
        return feed

    def figures(self, answers: np.ndarray) -> Figures:
        parts = torch.from_numpy(answers).split(self.counts)
        labels = self.labels.split(self.counts)
        scores = zip(self.net.names, parts, labels, strict=True)
        return {f"{name} alone, UAR": score(part, own, EMOTIONS).uar for name, part, own in scores}


def forms(trained: Trained) -> FusionForms:
    return FusionForms(trained)
