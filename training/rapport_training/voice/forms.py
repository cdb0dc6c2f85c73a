"""The voice encoder in its three forms: graph `emotion` of the speech model, and its own head behind each of them."""

import json
import os
from pathlib import Path

import numpy as np
import torch

from convert.model_folder import cpu_session
from convert.quantize import quantize
from convert.whisper_graphs import Whisper, write_emotion_encoder

from ..corpora.speech import read_speech
from ..data_licences import sources_of
from ..folds import SHIPPED
from ..forms import Trained
from ..parity import Figures
from .clip_store import ClipStore
from .encoder import STATES_PER_TOKEN, TOKEN_SAMPLES, load
from .export import fill_folder, merged_variables
from .log_mel import level, log_mel
from .validation import average_recall

WINDOW_SAMPLES = 64_000
CLIPS, SMOKE_CLIPS = 400, 12
SMOKE_EVERY = 37


class VoiceForms:
    task = "speech"
    quantised = True

    def __init__(self, trained: Trained) -> None:
        self.weights = trained.weights
        self.checkpoint = trained.checkpoints / f"voice.{trained.fold}.pt"
        self.encoder = load(trained.weights, self.checkpoint, "cpu")
        self.trained = trained

    def write_fp32(self, path: Path) -> None:
        whisper = Whisper(merged_variables(self.encoder, self.weights))
        write_emotion_encoder(whisper, path, self.encoder.whisper.shares().tolist())

    def write_served(self, fp32: Path, path: Path) -> None:
        quantize(fp32, path)

    def write_folder(self, served: Path, folder: Path) -> None:
        notes = torch.load(self.checkpoint, map_location="cpu", weights_only=True)["notes"]
        manifest = json.loads((folder / "model.json").read_text())
        fill_folder(served, folder, manifest, notes, sources_of("voice", self.trained.data))

    def _windows(self) -> tuple[list[torch.Tensor], np.ndarray]:
        """Levelled windows [samples] from the middle of clips, and their labels: of the speakers that the fold leaves out;
        of the shipped model, which leaves out none, of all."""
        trained = self.trained
        clips = read_speech(trained.data, os.cpu_count() or 1, SMOKE_EVERY if trained.smoke else 1)
        places = np.arange(len(clips))
        if trained.fold != SHIPPED:
            places = places[clips.held_out(trained.fold)]
        count = min(len(places), SMOKE_CLIPS if trained.smoke else CLIPS)
        places = np.sort(np.random.default_rng(0).permutation(places)[:count])
        store = ClipStore(clips, torch.device("cpu"))
        windows = []
        for place in places.tolist():
            length = min(int(clips.lengths[place]), WINDOW_SAMPLES) // TOKEN_SAMPLES * TOKEN_SAMPLES
            lengths = np.array([length])
            wave = store.cut(np.array([place]), (clips.lengths[[place]] - lengths) // 2, lengths)
            windows.append(level(wave, torch.from_numpy(lengths))[0])
        return windows, clips.labels[places]

    @torch.no_grad()
    def answers(self, form: str, graph: Path) -> np.ndarray:
        """One window at a time, as served: dynamic int8 takes its ranges over a batch."""
        windows, self.labels = self._windows()
        session = None if form == "torch" else cpu_session(graph)
        rows = []
        for window in windows:
            mel, _ = log_mel(window[None], torch.tensor([len(window)]))
            emo = (
                self.encoder.whisper(mel)
                if session is None
                else torch.from_numpy(session.run(["emo"], {"mel": mel.numpy()})[0])
            )
            count = len(window) // TOKEN_SAMPLES
            tokens = emo[:, : count * STATES_PER_TOKEN].float().reshape(1, count, STATES_PER_TOKEN, -1).mean(2)
            mask = torch.ones(1, count, dtype=torch.bool)
            rows.append(self.encoder.emotion_logits(tokens, mask).softmax(1)[0].numpy())
        return np.stack(rows)

    def figures(self, answers: np.ndarray) -> Figures:
        of = "clips it was trained on, for comparison only" if self.trained.fold == SHIPPED else "held-out speakers"
        return {f"UAR, {len(answers)} windows of {of}": average_recall(self.labels, answers.argmax(1))}


def forms(trained: Trained) -> VoiceForms:
    return VoiceForms(trained)
