"""The stages between a checkpoint and a model folder, for one model and its folds.

    python -m rapport_training.graph_stage export|quantise|parity MODEL --folds all --data DIR --weights DIR \
        --checkpoints DIR --graphs DIR --models OUT [--figures DIR]

export: GRAPHS/MODEL.FOLD.fp32.onnx. quantise: GRAPHS/MODEL.FOLD.served.onnx, and the set of models OUT/FOLD with this model
in it; a model that is the same in every fold goes into all the --sets. parity: PyTorch, fp32 and served graph on validation
data; FIGURES/MODEL.FOLD.parity.json; fails above one point.
"""

import argparse
import json
import sys
from pathlib import Path

from convert.write_manifest import text_of

from . import parity
from .atomic_file import write_text_atomically
from .data_licences import licence_of, sources_of
from .folds import FOLDS, SHIPPED
from .forms import Forms, Trained, forms_of
from .model_set import BASE, link_set, own_folder

STAGES = ("export", "quantise", "parity")
SMOKE_WORST_LOSS = 1.0


def fp32_graph(graphs: Path, model: str, fold: str) -> Path:
    return graphs / f"{model}.{fold}.fp32.onnx"


def served_graph(graphs: Path, model: str, fold: str) -> Path:
    return graphs / f"{model}.{fold}.served.onnx"


def export(forms: Forms, fp32: Path) -> None:
    fp32.parent.mkdir(parents=True, exist_ok=True)
    forms.write_fp32(fp32)
    print(f"{fp32.name}: {fp32.stat().st_size / 1e6:.1f} MB")


def put_into_set(forms: Forms, served: Path, models: Path, sources: list[str]) -> None:
    link_set(BASE, models)
    folder = own_folder(models, forms.task)
    forms.write_folder(served, folder)
    if forms.task != "speech":  # which has said it of its graph alone: its transcripts are ready-made
        state_sources(folder, sources)
    print(f"{folder}: {served.stat().st_size / 1e6:.1f} MB, {'int8' if forms.quantised else 'fp32 as before'}")


def state_sources(folder: Path, sources: list[str]) -> None:
    """What the model was trained on, for its card."""
    path = folder / "model.json"
    manifest = json.loads(path.read_text()) | {"trainedOn": sources, "licence": licence_of(sources)}
    write_text_atomically(path, text_of(manifest))


def compare(forms: Forms, fp32: Path, served: Path, what: str, report: Path, worst_loss: float) -> None:
    graphs = {"torch": fp32, "fp32": fp32, "int8": served}
    found = parity.compare({form: forms.answers(form, graph) for form, graph in graphs.items()}, forms.figures)
    for line in found.lines():
        print(f"{what}: {line}")
    parity.write(found, report)
    parity.require(found, what, worst_loss)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("model")
    parser.add_argument("--folds", default=SHIPPED, help=f"of {','.join(FOLDS)} and {SHIPPED}")
    for name in ("data", "weights", "checkpoints", "graphs"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--models", type=Path, help="where sets of models go, one a fold")
    parser.add_argument("--sets", help="folds whose sets get the model; default: that of its fold")
    parser.add_argument("--figures", type=Path)
    parser.add_argument(
        "--smoke", action="store_true", help="a model of a few steps: what 8 bits cost is told and not limited"
    )
    args = parser.parse_args(argv)
    for fold in args.folds.split(","):
        forms = forms_of(args.model, Trained(fold, args.data, args.weights, args.checkpoints, args.smoke))
        fp32, served = fp32_graph(args.graphs, args.model, fold), served_graph(args.graphs, args.model, fold)
        if args.stage == "export":
            export(forms, fp32)
        elif args.stage == "quantise":
            forms.write_served(fp32, served)
            for name in args.sets.split(",") if args.sets else [fold]:
                put_into_set(forms, served, args.models / name, sources_of(args.model, args.data))
        else:
            worst_loss = SMOKE_WORST_LOSS if args.smoke else parity.WORST_LOSS
            report = args.figures / f"{args.model}.{fold}.parity.json"
            compare(forms, fp32, served, f"{args.model} {fold}", report, worst_loss)
    return 0


if __name__ == "__main__":
    sys.exit(main())
