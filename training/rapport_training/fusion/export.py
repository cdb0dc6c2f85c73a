"""A trained fusion network as model `fusion` of a models folder: fp32 ONNX, manifest, golden cases.

    python -m rapport_training.fusion.export --checkpoint OUT/fusion.0.pt --models ../models --out DIR

DIR gets the whole set: links to the other models and a fusion model of its own, so that an evaluation can be given one set
a fold (`--models` may be the set that the export of voice, face or text wrote). Fails when onnxruntime and PyTorch
disagree, or when a row of which nothing is present is not finite.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch

from convert.model_folder import cpu_session, folder_of, model_folders
from convert.stored_npz import write_stored
from convert.write_manifest import refresh, text_of

from ..atomic_file import write_text_atomically
from ..labels import EMOTIONS
from .features import MAX_FACE_TOKENS, MAX_TEXT_TOKENS, MAX_VOICE_TOKENS
from .manifest import manifest_of
from .network import FusionNet, ServedFusion
from .stored import load

OPSET = 17
GRAPH_FILE, GOLDEN_FILE = "model.onnx", "golden.npz"
OUTPUTS = ("emotion", "embedding")
LARGEST_DIFFERENCE = 2e-4
GOLDEN_CASES = {
    "all": (1, (20, 8, 24), ()),
    "noFace": (2, (9, 4, 12), ("face",)),
    "voice": (1, (15, 1, 1), ("face", "text")),
    "nothing": (1, (1, 1, 1), ("voice", "face", "text")),
}
"""Rows, tokens of voice, face and text, and what is missing."""
PARITY_CASES = (
    (1, (MAX_VOICE_TOKENS, MAX_FACE_TOKENS, MAX_TEXT_TOKENS), ()),
    (3, (1, 1, 1), ("voice",)),
    (7, (12, 3, 32), ("text",)),
    (2, (4, 4, 4), ("voice", "text")),
    (16, (20, 8, 24), ()),
)
SEED = 3

Feed = dict[str, np.ndarray]


def example(
    net: FusionNet, rows: int, counts: tuple[int, ...], missing: tuple[str, ...], generator: np.random.Generator
) -> Feed:
    """Random tokens of the spread that the network was trained on, with masks of random length."""
    feed: Feed = {}
    for name, count in zip(net.names, counts, strict=True):
        mean, scale = getattr(net, f"{name}_mean").numpy(), getattr(net, f"{name}_scale").numpy()
        noise = generator.standard_normal((rows, count, net.widths[name]))
        feed[name] = (mean + noise / scale).astype(np.float32)
        length = generator.integers(1, count + 1, (rows, 1))
        feed[f"{name}_mask"] = (np.arange(count) < length).astype(np.float32) * (name not in missing)
    return feed


def write_graph(net: FusionNet, path: Path) -> None:
    """Dynamic in rows and in the length of every modality."""
    served = ServedFusion(net).eval()  # on the wrapper too: the exporter puts back the mode that it finds
    feed = example(net, 2, (7, 5, 9), (), np.random.default_rng(SEED))
    axes = {name: {0: "b", 1: f"t{name[0]}"} for name in feed} | {name: {0: "b"} for name in OUTPUTS}
    torch.onnx.export(
        served,
        tuple(torch.from_numpy(value) for value in feed.values()),
        str(path),
        input_names=list(feed),
        output_names=list(OUTPUTS),
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )


def largest_difference(net: FusionNet, session: onnxruntime.InferenceSession) -> float:
    """Between onnxruntime and PyTorch over shapes and missing modalities. Raises ValueError for a number that is not
    finite or a difference above LARGEST_DIFFERENCE."""
    served, generator, worst = ServedFusion(net).eval(), np.random.default_rng(SEED), 0.0
    for rows, counts, missing in (*PARITY_CASES, *GOLDEN_CASES.values()):
        feed = example(net, rows, counts, missing, generator)
        with torch.no_grad():
            expected = served(*(torch.from_numpy(value) for value in feed.values()))
        for name, got, wanted in zip(OUTPUTS, session.run(list(OUTPUTS), feed), expected, strict=True):
            if not np.isfinite(got).all():
                raise ValueError(f"output {name} is not finite for {rows} rows of {counts} tokens without {missing}")
            worst = max(worst, float(np.abs(got - wanted.numpy()).max()))
    if worst > LARGEST_DIFFERENCE:
        raise ValueError(f"the graph differs from PyTorch by {worst:.2g}, at most {LARGEST_DIFFERENCE} expected")
    return worst


def write_golden(net: FusionNet, session: onnxruntime.InferenceSession, path: Path) -> None:
    generator, arrays = np.random.default_rng(SEED), {}
    for case, (rows, counts, missing) in GOLDEN_CASES.items():
        feed = example(net, rows, counts, missing, generator)
        outputs = dict(zip(OUTPUTS, session.run(list(OUTPUTS), feed), strict=True))
        arrays |= {f"model/{case}/in/{name}": value for name, value in feed.items()}
        arrays |= {f"model/{case}/out/{name}": value for name, value in outputs.items()}
    write_stored(path, arrays)


def link_set(models: Path, out: Path, replaced: Path) -> Path:
    """Links to every file of `models` in `out`, but an empty folder in place of the model `replaced`; that folder."""
    for folder in model_folders(models):
        target = out / folder.name
        if target.is_symlink() or target.exists():
            shutil.rmtree(target)
        target.mkdir(parents=True)
        for path in folder.iterdir():
            if folder != replaced:
                (target / path.name).symlink_to(path.resolve())
    return out / replaced.name


def export(checkpoint: Path, models: Path, out: Path) -> tuple[Path, float]:
    """The folder of the fusion model and how far its graph is from PyTorch."""
    net, notes = load(checkpoint)
    if net.names != ("voice", "face", "text") or net.classes != len(EMOTIONS):
        raise ValueError(f"{checkpoint} has {net.names} and {net.classes} classes: a research run is not served")
    before = folder_of(models, "fusion")
    manifest = json.loads((before / "model.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        graph = Path(scratch) / GRAPH_FILE
        write_graph(net, graph)
        worst = largest_difference(net, cpu_session(graph))
        target = before if out.resolve() == models.resolve() else link_set(models, out, before)
        fill_folder(net, notes, graph, manifest, target)
    return target, worst


def fill_folder(net: FusionNet, notes: dict[str, Any], graph: Path, manifest: dict[str, Any], folder: Path) -> None:
    """The graph, its golden cases and a manifest over `manifest`, that of the fusion model before it."""
    shutil.copyfile(graph, folder / GRAPH_FILE)
    write_golden(net, cpu_session(graph), folder / GOLDEN_FILE)
    manifest = manifest_of(manifest, net, notes)
    refresh(manifest, folder)
    write_text_atomically(folder / "model.json", text_of(manifest))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True, help="the set of models to start from")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new set; may be the same")
    args = parser.parse_args()
    target, worst = export(args.checkpoint, args.models, args.out)
    print(f"{target}: at most {worst:.1e} from PyTorch")


if __name__ == "__main__":
    main()
