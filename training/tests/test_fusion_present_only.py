"""A batch in groups of what its rows show, against the same batch padded."""

from dataclasses import fields

import torch
from fusion_features import features

from rapport_training.fusion.config import FusionConfig
from rapport_training.fusion.network import FusionNet, FusionOutput
from rapport_training.fusion.pool import draw_batch
from rapport_training.fusion.present_only import answers
from rapport_training.fusion.synthetic_pairs import SyntheticPairs


def test_groups_answer_as_the_padded_batch_does() -> None:
    torch.manual_seed(0)
    pool = SyntheticPairs(features())
    config = FusionConfig(width=32, heads=2, blocks=1, embedding=16, batch=64)
    net = FusionNet(pool.widths, pool.classes, config).eval()
    batch = draw_batch(pool, config, 1.0, torch.Generator().manual_seed(1))
    padded, grouped = net(batch.tokens, batch.masks), answers(net, batch)
    for field in fields(FusionOutput):
        a, b = getattr(padded, field.name), getattr(grouped, field.name)
        # what a missing modality says by itself is never used
        shown = padded.present[..., None] if a.ndim == 3 else torch.ones(())
        assert torch.allclose(a * shown, b * shown, atol=1e-5), field.name
