"""Checkpoint of a trained fusion network: `fusion.<fold>.pt`, fp16, with its config and what it was fitted to."""

from pathlib import Path
from typing import Any

import torch

from ..atomic_file import write_atomically
from .config import FusionConfig
from .network import FusionNet

FORMAT = 1


def checkpoint_path(folder: Path, fold: str) -> Path:
    return folder / f"fusion.{fold}.pt"


def save(net: FusionNet, path: Path, notes: dict[str, Any]) -> None:
    """`notes`: plain values that stand beside the weights (temperatures, figures, steps)."""
    content = {
        "format": FORMAT,
        "widths": net.widths,
        "classes": net.classes,
        "config": net.config.as_dict(),
        "state": {name: value.detach().half().cpu() for name, value in net.state_dict().items()},
        "notes": notes,
    }
    write_atomically(path, lambda unfinished: torch.save(content, unfinished))


def load(path: Path, device: str | torch.device = "cpu") -> tuple[FusionNet, dict[str, Any]]:
    """The network in eval mode and the notes. Raises ValueError when the file is of another format."""
    content = torch.load(path, map_location="cpu", weights_only=True)
    if content.get("format") != FORMAT:
        raise ValueError(f"{path} has the format {content.get('format')}, expected {FORMAT}: train it again")
    net = FusionNet(content["widths"], content["classes"], FusionConfig(**content["config"]))
    net.load_state_dict(content["state"])
    return net.float().to(device).eval(), content["notes"]
