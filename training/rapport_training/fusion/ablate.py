"""What each piece of the craft bought: a reduced schedule, one piece switched at a time, several seeds.

    python -m rapport_training.fusion.ablate --data D --weights W --encoders O --out O --steps 80,60

Each variant trains two networks: the served one on SYNTHETIC pairs, measured with one modality each (real data), and one
on the real RAVDESS pairs of voice and action units, measured with both and with either. The metric is the mean UAR over
all of these; how well a voice is told by the texts next to it in the joint space stands beside it. Every seed leaves out
the speakers of another fold, so that the spread over the seeds holds that over speakers; variants are compared seed by
seed. Windows and texts are one token each (`thinned.py`). OUT/ablation.json; OUT/ablation-runs.json keeps
every run, and a command that was interrupted goes on behind the last one. The defaults are chosen by this, so these folds
are no clean test of them.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..atomic_file import write_text_atomically
from ..labels import EMOTIONS
from .answers import joint_of, logits_of, one_frame, text_tokens, voice_tokens
from .config import FusionConfig
from .feature_source import FeatureSource
from .features import GOEMOTIONS, Features
from .kept_runs import KeptRuns
from .network import FusionNet
from .options import add_options, source_of
from .pool import VoiceTeacher
from .real_pairs import RAVDESS_EMOTIONS, ActionUnits, RealPairs, held_clips, read_action_units, unit_tokens
from .research_au import CONFIG as REAL_CONFIG
from .scores import score
from .synthetic_pairs import SyntheticPairs
from .thinned import thinned
from .trainer import train

PIECES: dict[str, dict[str, Any]] = {
    "contrastive": {"contrastive": 0.0},
    "cross_attention": {"cross_attention": False},
    "gated_fusion": {"gated_fusion": False},
    "modality_dropout": {"modality_dropout": 0.0},
    "cross_modal_mixing": {"mixing": 0.0},
    "loss_balance": {"balance": 0.0},
    "progressive": {"progressive": False},
    "distillation": {"distillation": 0.0},
    "voice_mix": {"voice_mix": 0.0},
    "speaker_shift": {"speaker_shift": 0.0},
}
"""Every piece by the setting that takes it out of the full recipe."""

ALL_ON = FusionConfig(
    contrastive=0.1, cross_attention=True, gated_fusion=True, modality_dropout=0.35, mixing=0.15, balance=0.5,
    progressive=True, distillation=0.6, voice_mix=0.5, voice_part=0.0, speaker_shift=0.5, statistics="", width=64, batch=96,
)  # fmt: skip
"""Of half the width and a fifth of the batch that is shipped: a reduced schedule. There are no parts of a single
token, and it holds the statistics already."""
ON_REAL_PAIRS = (
    "contrastive", "cross_attention", "gated_fusion", "modality_dropout", "mixing", "balance", "progressive",
)  # fmt: skip
"""Switches that the research run has too; by the others its network stays as it is."""
REAL_SHARE = 0.3
"""Share of a variant's time that the real pairs get."""
TIMED_STEPS, SMOKE_STEPS = 30, 3
JOINT_SPACE = "joint space, voice by texts"

Row = dict[str, float]


def real_recipe(config: FusionConfig) -> FusionConfig:
    """The switches of `config` on the schedule of the research run."""
    switches = {name: getattr(config, name) for name in ON_REAL_PAIRS}
    return REAL_CONFIG.but(**switches, width=config.width, batch=min(REAL_CONFIG.batch, config.batch))


