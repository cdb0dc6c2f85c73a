"""Low-rank adapters, after Hu et al. (2022): a frozen weight W learns only an update B A of small rank.

The update is added to the weight before the product, W + s B A, not to the output after it: one product a layer at
training as at serving, and what is exported is exactly what was trained.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class AdaptedLinear(nn.Module):
    """A frozen linear layer with adapters. Only they are parameters, and only they are in the state dict.

    weight [out, in], bias [out] or None. blocks: the output is so many layers in one (three for query, key and value
    together), each with adapters of its own. alpha: the update is scaled by alpha / rank. Rank 0: no adapters.
    """

    weight: Tensor
    bias: Tensor | None

    def __init__(self, weight: Tensor, bias: Tensor | None, rank: int, alpha: float, blocks: int = 1) -> None:
        super().__init__()
        rows, columns = weight.shape
        if rows % blocks:
            raise ValueError(f"{rows} outputs cannot be cut into {blocks} equal blocks")
        self.register_buffer("weight", weight.detach().clone(), persistent=False)
        self.register_buffer("bias", None if bias is None else bias.detach().clone(), persistent=False)
        self.scale = alpha / rank if rank else 0.0
        if rank:
            bound = 1 / math.sqrt(columns)
            self.down = nn.Parameter(torch.empty(blocks, rank, columns).uniform_(-bound, bound))
            self.up = nn.Parameter(torch.zeros(blocks, rows // blocks, rank))  # zero: training starts at W itself

    def merged_weight(self) -> Tensor:
        """[out, in], in the precision of the adapters whatever autocast says: the update is small beside W."""
        if not self.scale:
            return self.weight
        with torch.autocast(self.weight.device.type, enabled=False):
            return self.weight + self.scale * (self.up @ self.down).reshape(self.weight.shape)

    def forward(self, x: Tensor) -> Tensor:
        """[..., in] -> [..., out]"""
        return functional.linear(x, self.merged_weight(), self.bias)
