"""What the text training leaves: `text.encoder.<i>.pt` (layers, fp16, in pieces) and `text.heads.pt` (everything else).

Pieces stay under MAX_PIECE_BYTES because they are carried between machines one by one. Embeddings are not trained and
not in them.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..atomic_file import write_atomically

FORMAT = 1
PIECE = "text.encoder.{}.pt"
HEADS = "text.heads.pt"
MAX_PIECE_BYTES = 14_700_000
HEAD_PREFIX = "emotion_head."


def write_text_checkpoint(folder: Path, trained: dict[str, Tensor], heads: dict[str, Any]) -> None:
    """trained: tensors of the encoder by name; those of the emotion head go to the heads in float32."""
    layers = {n: v.detach().half().cpu().clone() for n, v in trained.items() if not n.startswith(HEAD_PREFIX)}
    pieces: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, value in layers.items():
        if size + value.nbytes > MAX_PIECE_BYTES:
            pieces.append({})
            size = 0
        pieces[-1][name] = value
        size += value.nbytes
    for number, tensors in enumerate(pieces):
        state = {"format": FORMAT, "piece": number, "pieces": len(pieces), "tensors": tensors}
        write_atomically(folder / PIECE.format(number), lambda path, state=state: torch.save(state, path))
    head = {n: v.detach().float().cpu().clone() for n, v in trained.items() if n.startswith(HEAD_PREFIX)}
    state = {"format": FORMAT, "emotion_head": head, **heads}
    write_atomically(folder / HEADS, lambda path: torch.save(state, path))


def read_pieces(folder: Path) -> dict[str, Tensor] | None:
    """Tensors of all pieces; None when there is no checkpoint. Raises FileNotFoundError when a piece is missing."""
    if not (folder / PIECE.format(0)).exists():
        return None
    first = _read(folder / PIECE.format(0))
    tensors = dict(first["tensors"])
    for number in range(1, first["pieces"]):
        tensors |= _read(folder / PIECE.format(number))["tensors"]
    return tensors


def read_heads(folder: Path) -> dict[str, Any]:
    return _read(folder / HEADS)


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: copy every file of the checkpoint, or train again")
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state.get("format") != FORMAT:
        raise ValueError(f"{path} is of format {state.get('format')}, not {FORMAT}: train again")
    return dict(state)
