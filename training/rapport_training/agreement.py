"""What Python says of the windows, faces and texts that `npm run eval -- agreement` has put into a folder.

    python -m rapport_training.agreement DIR

Reads DIR/items.jsonl (task, models, truth, and samples or text), voice.pcm and faces.u8, in the order of the items; writes
DIR/answers.jsonl (answer, probabilities). Log-mel, tokenizer, graphs and calibration are those of the training, so that
agreement says that what is served is what was trained.
"""

import argparse
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from convert.model_folder import ModelFolder, folder_of

from .atomic_file import write_text_atomically
from .corpora.faces import FACE_SIZE_PX
from .fusion.served_encoders import ServedVoice
from .labels import EMOTIONS
from .text.token_pool import open_tokenizer
from .voice.log_mel import level

OUT_OF_SCOPE = "out of scope"
Answer = tuple[str, np.ndarray]


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


class Models:
    """One set of models, as the service loads it."""

    def __init__(self, models: Path) -> None:
        self.fusion, self.text, self.face = (
            ModelFolder(folder_of(models, task)) for task in ("fusion", "text", "expression")
        )
        self.voice = ServedVoice(models, threads=1)
        self.tokenizer = open_tokenizer(self.text.path)

    def emotion(self, modality: str, tokens: np.ndarray) -> Answer:
        """Of fusion with one modality, tokens [n, width]: the answer and the calibrated probabilities of EMOTIONS."""
        inputs = self.fusion.manifest["graphs"]["model"]["inputs"]
        widths = {i["name"]: i["shape"][-1] for i in inputs if not i["name"].endswith("_mask")}
        feeds: dict[str, np.ndarray] = {}
        for name, width in widths.items():
            present = name == modality
            feeds[name] = tokens[None] if present else np.zeros((1, 1, width))
            feeds[f"{name}_mask"] = np.ones((1, len(tokens))) if present else np.zeros((1, 1))
        logits = self.fusion.run("model", feeds)["emotion"][0]
        scaled = softmax(logits / self.fusion.manifest["parameters"]["temperatures"][modality])
        labels = self.fusion.manifest["labels"]
        probabilities = np.array([scaled[labels.index(name)] for name in EMOTIONS])
        return EMOTIONS[int(probabilities.argmax())], probabilities

    def hear(self, pcm: np.ndarray) -> Answer:
        wave = torch.from_numpy(pcm.astype(np.float32) / 0x8000)[None]
        lengths = torch.tensor([len(pcm)])
        tokens, mask = self.voice.tokens(level(wave, lengths), lengths)
        return self.emotion("voice", tokens[0, : int(mask[0].sum())].numpy())

    def see(self, pixels: np.ndarray) -> Answer:
        parameters = self.face.manifest["parameters"]
        # in doubles, as JavaScript counts: whole grey values lie between two steps of the graph's 8 bits, where the last
        # bit of a float32 decides which of them is taken
        scaled = pixels.astype(np.float64) / parameters["valueScale"] + parameters["valueOffset"]
        return self.emotion("face", self.face.run("model", {"face": scaled[None, None]})["feat"])

    def read(self, text: str) -> dict[str, np.ndarray]:
        ids = np.array([self.tokenizer.encode(text).ids])
        return self.text.run("model", {"input_ids": ids, "attention_mask": np.ones_like(ids)})

    def intent(self, embedding: np.ndarray) -> Answer:
        """Cosines to the prototypes, scaled; out of scope where its prototype is likelier than the manifest allows."""
        manifest = self.text.manifest
        arrays = np.load(self.text.path / manifest["assets"]["prototypes"]["file"])
        rows = np.concatenate([arrays["prototypes"], arrays["outOfScope"]])
        cosines = (rows / np.linalg.norm(rows, axis=1, keepdims=True)) @ (embedding / np.linalg.norm(embedding))
        scores = softmax(cosines * manifest["parameters"]["intentScale"])
        if scores[-1] > manifest["parameters"]["outOfScopeMinProbability"]:
            return OUT_OF_SCOPE, scores[:-1]
        return manifest["intents"][int(scores[:-1].argmax())], scores[:-1]


@cache
def models_of(path: str) -> Models:
    return Models(Path(path))


def answers_to(items: list[dict[str, Any]], sound: np.ndarray, faces: np.ndarray) -> Iterator[Answer]:
    heard = seen = 0
    for item in items:
        models = models_of(item["models"])
        if item["task"] == "voice":
            yield models.hear(sound[heard : heard + item["samples"]])
            heard += item["samples"]
        elif item["task"] == "face":
            yield models.see(faces[seen])
            seen += 1
        elif item["task"] == "text":
            yield models.emotion("text", models.read(item["text"])["tokens"][0])
        else:
            yield models.intent(models.read(item["text"])["embedding"][0])


def answer_all(folder: Path) -> int:
    """Returns how many answers were written."""
    items = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]
    sound = np.fromfile(folder / "voice.pcm", "<i2")
    faces = np.fromfile(folder / "faces.u8", np.uint8).reshape(-1, FACE_SIZE_PX, FACE_SIZE_PX)
    lines = [
        json.dumps({"answer": answer, "probabilities": [float(p) for p in probabilities]})
        for answer, probabilities in answers_to(items, sound, faces)
    ]
    write_text_atomically(folder / "answers.jsonl", "\n".join(lines))
    return len(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    torch.set_num_threads(1)
    print(answer_all(parser.parse_args().folder), "answers by Python")


if __name__ == "__main__":
    main()