def synthetic_figures(net: FusionNet, features: Features) -> dict[str, float]:
    voice, text = features.voice, features.valid_text
    held = voice.held.nonzero().squeeze(1)
    logits = logits_of(net, {"voice": voice_tokens(voice, held)})
    corpora = [
        score(logits[voice.corpus[held] == c], voice.label[held][voice.corpus[held] == c], EMOTIONS).uar for c in (0, 1)
    ]
    face = score(logits_of(net, {"face": one_frame(features.valid_face)}), features.valid_face.label, EMOTIONS).uar
    rows = (text.kind == GOEMOTIONS).nonzero().squeeze(1)
    said = {"text": text_tokens(text, rows)}
    words = score(logits_of(net, said), text.label[rows], EMOTIONS).uar
    by_texts = voices_by_texts(
        joint_of(net, {"voice": voice_tokens(voice, held)})[0],
        voice.label[held],
        joint_of(net, said)[0],
        text.label[rows],
    )
    return {"voice ravdess": corpora[0], "voice nemo": corpora[1], "face": face, "text": words, JOINT_SPACE: by_texts}


def voices_by_texts(voices: Tensor, labels: Tensor, texts: Tensor, text_labels: Tensor) -> float:
    """UAR when a voice gets the emotion whose texts lie nearest in the joint space, by their mean: both [n, width]."""
    means = torch.stack([texts[text_labels == k].mean(0) for k in range(len(EMOTIONS))])
    return score(voices @ F.normalize(means, dim=1).T, labels, EMOTIONS).uar


def real_figures(net: FusionNet, features: Features, units: ActionUnits) -> dict[str, float]:
    rows, clips, labels = held_clips(features.voice, units)
    given = {"voice": voice_tokens(features.voice, rows), "face": unit_tokens(units, clips)}
    shown = (("voice", "face"), ("voice",), ("face",))
    return {
        f"real pairs, {'+'.join(names)}": score(
            logits_of(net, {n: given[n] for n in names}), labels, RAVDESS_EMOTIONS
        ).uar
        for names in shown
    }


class Ablation:
    """Variants on the speakers of one fold."""

    def __init__(self, source: FeatureSource, fold: str) -> None:
        self.device = source.device
        self.features = thinned(source.fold(fold))
        self.units = read_action_units(source.data, self.device, source.every_clip)
        teacher: VoiceTeacher | None = source.voice_teacher(fold)
        self.synthetic = SyntheticPairs(self.features, teacher)
        self.real = RealPairs(self.features.voice, self.units)
        self._real: dict[tuple[str, int], Row] = {}

    def variant(self, config: FusionConfig, seed: int, steps: tuple[int, int]) -> Row:
        """UAR of every case, and their mean."""
        net, _ = train(self.synthetic, config, seed=seed, device=self.device, steps=steps[0])
        found = synthetic_figures(net, self.features) | self._on_real_pairs(real_recipe(config), seed, steps[1])
        cases = [value for name, value in found.items() if name != JOINT_SPACE]
        return found | {"mean": sum(cases) / len(cases)}

    def _on_real_pairs(self, config: FusionConfig, seed: int, steps: int) -> Row:
        """A recipe that is the same in several variants is trained once."""
        key = (repr(config), seed)
        if key not in self._real:
            net, _ = train(self.real, config, seed=seed, device=self.device, steps=steps)
            self._real[key] = real_figures(net, self.features, self.units)
        return self._real[key]

    def steps_within(self, seconds: float, config: FusionConfig) -> tuple[int, int]:
        """Steps of both trainings that fit, by the speed of a few; the same for every variant."""
        found = []
        for pool, recipe, share in (
            (self.synthetic, config, 1 - REAL_SHARE),
            (self.real, real_recipe(config), REAL_SHARE),
        ):
            for counted in (5, TIMED_STEPS):
                began = time.monotonic()
                train(pool, recipe, seed=0, device=self.device, steps=counted)
            found.append(max(60, int(seconds * share / ((time.monotonic() - began) / TIMED_STEPS))))
        return found[0], found[1]


