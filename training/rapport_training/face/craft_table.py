"""What the blends and operations on pictures bought: a small expression encoder, one piece left out at a time.

    python -m rapport_training.face.craft_table --data D --out O

A network of the served shape with a quarter of its channels, trained for a few epochs on a part of FER+ with the whole
recipe (`augment.py`) or without one piece of it; scored on the valid split. Augmentation pays the more the longer one
trains, so a short schedule shows the least that it buys. Three seeds, each with pictures of its own. OUT/face_craft.json;
OUT/face-craft-runs.json keeps every run, and a command that was interrupted goes on behind the last one.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ..atomic_file import write_text_atomically
from ..corpora.faces import FACE_LABELS, VotedFaces, read_faces, vote_targets
from ..craft.rand_augment import RandAugment
from ..randomness import fix_seeds
from .augment import FaceAugment
from .encoder import FaceConfig, FaceEncoder
from .fitting import FaceRecipe, TrainingFaces, fit, rarity_weights
from .pace import StepPace
from .scores import face_scores, voted_class
from .train import logits_of

SMALL = FaceConfig(widths=(8, 12, 24, 48, 64))
PICTURES, VALIDATED, EPOCHS, BATCH = 6000, 1500, 8, 128
FULL = FaceAugment()
VARIANTS = {
    "nothing": FULL,
    "RandAugment": replace(FULL, rand_augment=RandAugment(picks=0)),
    "MixUp": replace(FULL, mixup_chance=0.0),
    "CutMix": replace(FULL, cutmix_chance=0.0),
}
"""By what is left out."""


class Silent:
    """Looks at nothing before the end."""

    def due(self, step: int) -> bool:
        return False

    def report(self, network: FaceEncoder, step: int, progress: float, loss: float) -> None:
        pass


def some(faces: VotedFaces, count: int, seed: int) -> VotedFaces:
    rows = np.random.default_rng(seed).permutation(len(faces))[:count]
    return VotedFaces(faces.images[rows], faces.votes[rows])


def one_run(train: VotedFaces, valid: VotedFaces, augment: FaceAugment, seed: int, epochs: int) -> dict[str, float]:
    fix_seeds(seed)
    recipe = FaceRecipe(batch=BATCH, augment=augment, seed=seed, average_decay=0.98)
    weights = rarity_weights(voted_class(train.votes), len(FACE_LABELS), recipe.rarity)
    data = TrainingFaces(*(torch.from_numpy(a) for a in (train.images, vote_targets(train.votes), weights)))
    network = fit(FaceEncoder(SMALL), data, recipe, StepPace(max(1, epochs * len(data) // BATCH)), Silent())
    scores = face_scores(logits_of(network, torch.from_numpy(valid.images)).numpy(), valid.votes)
    found = {"accuracy": scores.strict_accuracy, "macro-recall": scores.macro_recall}
    return found | {"mean": sum(found.values()) / len(found)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--pictures", type=int, default=PICTURES)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    splits = read_faces(args.data)
    path = args.out / "face-craft-runs.json"
    kept: dict[str, dict[str, float]] = json.loads(path.read_text()) if path.exists() else {}
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in VARIANTS}
    for seed in (int(seed) for seed in args.seeds.split(",")):
        train, valid = some(splits["train"], args.pictures, seed), some(splits["valid"], VALIDATED, seed)
        for name, augment in VARIANTS.items():
            key = f"without {name}, seed {seed}, {args.pictures} pictures, {args.epochs} epochs"
            if key not in kept:
                kept[key] = one_run(train, valid, augment, seed, args.epochs)
                write_text_atomically(path, json.dumps(kept, indent=1))
            rows[name].append(kept[key])
            print(f"face craft, {key}: {kept[key]}", flush=True)
    report = {"what": "FER+ valid", "pictures": args.pictures, "epochs": args.epochs, "without": rows}
    write_text_atomically(args.out / "face_craft.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
