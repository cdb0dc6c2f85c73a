"""Writes a model folder the service reads from a checkpoint: fp32 and int8 ONNX, prototypes, manifest, golden cases.

    python -m rapport_training.text.export --weights WEIGHTS --checkpoint OUT --like MODELS/text-minilm --out FOLDER

Starts from the manifest and the tokenizer of `--like`; figures in the manifest are emptied, since they were another
model's, and are written by the evaluation.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from convert.model_folder import cpu_session
from convert.stored_npz import write_stored
from convert.write_manifest import refresh, text_of

from ..atomic_file import write_atomically, write_text_atomically
from ..data_licences import licence_of, sources_of
from ..labels import EMOTIONS
from .encoder import TextEncoder, load
from .manifest_figures import told_figures
from .text_checkpoint import read_heads
from .token_pool import open_tokenizer

OPSET = 17
INPUTS, OUTPUTS = ("input_ids", "attention_mask"), ("emotion", "embedding", "tokens")
QUANTISED = ["MatMul", "Gather", "Gemm"]
MAX_FP32_DIFFERENCE = 1e-4
CUSTOM_INTENT_MIN_COSINE = 0.55
"""From here on a text may be a custom intent. Measured on 15 intents of banking77's train part from 5 and 10 examples: .97 of
their other texts lie above, and .02 of CLINC150's out-of-scope dev rows above their nearest."""
EXAMPLE = ("I want my money back right now!", "where is my order 12345 please")


class Served(nn.Module):
    """The encoder with the signature of the graph: int64 [b, t] twice -> emotion [b, 7] probabilities, embedding, tokens."""

    def __init__(self, net: TextEncoder) -> None:
        super().__init__()
        self.net = net

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, embedding, tokens = self.net(input_ids, attention_mask.float())
        return logits.sigmoid(), embedding, tokens


def export_fp32(net: TextEncoder, weights: Path, path: Path) -> None:
    """Raises ValueError when ONNX Runtime and PyTorch differ by more than MAX_FP32_DIFFERENCE."""
    served = Served(net).eval()
    encoded = [e.ids for e in open_tokenizer(weights).encode_batch(list(EXAMPLE))]
    width = max(map(len, encoded))
    ids = torch.tensor([own + [0] * (width - len(own)) for own in encoded])
    mask = torch.tensor([[1] * len(own) + [0] * (width - len(own)) for own in encoded])
    axes = {name: {0: "b", 1: "t"} for name in (*INPUTS, "tokens")} | {
        name: {0: "b"} for name in ("emotion", "embedding")
    }
    with torch.no_grad():
        expected = served(ids, mask)
    torch.onnx.export(
        served, (ids, mask), str(path), input_names=list(INPUTS), output_names=list(OUTPUTS), dynamic_axes=axes,
        opset_version=OPSET, dynamo=False,
    )  # fmt: skip
    found = cpu_session(path).run(list(OUTPUTS), {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
    for name, a, b in zip(OUTPUTS, expected, found, strict=True):
        difference = float(np.abs(a.numpy() - b).max())
        if not difference <= MAX_FP32_DIFFERENCE:
            raise ValueError(
                f"{path}: {name} differs by {difference} from PyTorch, at most {MAX_FP32_DIFFERENCE} is allowed"
            )


def export_int8(fp32: Path, int8: Path) -> None:
    quantize_dynamic(
        str(fp32), str(int8), weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=QUANTISED
    )
    onnx.checker.check_model(str(int8))


def write_prototypes(heads: dict[str, Any], path: Path) -> list[str]:
    """`prototypes` [27, 384] and `outOfScope` [1, 384], stored without compression; returns the names of the rows."""
    own = heads["intents"]["bitext27"]
    rows = own["prototypes"].numpy().astype(np.float32)
    write_stored(path, {"prototypes": rows[:-1], "outOfScope": rows[-1:]})
    return list(own["names"])


def manifest_of(like: dict[str, Any], heads: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The manifest of `like` with this model's values; sizes and hashes are filled in by `refresh`."""
    manifest = json.loads(json.dumps(like))
    manifest["version"] = "2.0.0"
    manifest["intents"] = names
    manifest["parameters"] |= {
        "customIntentMinCosine": CUSTOM_INTENT_MIN_COSINE,
        "intentScale": round(heads["intents"]["bitext27"]["scale"], 5),
        "outOfScopeMinProbability": round(heads["out_of_scope_min_probability"], 4),
        "emotionThresholds": dict(zip(EMOTIONS, (round(t, 3) for t in heads["emotion_thresholds"]), strict=True)),
    }
    manifest["origin"] = (
        "our own training (training/rapport_training/text) from MiniLM-L6, taught by MPNet-base; sentence and emotion branch"
    )
    manifest["trainedOn"] = sources_of("text")
    manifest["licence"] = licence_of(manifest["trainedOn"])
    manifest["figures"] = told_figures(heads["figures"])
    return manifest


def write_golden(manifest: dict[str, Any], folder: Path) -> None:
    """Inputs and outputs of the sentences in the manifest, one item at a time, as the service runs them."""
    graph = cpu_session(folder / manifest["graphs"]["model"]["file"])
    tokenizer = open_tokenizer(folder, manifest["parameters"]["maxTokens"])
    arrays: dict[str, np.ndarray] = {}
    for case in manifest["golden"]["cases"]:
        ids = np.array([tokenizer.encode(case["text"]).ids])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        arrays |= {f"model/{case['name']}/in/{name}": value for name, value in inputs.items()}
        outputs = zip(OUTPUTS, graph.run(list(OUTPUTS), inputs), strict=True)
        arrays |= {f"model/{case['name']}/out/{name}": value for name, value in outputs}
    write_stored(folder / manifest["golden"]["file"], arrays)


def export(weights: Path, checkpoint: Path, like: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    heads = read_heads(checkpoint)
    model = load(weights, checkpoint, "cpu")
    fp32 = out / "model.fp32.onnx"
    write_atomically(fp32, lambda path: export_fp32(model.net, weights, path))
    int8 = out / "model.int8.onnx"
    write_atomically(int8, lambda path: export_int8(fp32, path))
    shutil.copyfile(like / "tokenizer.json", out / "tokenizer.json")
    fill_folder(int8, heads, json.loads((like / "model.json").read_text()), out)
    int8.unlink()
    fp32.unlink()


def fill_folder(graph: Path, heads: dict[str, Any], like: dict[str, Any], folder: Path) -> None:
    """Graph, prototypes, golden cases and manifest; the tokenizer is there. `like`: the manifest of the model before."""
    shutil.copyfile(graph, folder / like["graphs"]["model"]["file"])
    names = write_prototypes(heads, folder / "prototypes.npz")
    write_golden(like, folder)
    manifest = manifest_of(like, heads, names)
    refresh(manifest, folder)
    write_text_atomically(folder / "model.json", text_of(manifest))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument(
        "--like", type=Path, required=True, help="model folder whose manifest and tokenizer are taken over"
    )
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    export(args.weights, args.checkpoint, args.like, args.out)


if __name__ == "__main__":
    main()
