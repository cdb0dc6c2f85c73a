"""Losses of the text training. Embeddings are [B, width] of norm 1; similarities are cosines."""

import torch
import torch.nn.functional as F
from torch import Tensor

DISTILLED_TEMPERATURE = 0.05
CONTRAST_TEMPERATURE = 0.07
MARGIN = 0.1
"""Cosine that the right prototype must win by."""


def emotion_loss(logits: Tensor, target: Tensor, class_weights: Tensor | None = None) -> Tensor:
    """Binary cross-entropy over sigmoids; target in [0, 1], rows of NaN count nothing."""
    known = ~target.isnan()
    loss = F.binary_cross_entropy_with_logits(logits.float(), target.nan_to_num(0.0), reduction="none")
    if class_weights is not None:
        loss = loss * class_weights
    return (loss * known).sum() / known.sum().clamp(min=1)


def prototype_loss(embeddings: Tensor, labels: Tensor, prototypes: Tensor, log_scale: Tensor) -> Tensor:
    """Cross-entropy over scaled cosines to prototypes [names, width], the right one less MARGIN."""
    cosines = embeddings @ F.normalize(prototypes, dim=-1).t()
    margin = F.one_hot(labels, len(prototypes)) * MARGIN
    return F.cross_entropy(log_scale.exp() * (cosines - margin), labels)


def contrastive_loss(embeddings: Tensor, labels: Tensor) -> Tensor:
    """Supervised contrastive loss (Khosla et al. 2020); rows that are alone with their label count nothing."""
    own = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    similar = (embeddings @ embeddings.t() / CONTRAST_TEMPERATURE).masked_fill(own, -1e4)
    log_share = similar.log_softmax(-1)
    positive = (labels[:, None] == labels[None]) & ~own
    count = positive.sum(1)
    loss = -(log_share * positive).sum(1) / count.clamp(min=1)
    return (loss * (count > 0)).sum() / (count > 0).sum().clamp(min=1)


def similarity_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """How the student's ranking of a batch by likeness differs from the teacher's: KL divergence of softmaxed cosines."""
    own = torch.eye(len(student), dtype=torch.bool, device=student.device)

    def log_shares(embeddings: Tensor) -> Tensor:
        return (embeddings @ embeddings.t() / DISTILLED_TEMPERATURE).masked_fill(own, -1e4).log_softmax(-1)

    return F.kl_div(log_shares(student), log_shares(teacher), log_target=True, reduction="batchmean")


def cosine_distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean of 1 - cosine over rows."""
    return (1 - (F.normalize(a.float(), dim=-1) * F.normalize(b.float(), dim=-1)).sum(-1)).mean()
