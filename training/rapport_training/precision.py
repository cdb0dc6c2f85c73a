"""Mixed precision: bf16 where the machine multiplies it faster than float32, else float32.

bf16 keeps the range of float32, so no loss has to be scaled (as fp16 would need); parameters and optimiser stay float32.
"""

from contextlib import AbstractContextManager, nullcontext

import torch


def bf16_pays(device: torch.device) -> bool:
    """On CUDA from Ampere on. On a CPU by its instructions and not by a stop-watch, so that a training that resumes
    has the arithmetic that it began with: 2.2 times as fast with AMX (notes of the text prototype), slower than float32
    where bf16 has to be emulated."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return device.type == "cpu" and bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


def mixed_precision(device: torch.device) -> AbstractContextManager[object]:
    """`with mixed_precision(device):` around forward pass and loss."""
    if not bf16_pays(device):
        return nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)
