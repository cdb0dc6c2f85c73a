"""Trains the fusion network of every fold and the shipped one, and says what each reaches.

    python -m rapport_training.fusion.train --folds 0,1,2,3,4,all --data D --weights W --encoders O --out O \\
        --device cuda --budget-seconds 180

Writes OUT/fusion.<fold>.pt as soon as one is trained, and OUT/fusion.json with figures and temperatures at the end. The
budget holds features, training and measuring together; --steps instead of it gives the same result every time, and an
interrupted training goes on where it was (OUT/fusion-state/). --config NAME=VALUE changes a piece of FusionConfig.
With --served MODELS and --start DIR the networks of an earlier run are trained on, on what the int8 graphs of MODELS give.
"""

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import torch

from ..atomic_file import write_text_atomically
from ..folds import SHIPPED
from .config import FusionConfig
from .feature_source import FeatureSource
from .features import Features
from .measure import measure, one_line
from .missing_curve import PAIRS, HeldPairs
from .network import FusionNet, served_parameters
from .options import add_options, source_of
from .stored import checkpoint_path, load, save
from .synthetic_pairs import SyntheticPairs
from .temperatures import Temperatures, fitted, of_others
from .trainer import train

MEASURING_SHARE = 0.25
"""Share of the time of a fold that is left for measuring it."""
SMOKE_STEPS, SMOKE_BATCH, SMOKE_PAIRS = 6, 24, 60
CPU_PAIRS = 600
"""Pairs to measure on where a GPU takes PAIRS."""
SEED = 1


class Run:
    def __init__(
        self,
        source: FeatureSource,
        out: Path,
        config: FusionConfig,
        folds: list[str],
        budget_s: float,
        steps: int | None = None,
        seed: int = SEED,
        start: Path | None = None,
    ) -> None:
        """steps: of each fold, whatever the budget; None: as many as the budget holds. start: of networks to train on."""
        self.steps, self.seed = SMOKE_STEPS if source.smoke else steps, seed
        self.source, self.out, self.folds, self.start = source, out, folds, start
        self.config = config.but(batch=SMOKE_BATCH) if source.smoke else config
        self.pairs = SMOKE_PAIRS if source.smoke else PAIRS if source.device.type == "cuda" else CPU_PAIRS
        self.started = time.monotonic()
        self.deadline = self.started + budget_s
        self.temperatures: dict[str, Temperatures] = {}

    def everything(self) -> dict[str, Any]:
        self.say("corpora and features")
        self.source.shared()
        nets: dict[str, FusionNet] = {}
        report: dict[str, Any] = {"config": self.config.as_dict(), "folds": {}}
        features_s = 0.0
        for done, fold in enumerate(self.folds):
            began = time.monotonic()
            features = self.source.fold(fold)
            features_s = time.monotonic() - began
            left = len(self.folds) - done
            seconds = (self.deadline - time.monotonic() - (left - 1) * features_s) / left * (1 - MEASURING_SHARE)
            self.say(
                f"fold {fold}: {len(features.voice.label)} windows in {features_s:.1f} s; training for {seconds:.0f} s"
            )
            nets[fold], report["folds"][fold] = self.one(fold, features, max(seconds, 2.0))
        return report | self.finish(nets, report)

    def one(self, fold: str, features: Features, seconds: float) -> tuple[FusionNet, dict[str, Any]]:
        pool = SyntheticPairs(features, self.source.voice_teacher(fold))
        start = load(checkpoint_path(self.start, fold), self.source.device)[0] if self.start else None
        net, steps = train(
            pool, self.config, seed=self.seed, device=self.source.device, seconds=seconds, steps=self.steps,
            state=self.out / "fusion-state" / f"{fold}.{fingerprint(features)}.pt",
            report=lambda step, total, loss: self.say(f"fold {fold}: step {step} of {total}, loss {loss:.3f}"),
            start=start,
        )  # fmt: skip
        self.temperatures[fold] = fitted(net, features, self.pairs)
        figures = measure(net, features, self.temperatures[fold])
        notes = {"fold": fold, "steps": steps, "fitted": self.temperatures[fold], "figures": figures}
        save(net, checkpoint_path(self.out, fold), notes)
        self.say(f"fold {fold}, network/encoder: {one_line(figures)}")
        return net, notes

    def measure_trained(self) -> dict[str, Any]:
        """The networks in OUT as they are: for folds that were trained side by side, by several processes."""
        report: dict[str, Any] = {"config": self.config.as_dict(), "folds": {}}
        nets: dict[str, FusionNet] = {}
        for fold in self.folds:
            nets[fold], notes = load(checkpoint_path(self.out, fold), self.source.device)
            report["folds"][fold] = notes
            self.temperatures[fold] = notes["fitted"]
        return report | self.finish(nets, report)

    def finish(self, nets: dict[str, FusionNet], report: dict[str, Any]) -> dict[str, Any]:
        """Temperatures from the other folds, and what rests on them: calibration errors, curve, deletion test."""
        for fold in self.source_folds_before():
            _, notes = load(checkpoint_path(self.out, fold))
            self.temperatures[fold] = notes["fitted"]
        for fold, net in nets.items():
            notes = report["folds"][fold]
            notes["temperatures"] = of_others(self.temperatures, fold)
            features = self.source.fold(fold)
            notes["figures"] = measure(net, features, notes["temperatures"])
            if features.voice.held.any():
                pairs = HeldPairs(net, features, self.pairs)
                notes["SYNTHETIC pairs"] = {
                    "accuracy on agreeing pairs": pairs.accuracy(),
                    "each modality missing with probability": pairs.missing_curve(),
                    "deletion test": pairs.deletion_test(notes["temperatures"]),
                }
            save(net, checkpoint_path(self.out, fold), notes)
            self.say(f"fold {fold}: temperatures {notes['temperatures']}")
            for name, figure in notes.get("SYNTHETIC pairs", {}).items():
                self.say(f"fold {fold}: SYNTHETIC pairs, {name}: {figure}")
        summary = mean_figures({fold: report["folds"][fold]["figures"] for fold in nets if fold != SHIPPED})
        for what, figure in summary.items():
            self.say(f"mean over folds: {what}: {figure}")
        if SHIPPED in nets and summary:
            # no speaker is left to measure the shipped voice on: its figures are those of the folds
            notes = report["folds"][SHIPPED]
            notes["figures"] = {what: row for what, row in summary.items() if what.startswith("voice")} | notes[
                "figures"
            ]
            save(nets[SHIPPED], checkpoint_path(self.out, SHIPPED), notes)
        return {"mean over folds": summary, "parameters": served_parameters(next(iter(nets.values())))}

    def source_folds_before(self) -> list[str]:
        """Folds of an earlier run in the same folder: their temperatures count too."""
        files = {p.name.split(".")[1] for p in self.out.glob("fusion.*.pt")}
        return sorted(files - set(self.temperatures))

    def say(self, line: str) -> None:
        print(f"[{time.monotonic() - self.started:5.0f} s] {line}", flush=True)


