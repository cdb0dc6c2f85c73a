"""All texts of a training, tokenised up front and kept on the device; batches of like length are cut out of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from .start_weights import TOKENIZER_FILE

MAX_TOKENS = 64
PAD_ID, MASK_ID = 0, 103
LENGTH_STEP = 8
"""Batches are padded to a multiple of it, so that a GPU sees few shapes."""
CHUNK_BATCHES = 32
"""Rows of so many batches are sorted by length together."""

Indices = np.ndarray


def open_tokenizer(folder: Path, max_tokens: int = MAX_TOKENS) -> Tokenizer:
    tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


class TokenPool:
    """Token ids by row: [rows, MAX_TOKENS] int32 on `device`, their lengths on the CPU."""

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str], device: torch.device | str = "cpu") -> None:
        encoded = [e.ids for e in tokenizer.encode_batch(list(texts))]
        self.lengths = np.array([len(ids) for ids in encoded], np.int64)
        width = int(self.lengths.max(initial=1))
        ids = np.zeros((len(encoded), width), np.int32)
        for row, own in zip(ids, encoded, strict=True):
            row[: len(own)] = own
        self.device = torch.device(device)
        self.ids = torch.from_numpy(ids).to(self.device)
        self._lengths = torch.from_numpy(self.lengths).to(self.device)

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(self, rows: Indices, max_tokens: int = MAX_TOKENS) -> tuple[Tensor, Tensor]:
        """ids int64 [B, T] and mask float [B, T] of the rows, cut at `max_tokens`."""
        longest = min(max_tokens, int(self.lengths[rows].max()))
        longest = min(self.ids.shape[1], -(-longest // LENGTH_STEP) * LENGTH_STEP)
        picked = torch.from_numpy(np.ascontiguousarray(rows)).to(self.device, non_blocking=True)
        mask = torch.arange(longest, device=self.device)[None] < self._lengths[picked][:, None]
        return self.ids[picked, :longest].long(), mask.float()

    def batches(self, rows: Indices, size: int, drawn: np.random.Generator | None = None) -> Iterator[Indices]:
        """All rows once in batches of like length; in random order with `drawn`, else sorted by length."""
        if drawn is None:
            rows = rows[np.argsort(self.lengths[rows], kind="stable")]
            yield from (rows[i : i + size] for i in range(0, len(rows), size))
            return
        rows = drawn.permutation(rows)
        batches = [
            chunk[i : i + size]
            for start in range(0, len(rows), size * CHUNK_BATCHES)
            for chunk in [_by_length(rows[start : start + size * CHUNK_BATCHES], self.lengths)]
            for i in range(0, len(chunk), size)
        ]
        yield from (batches[i] for i in drawn.permutation(len(batches)))


def _by_length(rows: Indices, lengths: np.ndarray) -> Indices:
    return rows[np.argsort(lengths[rows], kind="stable")]
