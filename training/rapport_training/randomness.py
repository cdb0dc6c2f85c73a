"""Fixed seeds: the same command gives the same model on the same kind of machine."""

import random

import numpy as np
import torch


def fix_seeds(seed: int) -> None:
    """Python, numpy, torch and every CUDA device."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
