"""The encoders as the service runs them: the int8 graphs of a models folder, one window or text at a time.

Dynamic int8 takes its range over everything that it is given, so a batch would have other numbers than a single window.
Each stands in for the PyTorch encoder of its name; voice has no head of its own there, so its labels are the teacher.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from convert.model_folder import ModelFolder, folder_of

from ..labels import EMOTIONS
from ..text.token_pool import open_tokenizer
from ..voice.encoder import STATES_PER_TOKEN, TOKEN_SAMPLES
from ..voice.log_mel import STATE_SAMPLES, log_mel

FACE_BATCH = 64
"""The face graph is static int8: a batch changes nothing."""
SUREST = 1e-5
"""Probabilities are kept this far from 0 and 1 before they become logits."""


class ServedVoice:
    """`threads` windows side by side, each in one thread as in service."""

    def __init__(self, models: Path, threads: int) -> None:
        self.folder = folder_of(models, "speech")
        model = ModelFolder(self.folder)
        graph = "emotion" if "emotion" in model.manifest["graphs"] else "encoder"  # as the service chooses
        self.file = self.folder / model.manifest["graphs"][graph]["file"]
        self.session = model.session(graph)
        self.width = model.manifest["parameters"].get("emotionWidth", model.manifest["parameters"]["encoderWidth"])
        self.pool = ThreadPoolExecutor(threads)

    def tokens(self, waves: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """waves [b, samples] levelled, of which lengths [b] count -> tokens [b, n, width], mask [b, n]."""
        items = [wave[: int(n) // STATE_SAMPLES * STATE_SAMPLES] for wave, n in zip(waves, lengths, strict=True)]
        found = list(self.pool.map(self._window, items))
        tokens = torch.zeros(len(items), max(1, waves.shape[1] // TOKEN_SAMPLES), found[0].shape[1])
        mask = torch.zeros(tokens.shape[:2])
        for row, own in enumerate(found):
            tokens[row, : len(own)], mask[row, : len(own)] = own, 1
        return tokens, mask

    def _window(self, wave: Tensor) -> Tensor:
        """[n, width] of one window."""
        mel, _ = log_mel(wave[None], torch.tensor([len(wave)]))
        (emo,) = self.session.run(["emo"], {"mel": mel.numpy()})
        count = len(wave) // TOKEN_SAMPLES
        return torch.from_numpy(emo[0, : count * STATES_PER_TOKEN]).unflatten(0, (count, STATES_PER_TOKEN)).mean(1)

    def emotion_logits(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """It has no head: every emotion alike."""
        return torch.zeros(len(tokens), len(EMOTIONS))


class ServedText:
    def __init__(self, models: Path, threads: int) -> None:
        self.folder = folder_of(models, "text")
        self.session = ModelFolder(self.folder).session("model")
        self.tokenizer = open_tokenizer(self.folder)
        self.pool = ThreadPoolExecutor(threads)
        self._last = lru_cache(maxsize=1)(self._each)

    def tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """-> [b, t, 384] and the mask [b, t]."""
        found = [tokens for tokens, _, _ in self._last(tuple(texts))]
        mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(own)) for own in found], batch_first=True)
        return torch.nn.utils.rnn.pad_sequence(found, batch_first=True), mask

    def emotion_logits(self, texts: Sequence[str]) -> Tensor:
        """[b, 7], of independent sigmoids."""
        return torch.stack([probabilities for _, probabilities, _ in self._last(tuple(texts))]).logit(SUREST)

    def embedding(self, texts: Sequence[str]) -> Tensor:
        """[b, 384], L2 norm 1."""
        return torch.stack([embedding for _, _, embedding in self._last(tuple(texts))])

    def _each(self, texts: tuple[str, ...]) -> list[tuple[Tensor, Tensor, Tensor]]:
        return list(self.pool.map(self._text, texts))

    def _text(self, text: str) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens [t, 384], probabilities [7], embedding [384]."""
        ids = torch.tensor([self.tokenizer.encode(text).ids])
        feed = {"input_ids": ids.numpy(), "attention_mask": torch.ones_like(ids).numpy()}
        tokens, emotion, embedding = self.session.run(["tokens", "emotion", "embedding"], feed)
        return torch.from_numpy(tokens[0]), torch.from_numpy(emotion[0]), torch.from_numpy(embedding[0])


class ServedFace:
    def __init__(self, models: Path) -> None:
        self.folder = folder_of(models, "expression")
        self.model = ModelFolder(self.folder)
        self.last: tuple[Tensor, Tensor, Tensor] | None = None
        labels = self.model.manifest["labels"]
        self.places = [labels.index({"joy": "happiness"}.get(name, name)) for name in EMOTIONS]

    def features(self, images: Tensor) -> Tensor:
        """images [b, 1, 48, 48] in -1..1 -> [b, width]"""
        return self._both(images)[0]

    def emotion_logits(self, images: Tensor) -> Tensor:
        """[b, 7]"""
        return self._both(images)[1][:, self.places].clamp_min(SUREST).log()

    def _both(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features and the probabilities of the graph's own labels; of the same tensor they are not computed twice."""
        if self.last is None or self.last[0] is not images:
            session = self.model.session("model")
            parts = [session.run(["feat", "probs8"], {"face": part.numpy()}) for part in images.split(FACE_BATCH)]
            feat, probabilities = (torch.from_numpy(np.concatenate(part)) for part in zip(*parts, strict=True))
            self.last = images, feat, probabilities
        return self.last[1:]
