"""RESEARCH RUN, not served: the same network with RAVDESS action units as face input, 8 classes, folds by actor.

    python -m rapport_training.fusion.research_au --data D --weights W --encoders O --out O --served MODELS --steps 120

For every fold a fusion network and the two of one modality, all on the same voice: that of the encoder of the fold (`fold`;
with --served the int8 graph, which no fold has trained) or of the untouched start weights (`start`). There is one vector of
action units a take, and so the voice is one token too: mean and deviation of its tokens of 200 ms. Twice: as the takes are, and
`centred`, with the mean of all takes of an actor taken out of voice and action units: what a baseline of a person could give at
best, for it knows all that the person will say (no label is used). OUT/research_au.json has every fold;
OUT/research-runs.json keeps each, and a command that was interrupted goes on behind the last one.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..atomic_file import write_text_atomically
from ..folds import FOLDS
from .answers import logits_of, voice_tokens
from .config import FusionConfig
from .feature_source import FeatureSource
from .features import VoiceFeatures
from .kept_runs import KeptRuns
from .options import add_options, source_of
from .real_pairs import ActionUnits, RealPairs, held_clips, read_action_units, unit_tokens
from .thinned import one_voice_token
from .trainer import train

CONFIG = FusionConfig(
    batch=128, dropout=0.35, distillation=0.0, voice_mix=0.0, speaker_shift=0.0, mixing=0.0, alone=0.35,
    modality_dropout=0.2, learning_rate=2e-3, weight_decay=0.1, progressive=False, statistics="",
)  # fmt: skip
SMOKE_STEPS = 4
SEED = 5
CENTRED = "centred"
WAYS = ("as they are", CENTRED)


def accuracy(logits: Tensor, labels: Tensor) -> float:
    return (logits.argmax(1) == labels).float().mean().item()


def of_takes(voice: VoiceFeatures, units: ActionUnits) -> VoiceFeatures:
    """The rows of RAVDESS, each with one token."""
    return one_voice_token(voice.part((units.label[voice.clip] >= 0).nonzero().squeeze(1)))


def centred(voice: VoiceFeatures, units: ActionUnits) -> tuple[VoiceFeatures, ActionUnits]:
    """Takes less the mean of their actor; of voice that of the channel's."""
    tokens, moved = voice.tokens.clone(), units.units.clone()
    for speaker in voice.speaker.unique():
        own = voice.speaker == speaker
        for channel in voice.channel[own].unique():
            rows = own & (voice.channel == channel)
            tokens[rows] = voice.tokens[rows] - voice.tokens[rows].mean(0)
        clips = voice.clip[own].unique()
        moved[clips] = units.units[clips] - units.units[clips].mean(0)
    return replace(voice, tokens=tokens), replace(units, units=moved)


def one_fold(
    voice: VoiceFeatures,
    units: ActionUnits,
    config: FusionConfig,
    device: torch.device,
    seconds: float,
    steps: int | None,
    seeds: Sequence[int] = (SEED,),
) -> dict[str, float]:
    """Accuracy on the held-out actors: fusion with both and with either, and the models of one modality. Of several seeds
    the logits of the networks are added up."""
    rows, clips, labels = held_clips(voice, units)
    given = {"voice": voice_tokens(voice, rows), "face": unit_tokens(units, clips)}
    found: dict[str, Tensor] = {}
    for names, share in ((("voice", "face"), 0.5), (("voice",), 0.3), (("face",), 0.2)):
        pool = RealPairs(voice, units, names)
        for seed in seeds:
            left = seconds * share / len(seeds)
            net, _ = train(pool, config, seed=seed, device=device, seconds=left, steps=steps)
            for shown in {names: 0, ("voice",): 0, ("face",): 0} if len(names) == 2 else {names: 0}:
                logits = logits_of(net, {name: given[name] for name in shown})
                key = f"fusion, {'+'.join(shown)}" if len(names) == 2 else f"{names[0]} model"
                found[key] = found.get(key, 0) + logits.log_softmax(1)
    return {key: accuracy(logits, labels) for key, logits in found.items()}


def summary(by_fold: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    found = {}
    for key in by_fold[0]:
        values = torch.tensor([fold[key] for fold in by_fold])
        spread = values.std().item() if len(values) > 1 else 0.0
        found[key] = {"mean": round(values.mean().item(), 4), "sd": round(spread, 4)}
    return found


def run(source: FeatureSource, args: argparse.Namespace) -> dict[str, Any]:
    started = time.monotonic()
    folds, voices, seeds = args.folds.split(","), args.voices.split(","), [int(s) for s in args.seeds.split(",")]
    kept = KeptRuns(args.out / "research-runs.json")
    plain = read_action_units(source.data, source.device, source.every_clip)
    config = CONFIG.but(batch=16) if source.smoke else CONFIG
    steps = SMOKE_STEPS if source.smoke else args.steps
    todo = [(which, way, fold) for way in args.ways.split(",") for which in voices for fold in folds]
    results: dict[str, list[dict[str, float]]] = {}
    report: dict[str, Any] = {
        "what": "research run, not served: RAVDESS voice and action units, 8 classes, unseen actors",
        "steps": steps, "seeds": seeds, "config": config.as_dict(),
    }  # fmt: skip
    for done, (which, way, fold) in enumerate(todo):
        name = f"{way}, voice of the {which}"
        key = f"{name}, fold {fold}, steps {steps}, seeds {seeds}, {config}"
        if kept.get(key) is None:
            voice = of_takes(source.voice(fold) if which == "fold" else source.voice_of_start_weights(fold), plain)
            given = centred(voice, plain) if way == CENTRED else (voice, plain)
            seconds = (started + args.budget_seconds - time.monotonic()) / (len(todo) - done) * 0.9
            kept.put(key, one_fold(*given, config, source.device, max(seconds, 1.0), steps, seeds))
        results.setdefault(name, []).append(kept.get(key))
        print(f"research, {name}, fold {fold}: {results[name][-1]}", flush=True)
        report[name] = summary(results[name]) | {"folds": results[name]}
        write_text_atomically(args.out / "research_au.json", json.dumps(report, indent=1))
    for key in results:
        print(f"research, {key}: {summary(results[key])}", flush=True)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 60)
    parser.add_argument("--folds", default=",".join(FOLDS))
    parser.add_argument("--voices", default="fold")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--seeds", default=str(SEED), help="networks whose answers are added up")
    parser.add_argument("--steps", type=int, help="of each network; default: what the budget holds")
    args = parser.parse_args()
    run(source_of(args), args)


if __name__ == "__main__":
    main()
