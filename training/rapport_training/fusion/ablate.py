"""What each piece of the craft bought: a reduced schedule, one piece switched at a time, several seeds.

    python -m rapport_training.fusion.ablate --data D --weights W --encoders O --out O --device cuda --budget-seconds 90

Each variant trains two networks on fold 0: the served one on SYNTHETIC pairs, measured with one modality each (real
data), and one on the real RAVDESS pairs of voice and action units, measured with both and with either. The metric is the
mean UAR over all of these. OUT/ablation.json. The defaults are chosen by this, so fold 0 is no clean test of them.
"""

import argparse
import json
import time
from typing import Any

import torch

from ..atomic_file import write_atomically
from ..labels import EMOTIONS
from .answers import logits_of, one_frame, text_tokens, voice_tokens
from .config import FusionConfig
from .feature_source import FeatureSource
from .features import GOEMOTIONS, Features
from .network import FusionNet
from .options import add_options, source_of
from .pool import VoiceTeacher
from .real_pairs import RAVDESS_EMOTIONS, ActionUnits, RealPairs, held_clips, read_action_units, unit_tokens
from .research_au import CONFIG as REAL_CONFIG
from .scores import score
from .synthetic_pairs import SyntheticPairs
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
    progressive=True, distillation=0.6, voice_mix=0.5, speaker_shift=0.5, batch=384,
)  # fmt: skip
REAL_SHARE = 0.3
"""Share of a variant's time that the real pairs get."""
TIMED_STEPS, SMOKE_STEPS = 30, 3


def real_recipe(config: FusionConfig) -> FusionConfig:
    """The switches of `config` on the schedule of the research run."""
    names = ("contrastive", "cross_attention", "gated_fusion", "modality_dropout", "mixing", "balance", "progressive")
    return REAL_CONFIG.but(
        **{name: getattr(config, name) for name in names}, batch=min(REAL_CONFIG.batch, config.batch)
    )


def synthetic_figures(net: FusionNet, features: Features) -> dict[str, float]:
    voice, text = features.voice, features.valid_text
    held = voice.held.nonzero().squeeze(1)
    logits = logits_of(net, {"voice": voice_tokens(voice, held)})
    corpora = [
        score(logits[voice.corpus[held] == c], voice.label[held][voice.corpus[held] == c], EMOTIONS).uar for c in (0, 1)
    ]
    face = score(logits_of(net, {"face": one_frame(features.valid_face)}), features.valid_face.label, EMOTIONS).uar
    rows = (text.kind == GOEMOTIONS).nonzero().squeeze(1)
    words = score(logits_of(net, {"text": text_tokens(text, rows)}), text.label[rows], EMOTIONS).uar
    return {"voice ravdess": corpora[0], "voice nemo": corpora[1], "face": face, "text": words}


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
    def __init__(self, source: FeatureSource, fold: str) -> None:
        self.source, self.device = source, source.device
        self.features = source.fold(fold)
        self.units = read_action_units(source.data, self.device, source.every_clip)
        teacher: VoiceTeacher = source.voice_teacher(fold)
        self.synthetic = SyntheticPairs(self.features, teacher)
        self.real = RealPairs(self.features.voice, self.units)

    def variant(self, config: FusionConfig, seed: int, steps: tuple[int, int]) -> dict[str, float]:
        """UAR of every case, and their mean."""
        net, _ = train(self.synthetic, config, seed=seed, device=self.device, steps=steps[0])
        found = synthetic_figures(net, self.features)
        net, _ = train(self.real, real_recipe(config), seed=seed, device=self.device, steps=steps[1])
        found |= real_figures(net, self.features, self.units)
        return found | {"mean": sum(found.values()) / len(found)}

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


def run(source: FeatureSource, budget_s: float, fold: str, seeds: list[int]) -> dict[str, Any]:
    started = time.monotonic()
    ablation = Ablation(source, fold)
    config = ALL_ON.but(batch=16) if source.smoke else ALL_ON
    variants = {"all on": config} | {f"without {name}": config.but(**change) for name, change in PIECES.items()}
    runs = [(seed, name) for seed in seeds for name in variants]
    if source.smoke:
        steps = (SMOKE_STEPS, SMOKE_STEPS)
    else:
        steps = ablation.steps_within((budget_s - (time.monotonic() - started)) * 0.85 / len(runs), config)
    print(f"ablation: {len(runs)} runs of {steps[0]} and {steps[1]} steps", flush=True)
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in variants}
    for seed, name in runs:
        if rows[name] and time.monotonic() - started > budget_s:
            continue  # the first seed is complete; what is left of a later one is dropped
        rows[name].append(ablation.variant(variants[name], seed, steps))
        print(f"ablation, seed {seed}, {name}: mean UAR {rows[name][-1]['mean']:.4f}", flush=True)
    return {"fold": fold, "steps": list(steps), "metric": "mean UAR", "variants": table(rows)}


def table(rows: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """Mean and deviation over the seeds by case; `bought` is the mean of the full recipe less that of the variant, seed by
    seed."""
    found: dict[str, Any] = {}
    for name, runs in rows.items():
        cases = {case: torch.tensor([run[case] for run in runs]) for case in runs[0]}
        found[name] = {
            "seeds": len(runs),
            "mean": {case: round(v.mean().item(), 4) for case, v in cases.items()},
            "sd": {case: round(v.std().item(), 4) if len(v) > 1 else None for case, v in cases.items()},
        }
        gain = torch.tensor([a["mean"] - b["mean"] for a, b in zip(rows["all on"], runs, strict=False)])
        found[name]["bought"] = round(gain.mean().item(), 4)
        found[name]["bought sd"] = round(gain.std().item(), 4) if len(gain) > 1 else None
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 90)
    parser.add_argument("--fold", default="0")
    parser.add_argument("--seeds", default="1,2,3")
    args = parser.parse_args()
    report = run(source_of(args), args.budget_seconds, args.fold, [int(seed) for seed in args.seeds.split(",")])
    for name, row in report["variants"].items():
        print(
            f"{name:28s} {row['mean']['mean']:.4f} sd {row['sd']['mean']}  bought {row['bought']:+.4f} sd {row['bought sd']}"
        )
    text = json.dumps(report, indent=1) + "\n"
    write_atomically(args.out / "ablation.json", lambda path: path.write_text(text) and None)


if __name__ == "__main__":
    main()