def run(
    source: FeatureSource,
    out: Path,
    budget_s: float,
    folds: list[str],
    seeds: list[int],
    steps: tuple[int, int] | None = None,
    batch: int = ALL_ON.batch,
    only: list[str] | None = None,
) -> dict[str, Any]:
    """Seed i leaves out fold i of `folds`, and begins again with the first where there are more seeds. only: of PIECES."""
    started = time.monotonic()
    config = ALL_ON.but(batch=16 if source.smoke else batch)
    variants = {"all on": config} | {f"without {name}": config.but(**PIECES[name]) for name in only or PIECES}
    runs, kept = len(seeds) * len(variants), KeptRuns(out / "ablation-runs.json")
    rows: dict[str, list[Row]] = {name: [] for name in variants}
    for place, seed in enumerate(seeds):
        fold = folds[place % len(folds)]
        ablation: Ablation | None = None
        if source.smoke:
            steps = (SMOKE_STEPS, SMOKE_STEPS)
        elif steps is None:
            ablation = Ablation(source, fold)
            steps = ablation.steps_within((budget_s - (time.monotonic() - started)) * 0.85 / runs, config)
        print(f"ablation, fold {fold}: {len(variants)} runs of {steps[0]} and {steps[1]} steps", flush=True)
        for name, changed in variants.items():
            key = f"{name}, seed {seed}, fold {fold}, steps {steps[0]}+{steps[1]}, {changed}"
            row = kept.get(key)
            if row is None:
                ablation = ablation or Ablation(source, fold)
                row = ablation.variant(changed, seed, steps)
                kept.put(key, row)
            rows[name].append(row)
            print(f"ablation, seed {seed}, {name}: mean UAR {row['mean']:.4f}", flush=True)
    described = {
        "folds": folds,
        "seeds": seeds,
        "steps": list(steps or ()),
        "batch": config.batch,
        "metric": "mean UAR",
    }
    return described | {"variants": table(rows)}


def table(rows: dict[str, list[Row]]) -> dict[str, Any]:
    """Mean and deviation over the seeds by case; `bought` is what the full recipe has more than the variant, seed by seed
    (lowest and highest seed beside it): of the mean, and of every case."""
    found: dict[str, Any] = {}
    for name, runs in rows.items():
        cases = {case: torch.tensor([run[case] for run in runs]) for case in runs[0]}
        found[name] = {
            "seeds": len(runs),
            "mean": {case: round(v.mean().item(), 4) for case, v in cases.items()},
            "sd": {case: round(v.std().item(), 4) if len(v) > 1 else None for case, v in cases.items()},
        }
        gains = {
            case: [full[case] - run[case] for full, run in zip(rows["all on"], runs, strict=True)] for case in cases
        }
        found[name]["bought"] = round(sum(gains["mean"]) / len(runs), 4)
        found[name]["bought from, to"] = [round(min(gains["mean"]), 4), round(max(gains["mean"]), 4)]
        found[name]["bought by case"] = {case: round(sum(g) / len(g), 4) for case, g in gains.items()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 90)
    parser.add_argument("--folds", default="0,1,2", help="whose speakers the seeds leave out, one after another")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument(
        "--steps", help="of the synthetic and of the real pairs, as 80,60; default: what the budget holds"
    )
    parser.add_argument("--batch", type=int, default=ALL_ON.batch)
    parser.add_argument("--only", help="pieces with commas between; default: all")
    args = parser.parse_args()
    steps = tuple(int(part) for part in args.steps.split(",")) if args.steps else None
    if steps is not None and len(steps) != 2:
        parser.error(f"--steps {args.steps}: expected two numbers, of the synthetic and of the real pairs")
    seeds = [int(seed) for seed in args.seeds.split(",")]
    source = source_of(args)
    report = run(
        source,
        args.out,
        args.budget_seconds,
        args.folds.split(","),
        seeds,
        steps,
        args.batch,
        args.only.split(",") if args.only else None,
    )
    for name, row in report["variants"].items():
        low, high = row["bought from, to"]
        print(
            f"{name:28s} {row['mean']['mean']:.4f} sd {row['sd']['mean']}  bought {row['bought']:+.4f} ({low}, {high})"
        )
    write_text_atomically(args.out / "ablation.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
