"""The expression encoder: a residual network of dense 3x3 convolutions over a 48x48 grey face.

Dense convolutions, ReLU and nothing else: they keep their figures in 8 bits, and batch normalisation folds into them.
Width and depth were chosen by the time of the int8 graph on one slow core without VNNI (about 3 ms a face).
"""

from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rapport_training.atomic_file import write_atomically
from rapport_training.corpora.faces import FACE_LABELS
from rapport_training.labels import EMOTIONS, FERPLUS_LABELS

TO_EMOTIONS = [FACE_LABELS.index({v: k for k, v in FERPLUS_LABELS.items()}[emotion]) for emotion in EMOTIONS]
"""Where each of the seven emotions stands in FACE_LABELS; contempt has no place among them."""


@dataclass(frozen=True)
class FaceConfig:
    widths: tuple[int, ...] = (32, 48, 96, 192, 256)
    """Channels of the stem (48x48) and of each stage, which halves the side first: 24, 12, 6, 3."""
    blocks: tuple[int, ...] = (1, 1, 2, 1)
    """Residual blocks of each stage."""
    dropout: float = 0.3


TEACHER = FaceConfig(widths=(48, 64, 128, 256, 384), blocks=(1, 2, 2, 1))


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    layers = OrderedDict(
        conv=nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
        norm=nn.BatchNorm2d(outputs),
    )
    return nn.Sequential(layers)


class Block(nn.Module):
    """Two convolutions and a residual."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = convolution(width, width)
        self.second = convolution(width, width)
        nn.init.zeros_(self.second.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class FaceEncoder(nn.Module):
    """Images [B, 1, 48, 48] in -1..1."""

    logit_bias: Tensor
    """[8] added to the logits: zero while training, the logit adjustment chosen on validation afterwards."""

    def __init__(self, config: FaceConfig | None = None) -> None:
        super().__init__()
        config = config or FaceConfig()
        self.config = config
        layers: list[nn.Module] = [convolution(1, config.widths[0]), nn.ReLU()]
        for before, width, blocks in zip(config.widths, config.widths[1:], config.blocks, strict=False):
            layers += [convolution(before, width, stride=2), nn.ReLU(), *(Block(width) for _ in range(blocks))]
        self.trunk = nn.Sequential(*layers)
        self.classifier = nn.Linear(config.widths[-1], len(FACE_LABELS))
        self.register_buffer("logit_bias", torch.zeros(len(FACE_LABELS)))

    @property
    def feature_width(self) -> int:
        return self.config.widths[-1]

    def features(self, images: Tensor) -> Tensor:
        """[B, W]: the mean over the last map, what the classifier reads and what fusion takes as a token."""
        return self.trunk(images).mean((2, 3))

    def logits(self, features: Tensor) -> Tensor:
        """[B, 8] in the order of FACE_LABELS."""
        dropped = F.dropout(features, self.config.dropout, self.training)
        return self.classifier(dropped) + self.logit_bias

    def forward(self, images: Tensor) -> Tensor:
        return self.logits(self.features(images))

    def emotion_logits(self, images: Tensor) -> Tensor:
        """[B, 7] in the order of EMOTIONS."""
        return self(images)[:, TO_EMOTIONS]


def normalise(pictures: Tensor) -> Tensor:
    """uint8 [B, 48, 48] -> float [B, 1, 48, 48] in -1..1, as the service feeds them."""
    return pictures[:, None].float() / 127.5 - 1


def save(path: Path, network: FaceEncoder, figures: dict[str, Any]) -> None:
    """fp16 weights with the config and the validation figures."""
    state = {k: v.detach().cpu().half() if v.is_floating_point() else v.cpu() for k, v in network.state_dict().items()}
    stored = {"config": asdict(network.config), "state": state, "figures": figures}
    write_atomically(path, lambda unfinished: torch.save(stored, unfinished))


def stored_figures(path: Path) -> dict[str, Any]:
    return torch.load(path, map_location="cpu", weights_only=True)["figures"]


def load(checkpoint: Path | None, device: str | torch.device = "cpu") -> FaceEncoder:
    """In evaluation mode. Without a checkpoint (None, or no such file) an untrained network of the default config."""
    network = FaceEncoder()
    if checkpoint is not None and Path(checkpoint).exists():
        stored = torch.load(checkpoint, map_location="cpu", weights_only=True)
        network = FaceEncoder(FaceConfig(**stored["config"]))
        network.load_state_dict(stored["state"])
    return network.float().to(device).eval()
