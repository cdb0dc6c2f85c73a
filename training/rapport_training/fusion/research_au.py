"""RESEARCH RUN, not served: the same network with RAVDESS action units as face input, 8 classes, folds by actor.

    python -m rapport_training.fusion.research_au --data D --weights W --encoders O --out O --device cuda --budget-seconds 60

For every fold a fusion network and the two of one modality, the voice of which is the fold's encoder (`fold`) or the
untouched start weights (`start`); OUT/research_au.json holds mean and deviation over the folds.
"""

import argparse
import json
import time
from typing import Any

import torch
from torch import Tensor

from ..atomic_file import write_atomically
from ..folds import FOLDS
from .answers import logits_of, voice_tokens
from .config import FusionConfig
from .feature_source import FeatureSource
from .features import VoiceFeatures
from .options import add_options, source_of
from .real_pairs import ActionUnits, RealPairs, held_clips, read_action_units, unit_tokens
from .trainer import train

CONFIG = FusionConfig(
    batch=192, dropout=0.35, distillation=0.0, voice_mix=0.0, speaker_shift=0.0, mixing=0.0, alone=0.35,
    modality_dropout=0.2, learning_rate=1e-3, weight_decay=0.1, progressive=False,
)  # fmt: skip
SMOKE_STEPS = 4
SEED = 5


def accuracy(logits: Tensor, labels: Tensor) -> float:
    return (logits.argmax(1) == labels).float().mean().item()


def one_fold(
    voice: VoiceFeatures,
    units: ActionUnits,
    config: FusionConfig,
    device: torch.device,
    seconds: float,
    steps: int | None,
) -> dict[str, float]:
    """Accuracy on the held-out actors: fusion with both and with either, and the models of one modality."""
    rows, clips, labels = held_clips(voice, units)
    given = {"voice": voice_tokens(voice, rows), "face": unit_tokens(units, clips)}
    found: dict[str, float] = {}
    for names, share in ((("voice", "face"), 0.5), (("voice",), 0.3), (("face",), 0.2)):
        net, _ = train(
            RealPairs(voice, units, names), config, seed=SEED, device=device, seconds=seconds * share, steps=steps
        )
        for shown in {names: 0, ("voice",): 0, ("face",): 0} if len(names) == 2 else {names: 0}:
            logits = logits_of(net, {name: given[name] for name in shown})
            key = f"fusion, {'+'.join(shown)}" if len(names) == 2 else f"{names[0]} model"
            found[key] = accuracy(logits, labels)
    return found


def summary(by_fold: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    found = {}
    for key in by_fold[0]:
        values = torch.tensor([fold[key] for fold in by_fold])
        spread = values.std().item() if len(values) > 1 else 0.0
        found[key] = {"mean": round(values.mean().item(), 4), "sd": round(spread, 4)}
    return found


def run(source: FeatureSource, budget_s: float, folds: list[str], voices: list[str]) -> dict[str, Any]:
    started, report = time.monotonic(), {}
    units = read_action_units(source.data, source.device, source.every_clip)
    config = CONFIG.but(batch=16) if source.smoke else CONFIG
    todo = [(which, fold) for which in voices for fold in folds]
    results: dict[str, list[dict[str, float]]] = {which: [] for which in voices}
    for done, (which, fold) in enumerate(todo):
        voice = source.voice(fold) if which == "fold" else source.voice_of_start_weights(fold)
        seconds = (started + budget_s - time.monotonic()) / (len(todo) - done) * 0.9
        steps = SMOKE_STEPS if source.smoke else None
        results[which].append(one_fold(voice, units, config, source.device, max(seconds, 1.0), steps))
        print(f"research, voice of the {which}, fold {fold}: {results[which][-1]}", flush=True)
        report[which] = summary(results[which]) | {"folds": results[which]}
    for which in voices:
        print(f"research, voice of the {which}: {summary(results[which])}", flush=True)
    return {"what": "research run, not served: RAVDESS voice and action units, 8 classes, unseen actors", **report}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 60)
    parser.add_argument("--folds", default=",".join(FOLDS))
    parser.add_argument("--voices", default="fold,start")
    args = parser.parse_args()
    report = run(source_of(args), args.budget_seconds, args.folds.split(","), args.voices.split(","))
    text = json.dumps(report, indent=1) + "\n"
    write_atomically(args.out / "research_au.json", lambda path: path.write_text(text) and None)


if __name__ == "__main__":
    main()
