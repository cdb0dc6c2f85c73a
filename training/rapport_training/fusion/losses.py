"""The loss of fusion training: the joint answer, each modality by itself, and the joint space."""

import torch
from torch import Tensor

from ..craft.contrastive import joint_space_loss
from ..craft.loss_balance import ModalityBalance
from .config import FusionConfig
from .network import FusionOutput
from .pool import Batch

ALONE = 0.3
"""Weight of the modalities' own heads."""


def joint_target(batch: Batch, present: Tensor) -> Tensor:
    """[b, classes]: the mean of what the modalities that are there say."""
    weight = present * batch.says
    return (batch.targets * weight[..., None]).sum(1) / weight.sum(1, keepdim=True).clamp(min=1e-6)


def divergence(logits: Tensor, target: Tensor) -> Tensor:
    """KL(target || softmax(logits)) over the last axis."""
    return (target * (target.clamp(min=1e-8).log() - logits.log_softmax(-1))).sum(-1)


def fusion_loss(
    output: FusionOutput, batch: Batch, names: tuple[str, ...], config: FusionConfig, balance: ModalityBalance | None
) -> Tensor:
    present = output.present
    own = divergence(output.alone, batch.targets) * present  # [b, modalities]
    seen = present.sum(0)
    mean = own.sum(0) / seen.clamp(min=1)
    weights = torch.ones_like(mean) if balance is None else balance.update(mean.detach(), seen)

    # a row weighs as much as the modalities that it shows
    row_weight = (present * weights).sum(1) / present.sum(1).clamp(min=1)
    loss = (divergence(output.logits, joint_target(batch, present)) * row_weight).mean()
    loss = loss + ALONE * (mean * weights).mean()
    if config.contrastive > 0:
        loss = loss + config.contrastive * joint_space_loss(output.projected, batch.labels, names)
    return loss
