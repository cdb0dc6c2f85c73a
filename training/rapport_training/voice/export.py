"""A trained voice encoder as graph `emotion` of the speech model, in a models folder of its own.

    python -m rapport_training.voice.export --checkpoint OUT/voice.all.pt --weights WEIGHTS --models ../models --out DIR

The adapters are merged into Whisper's weights; fp32 first, then dynamic int8 as every other Whisper graph. DIR gets the
whole set of models: links to what stays, a speech model with emotion.int8.onnx and a manifest that fits. Prints how far the
graphs are from PyTorch, and fails when the fp32 one is.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import torch

from convert.ctranslate2_file import Variables
from convert.make_golden import write_golden
from convert.model_folder import ModelFolder, cpu_session
from convert.quantize import quantize
from convert.two_part_encoder import make_encoder_whole
from convert.whisper_graphs import Whisper, write_emotion_encoder
from convert.write_manifest import refresh, text_of

from ..atomic_file import write_text_atomically
from ..data_licences import licence_of, sources_of
from ..model_set import link_set, own_folder
from .encoder import VoiceEncoder, load, read_start_weights
from .log_mel import level, log_mel
from .whisper_encoder import HEADS, WIDTH

GRAPH = "emotion"
FILE = "emotion.int8.onnx"
LEAST_COSINE_FP32 = 0.99999
LEAST_COSINE_INT8 = 0.9
PARITY_SAMPLES = 48_000
PUBLIC_SOURCES = sources_of("voice")


def merged_variables(encoder: VoiceEncoder, weights_dir: Path) -> Variables:
    """Whisper's variables by their CTranslate2 names, fp32, with the adapters and layer norms of `encoder` in them."""
    variables: Variables = {name: value.float().numpy() for name, value in read_start_weights(weights_dir).items()}
    variables["encoder/num_heads"] = np.array(HEADS, np.int16)
    for i, layer in enumerate(encoder.whisper.layers):
        name = f"encoder/layer_{i}"
        for at, norm in (("self_attention", layer.attention_norm), ("ffn", layer.feed_forward_norm)):
            variables[f"{name}/{at}/layer_norm/gamma"] = norm.weight.detach().numpy()
            variables[f"{name}/{at}/layer_norm/beta"] = norm.bias.detach().numpy()
        for at, linear in (
            ("self_attention/linear_0", layer.query_key_value),
            ("self_attention/linear_1", layer.attention_out),
            ("ffn/linear_0", layer.wider),
            ("ffn/linear_1", layer.narrower),
        ):
            variables[f"{name}/{at}/weight"] = linear.merged_weight().detach().numpy()
    return variables


def write_graphs(encoder: VoiceEncoder, weights_dir: Path, fp32: Path, int8: Path) -> None:
    whisper = Whisper(merged_variables(encoder, weights_dir))
    write_emotion_encoder(whisper, fp32, encoder.whisper.shares().tolist())
    quantize(fp32, int8)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float((a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b))


def test_mel(seed: int = 0) -> torch.Tensor:
    """[1, 80, T] of three seconds of modulated noise, as a window is fed."""
    generator = torch.Generator().manual_seed(seed)
    time_s = torch.arange(PARITY_SAMPLES) / 16_000
    wave = torch.randn(PARITY_SAMPLES, generator=generator).cumsum(0).diff(prepend=torch.zeros(1))
    wave = (wave * (0.1 + torch.sin(2 * torch.pi * 3 * time_s).clamp_min(0)))[None]
    lengths = torch.tensor([PARITY_SAMPLES])
    return log_mel(level(wave, lengths), lengths)[0]


def parity(encoder: VoiceEncoder, fp32: Path, int8: Path) -> dict[str, float]:
    """Cosine of `emo` to PyTorch's. Raises ValueError when a graph computes something else."""
    mel = test_mel()
    with torch.no_grad():
        expected = encoder.whisper(mel).numpy()
    found = {
        name: cosine(cpu_session(path).run(["emo"], {"mel": mel.numpy()})[0], expected)
        for name, path in (("fp32", fp32), ("int8", int8))
    }
    for name, least in (("fp32", LEAST_COSINE_FP32), ("int8", LEAST_COSINE_INT8)):
        if found[name] < least:
            raise ValueError(
                f"the {name} graph differs from PyTorch: cosine {found[name]:.5f}, at least {least} expected"
            )
    return found


def write_models(models: Path, out: Path, int8: Path, notes: dict[str, Any]) -> Path:
    """The set of `models` in `out`, with graph `emotion` in the speech model; its folder."""
    link_set(models, out)
    target = own_folder(out, "speech")
    fill_folder(int8, target, json.loads((target / "model.json").read_text()), notes)
    return target


def fill_folder(
    int8: Path, folder: Path, manifest: dict[str, Any], notes: dict[str, Any], sources: Collection[str] = PUBLIC_SOURCES
) -> None:
    """The graph, and `manifest`, that of the speech model before it, with the graph in it. sources: of data_licences."""
    manifest["trainedOn"] = list(sources)
    manifest["licence"] = f"graph emotion: {licence_of(sources)}; all else MIT (OpenAI)"
    make_encoder_whole(folder, manifest)
    shutil.copyfile(int8, folder / FILE)
    manifest["graphs"][GRAPH] = {"file": FILE, "sha256": "", "bytes": 0, "inputs": [], "outputs": [], "maxBatch": 1}
    manifest["parameters"]["emotionWidth"] = WIDTH
    manifest["parameters"]["emotionLayers"] = list(range(1, len(notes["shares"]) + 1))
    cases = manifest["golden"]["cases"]
    if not any(case["graph"] == GRAPH for case in cases):
        cases.insert(0, {"name": "speech", "graph": GRAPH})
    write_manifest(manifest, folder)  # the golden numbers need its tensors, and it needs their checksum
    write_golden(ModelFolder(folder), folder.parent)
    write_manifest(manifest, folder)


def write_manifest(manifest: dict[str, Any], folder: Path) -> None:
    refresh(manifest, folder)
    write_text_atomically(folder / "model.json", text_of(manifest))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="folder of the start weights")
    parser.add_argument("--models", type=Path, required=True, help="the set of models to start from")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new set")
    args = parser.parse_args()
    encoder = load(args.weights, args.checkpoint, "cpu")
    notes = torch.load(args.checkpoint, map_location="cpu", weights_only=True)["notes"]
    with tempfile.TemporaryDirectory() as scratch:
        fp32, int8 = Path(scratch) / "emotion.onnx", Path(scratch) / FILE
        write_graphs(encoder, args.weights, fp32, int8)
        found = parity(encoder, fp32, int8)
        target = write_models(args.models, args.out, int8, notes)
    print(f"{target}: cosine to PyTorch {', '.join(f'{name} {value:.5f}' for name, value in found.items())}")


if __name__ == "__main__":
    main()
