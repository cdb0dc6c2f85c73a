"""One training of one network: steps, learning rate, averaged weights, and the state to resume from."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from rapport_training.averaged_weights import AveragedWeights
from rapport_training.checkpoint import Checkpoint
from rapport_training.face.augment import FaceAugment
from rapport_training.face.encoder import FaceEncoder
from rapport_training.face.pace import Pace


@dataclass(frozen=True)
class FaceRecipe:
    batch: int = 512
    peak_learning_rate: float = 4e-3
    final_share: float = 1e-3
    """Of the peak, at the end."""
    warmup: float = 0.08
    """Share of the training over which the rate rises."""
    weight_decay: float = 0.05
    """Of convolutions and the classifier; never of normalisation and biases."""
    average_decay: float = 0.996
    gradient_norm: float = 5.0
    rarity: float = 0.35
    """Pictures are drawn by the size of their class to the power of minus this (0: as they come, 1: classes equally)."""
    augment: FaceAugment = field(default_factory=FaceAugment)
    seed: int = 1


@dataclass(frozen=True)
class TrainingFaces:
    """On the device."""

    faces: Tensor
    """[N, 48, 48] uint8"""
    targets: Tensor
    """[N, 8] distributions"""
    weights: Tensor
    """[N], how often each is drawn"""
    _upto: Tensor = field(init=False, repr=False)
    """[N] running sum of the weights"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_upto", self.weights.double().cumsum(0))

    def __len__(self) -> int:
        return len(self.faces)

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Indices [count], each by its weight; the host does not wait for the device."""
        at = torch.rand(count, generator=generator, device=self.faces.device, dtype=torch.float64) * self._upto[-1]
        return torch.searchsorted(self._upto, at, right=True).clamp(max=len(self) - 1)


def learning_rate(recipe: FaceRecipe, progress: float) -> float:
    if progress < recipe.warmup:
        return recipe.peak_learning_rate * max(progress / recipe.warmup, recipe.final_share)
    done = min(1.0, (progress - recipe.warmup) / (1 - recipe.warmup))
    return recipe.peak_learning_rate * max(recipe.final_share, 0.5 + 0.5 * math.cos(math.pi * done))


def rarity_weights(labels: np.ndarray, classes: int, rarity: float) -> np.ndarray:
    """[N] float32 by the class of each."""
    counts = np.bincount(labels, minlength=classes).clip(min=1)
    return (counts[labels] ** -rarity).astype(np.float32)


class Watch(Protocol):
    def due(self, step: int) -> bool: ...

    def report(self, network: FaceEncoder, step: int, progress: float, loss: float) -> None:
        """The network with its averaged weights, in evaluation mode; the mean loss since the last report."""
        ...


def fit(
    network: FaceEncoder,
    data: TrainingFaces,
    recipe: FaceRecipe,
    pace: Pace,
    watch: Watch,
    state: Path | None = None,
) -> FaceEncoder:
    """Train until the pace says 1; the network ends with its averaged weights. With `state`, it is written at every
    report and resumed from."""
    device = data.faces.device
    generator = torch.Generator(device).manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    network.to(device=device, memory_format=torch.channels_last).train()
    optimiser = torch.optim.AdamW(_decayed(network, recipe.weight_decay), lr=0.0, fused=device.type == "cuda")
    average = AveragedWeights(network, recipe.average_decay)
    parts = {"network": network, "optimiser": optimiser, "average": average}
    # repr: a checkpoint keeps plain values only
    settings = {"recipe": repr(recipe), "config": repr(network.config), "pictures": len(data)}
    checkpoint = Checkpoint(state, parts, {"pictures": generator, "blends": rng}, settings) if state else None
    step = checkpoint.resume() if checkpoint else 0
    losses = torch.zeros((), device=device)
    since = step
    progress = pace.progress(step)
    while progress < 1:
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(recipe, progress)
        losses += train_step(network, data, recipe, optimiser, rng, generator)
        average.update()
        step += 1
        progress = pace.progress(step)
        if progress >= 1 or watch.due(step):
            with average.in_place():
                network.eval()
                watch.report(network, step, progress, float(losses) / (step - since))
            network.train()
            losses.zero_()
            since = step
            if checkpoint:
                checkpoint.save(step)
    network.load_state_dict(average.average)
    return network.eval()


def train_step(
    network: FaceEncoder,
    data: TrainingFaces,
    recipe: FaceRecipe,
    optimiser: torch.optim.Optimizer,
    rng: np.random.Generator,
    generator: torch.Generator,
) -> Tensor:
    """One step on one drawn batch; its loss."""
    drawn = data.draw(recipe.batch, generator)
    images = recipe.augment.pictures(data.faces[drawn], rng, generator)
    images, targets = recipe.augment.blend(images, data.targets[drawn], rng, generator)
    with torch.autocast(images.device.type, torch.bfloat16, enabled=images.is_cuda):
        logits = network(images.contiguous(memory_format=torch.channels_last))
    loss = -(targets * F.log_softmax(logits.float(), 1)).sum(1).mean()
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), recipe.gradient_norm)
    optimiser.step()
    return loss.detach()


def _decayed(network: FaceEncoder, weight_decay: float) -> list[dict[str, object]]:
    matrices = [p for p in network.parameters() if p.dim() > 1]
    rest = [p for p in network.parameters() if p.dim() <= 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]
