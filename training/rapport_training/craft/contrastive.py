"""Symmetric contrastive loss: modalities of the same feeling lie near each other in one joint space.

As CLIP does it (Radford et al. 2021), in both directions; but rows of the same emotion are no negatives of each other
(supervised contrastive, Khosla et al. 2020), since seven classes would otherwise push most of a batch apart wrongly.
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

PAIR_WEIGHTS = {("face", "text"): 0.4, ("text", "voice"): 0.4, ("face", "voice"): 0.2}
"""Text-vision, text-audio and vision-audio, by the names in alphabetical order."""

TEMPERATURE = 0.1


def symmetric_contrastive(
    left: Tensor, right: Tensor, left_labels: Tensor, right_labels: Tensor, temperature: float = TEMPERATURE
) -> Tensor:
    """left, right [b, width] of L2 norm 1; labels [b], negative where a row is missing or of unknown feeling: such rows
    neither pull nor push. Mean cross-entropy of both directions; 0 when nothing pairs."""
    alike = (left_labels[:, None] == right_labels) & (left_labels[:, None] >= 0)
    scores = left @ right.T / temperature
    forward = _one_way(scores, alike, right_labels >= 0)
    return (forward + _one_way(scores.T, alike.T, left_labels >= 0)) / 2


def _one_way(scores: Tensor, alike: Tensor, known: Tensor) -> Tensor:
    log_p = scores.masked_fill(~known, -1e4).log_softmax(1)
    count = alike.sum(1)
    loss = -(log_p * alike).sum(1) / count.clamp(min=1)
    has = (count > 0).float()
    return (loss * has).sum() / has.sum().clamp(min=1)


def joint_space_loss(
    embeddings: Tensor,
    labels: Tensor,
    names: Sequence[str],
    pair_weights: Mapping[tuple[str, str], float] = PAIR_WEIGHTS,
) -> Tensor:
    """embeddings [b, modalities, width] before normalisation, labels [b, modalities] (negative: missing) -> weighted sum
    over the pairs of modalities; a pair without a weight counts 1."""
    unit = F.normalize(embeddings, dim=-1)
    total = torch.zeros((), device=embeddings.device)
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            first, second = sorted((names[i], names[j]))
            weight = pair_weights.get((first, second), 1.0)
            total = total + weight * symmetric_contrastive(unit[:, i], unit[:, j], labels[:, i], labels[:, j])
    return total