def fingerprint(features: Features) -> str:
    """Stands for what is trained on in the name of the state, so that no training goes on from other features."""
    digest = hashlib.sha256()
    for part in (features.voice.tokens, features.voice.label, features.face.features, features.text.tokens):
        digest.update(
            f"{tuple(part.shape)} {part.double().sum().item():.6f} {part[::97].double().norm().item():.6f}".encode()
        )
    return digest.hexdigest()[:12]


def mean_figures(by_fold: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Mean and deviation over the folds of every headline figure."""
    found: dict[str, dict[str, float]] = {}
    for what in {name: None for figures in by_fold.values() for name in figures}:
        rows = [figures[what] for figures in by_fold.values() if what in figures]
        found[what] = {"n": sum(row["n"] for row in rows)}
        for key in ("uar", "accuracy", "share", "encoder", "ece"):
            values = torch.tensor([float(row[key]) for row in rows if key in row])
            if len(values):
                found[what][key] = round(values.mean().item(), 4)
                if len(values) > 1:
                    found[what][f"{key} sd"] = round(values.std().item(), 4)
    return found


def parse_config(changes: list[str]) -> FusionConfig:
    """NAME=VALUE over the defaults; raises ValueError for a name that is none or a value of another type."""
    config, known = FusionConfig(), FusionConfig().as_dict()
    for change in changes:
        name, _, text = change.partition("=")
        if name not in known:
            raise ValueError(f"--config {change}: no {name!r}; there are {', '.join(known)}")
        value = json.loads(text)
        if isinstance(known[name], bool) != isinstance(value, bool):
            raise ValueError(f"--config {change}: {name} is a {type(known[name]).__name__}")
        config = config.but(**{name: type(known[name])(value)})
    return config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 180)
    parser.add_argument("--folds", default="0,1,2,3,4,all")
    parser.add_argument("--steps", type=int, help="of each fold, instead of a budget")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--start", type=Path, help="folder of fusion.<fold>.pt to train on, instead of new networks")
    parser.add_argument("--measure-only", action="store_true", help="train nothing; temperatures and figures of OUT")
    parser.add_argument("--config", action="append", default=[], metavar="NAME=VALUE")
    args = parser.parse_args()
    source, config, folds = source_of(args), parse_config(args.config), args.folds.split(",")
    run = Run(source, args.out, config, folds, args.budget_seconds, args.steps, args.seed, args.start)
    report = run.measure_trained() if args.measure_only else run.everything()
    write_text_atomically(args.out / "fusion.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
