"""The reports of the experiments as figures of the documents: docs/figures/craft.json, layers.json, research.json and
choices.json.

    python -m rapport_training.craft_figures --reports OUT --figures ../docs/figures --commit HASH

Reads from OUT what is there of ablation.json, voice_craft.json, text_craft.json, face_craft.json (craft), voice_layers.json
(layers), research_au.json and linear_reference.json (research), memory.json, intent_residual.json, speaker_baseline.json
and fusion.json (choices). Figures whose report is not there stay as they are. `npm run docs` then writes the tables.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .atomic_file import write_text_atomically

POINTS, SHARE = "points", "share"
ALL_PIECES = "all of these pieces"
LEAST_RESEARCH, LEAST_MISSING = 0.85, -2.0

Report = dict[str, Any]


class Figures:
    """Rows of one command."""

    def __init__(self, command: str, commit: str) -> None:
        self.command, self.commit = f"python -m rapport_training.{command}", commit
        self.rows: list[dict[str, Any]] = []

    def add(self, name: str, value: float, low: float, high: float, unit: str, at_least: float | None = None) -> None:
        self.rows.append(
            {
                "id": name, "value": value, "low": low, "high": high, "unit": unit,
                "target": None if at_least is None else f">= {at_least:g}",
                "met": None if at_least is None else value >= at_least,
                "command": self.command, "commit": self.commit,
            }
        )  # fmt: skip

    def add_mean(self, name: str, values: list[float], unit: str, at_least: float | None = None) -> None:
        """Mean, lowest and highest."""
        factor, digits = (100, 2) if unit == POINTS else (1, 4)
        spread = [round(value * factor, digits) for value in (sum(values) / len(values), min(values), max(values))]
        self.add(name, *spread, unit, at_least)


def fusion_craft(report: Report, figures: Figures) -> None:
    for name, row in report["variants"].items():
        if name == "all on":
            for case, value in row["mean"].items():
                figures.add(f"fusion, everything on: {case}, UAR", value, value, value, SHARE)
            continue
        low, high = row["bought from, to"]
        piece = name.removeprefix("without ").replace("_", " ")
        points = [round(100 * value, 2) for value in (row["bought"], low, high)]
        figures.add(f"fusion: {piece}", *points, POINTS)
        for case, bought in row["bought by case"].items():
            if case != "mean":
                value = round(100 * bought, 2)
                figures.add(f"fusion by case: {piece}, {case}", value, value, value, POINTS)


def encoder_craft(model: str) -> Callable[[Report, Figures], None]:
    def tell(report: Report, figures: Figures) -> None:
        """By piece: what the whole recipe has more than the recipe without it, in the mean of all cases and in the case
        that the piece itself makes."""
        rows: dict[str, list[dict[str, float]]] = report["without"]
        whole = rows["nothing"]
        for case in whole[0]:
            figures.add_mean(f"{model}, everything on: {case}, UAR", [row[case] for row in whole], SHARE)
        for piece, runs in rows.items():
            if piece == "nothing":
                continue
            name = ALL_PIECES if piece == "all" else piece
            for case in whole[0]:
                gains = [a[case] - b[case] for a, b in zip(whole, runs, strict=True)]
                if case == "mean":
                    figures.add_mean(f"{model}: {name}", gains, POINTS)
                else:
                    figures.add_mean(f"{model} by case: {name}, {case}", gains, POINTS)

    return tell


def research(report: Report, figures: Figures) -> None:
    for way, found in report.items():
        if isinstance(found, dict) and "folds" in found:
            of_one_way(way.removesuffix(", voice of the fold"), found["folds"], figures)


def of_one_way(way: str, folds: list[dict[str, float]], figures: Figures) -> None:
    def of(key: str) -> list[float]:
        return [fold[key] for fold in folds]

    figures.add_mean(f"{way}: accuracy of voice and action units", of("fusion, voice+face"), SHARE, LEAST_RESEARCH)
    for shown, missing in (("voice", "action units"), ("face", "voice")):
        alone = "action units" if shown == "face" else "voice"
        figures.add_mean(f"{way}: {missing} missing, accuracy of the same network", of(f"fusion, {shown}"), SHARE)
        figures.add_mean(f"{way}: accuracy of a model of {alone} only", of(f"{shown} model"), SHARE)
        gaps = [a - b for a, b in zip(of(f"fusion, {shown}"), of(f"{shown} model"), strict=True)]
        figures.add_mean(f"{way}: {missing} missing, against the model of {alone} only", gaps, POINTS, LEAST_MISSING)


def linear_reference(report: Report, figures: Figures) -> None:
    for way, found in report.items():
        if isinstance(found, dict):
            for shown in found["folds"][0]:
                values = [fold[shown] for fold in found["folds"]]
                figures.add_mean(f"linear reference, {way}: accuracy of {shown}", values, SHARE)


def layers(report: Report, figures: Figures) -> None:
    for name, folds in report["sets"].items():
        for case in folds[0]:
            figures.add_mean(f"layers {name}: {case}", [fold[case] for fold in folds if case in fold], SHARE)


def memory(report: Report, figures: Figures) -> None:
    figures.add_mean("session memory: text alone, UAR on MELD dev", report["none"]["seeds"], SHARE)
    for scope in ("speaker", "dialogue"):
        gain = [a - b for a, b in zip(report[scope]["seeds"], report["none"]["seeds"], strict=True)]
        figures.add_mean(f"session memory: gain by the memory of the {scope}", gain, POINTS)


def residual(report: Report, figures: Figures) -> None:
    for name in ("text alone", "with residual"):
        figures.add_mean(f"intent residual: {name}, accuracy on Bitext dev", [s[name] for s in report["seeds"]], SHARE)
    gains = [s["with residual"] - s["text alone"] for s in report["seeds"]]
    figures.add_mean("intent residual: gain", gains, POINTS)


def baseline(report: Report, figures: Figures) -> None:
    for kind, value in report["off"].items():
        figures.add(f"caller baseline: none, {kind} sessions, UAR", value, value, value, SHARE)
    for way in ("plain", "compensated"):
        for kind in report["off"]:
            figures.add_mean(
                f"caller baseline: gain of the {way} mean, {kind} sessions", report[way][kind]["folds"], POINTS
            )


def deletion(report: Report, figures: Figures) -> None:
    """Of every fold that was measured on people that it had not met."""
    tests = [
        notes["SYNTHETIC pairs"]["deletion test"] for notes in report["folds"].values() if "SYNTHETIC pairs" in notes
    ]
    for rank, name in {"1": "highest", "2": "second", "3": "lowest"}.items():
        changed = [test[f"answer changed by removing rank {rank}"] for test in tests]
        figures.add_mean(f"contribution: answers that change without the modality of the {name} one", changed, SHARE)
    moves = [test["highest contribution moves most (chance 0.333)"] for test in tests]
    figures.add_mean("contribution: the highest is of the modality whose removal moves the answer most", moves, SHARE)


REPORTS: dict[str, list[tuple[str, str, Callable[[Report, Figures], None]]]] = {
    "craft": [
        ("ablation.json", "fusion.ablate", fusion_craft),
        ("voice_craft.json", "voice.craft_table", encoder_craft("voice")),
        ("text_craft.json", "text.craft_table", encoder_craft("text")),
        ("face_craft.json", "face.craft_table", encoder_craft("face")),
    ],
    "layers": [("voice_layers.json", "fusion.voice_layers", layers)],
    "research": [
        ("research_au.json", "fusion.research_au", research),
        ("linear_reference.json", "fusion.linear_reference", linear_reference),
    ],
    "choices": [
        ("memory.json", "fusion.memory_experiment", memory),
        ("intent_residual.json", "fusion.intent_residual", residual),
        ("speaker_baseline.json", "fusion.speaker_baseline", baseline),
        ("fusion.json", "fusion.train", deletion),
    ],
}
"""By the file of figures: report, command, and what is told of it."""


def write(reports: Path, target: Path, commit: str) -> list[Path]:
    """The files of figures that were written."""
    written = []
    for name, parts in REPORTS.items():
        path = target / f"{name}.json"
        before = json.loads(path.read_text()) if path.exists() else []
        rows: list[dict[str, Any]] = []
        for file, command, tell in parts:
            figures = Figures(command, commit)
            if (reports / file).exists():
                tell(json.loads((reports / file).read_text()), figures)
            rows += figures.rows or [row for row in before if row["command"] == figures.command]
        if rows != before:
            write_text_atomically(path, json.dumps(rows, indent=2))
            written.append(path)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=Path, required=True)
    parser.add_argument("--figures", type=Path, required=True)
    parser.add_argument("--commit", required=True, help="short hash of the code that measured")
    args = parser.parse_args()
    for path in write(args.reports, args.figures, args.commit):
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
