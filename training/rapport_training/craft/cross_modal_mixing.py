"""Cross-modal mixing: a row gets one modality from another row, so that modalities disagree as those of people do.

Its target is then the mean of what its modalities say, and the network cannot let one modality answer for all."""

import torch
from torch import Generator, Tensor


def mixed_sources(rows: int, modalities: int, share: float, generator: Generator, device: torch.device) -> Tensor:
    """[rows, modalities] of row numbers: where the modality of each row comes from. A `share` of the rows takes one random
    modality from a random row; all others are their own."""
    own = torch.arange(rows, device=device)[:, None].expand(rows, modalities)
    mixed = torch.rand(rows, generator=generator, device=device) < share
    which = torch.randint(modalities, (rows,), generator=generator, device=device)
    other = torch.randint(rows, (rows, 1), generator=generator, device=device).expand(rows, modalities)
    takes = mixed[:, None] & (torch.arange(modalities, device=device) == which[:, None])
    return torch.where(takes, other, own)
