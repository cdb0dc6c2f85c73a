"""The missing-modality curve and the deletion test of contributions, both on SYNTHETIC pairs of validation examples."""

from collections.abc import Callable
from itertools import permutations

import torch
from torch import Tensor

from .answers import logits_of, subset_key, subsets_of
from .features import Features
from .network import FusionNet
from .pool import Batch
from .synthetic_pairs import SyntheticPairs

PAIRS = 2000
SEED = 11


class HeldPairs:
    """One set of synthetic pairs of a fold, and the network's logits for every subset of their modalities."""

    def __init__(self, net: FusionNet, features: Features, pairs: int = PAIRS, seed: int = SEED) -> None:
        pool = SyntheticPairs(features, held=True)
        generator = torch.Generator(pool.shares.device).manual_seed(seed)
        self.batch: Batch = pool.gather(pool.draw(pairs, net.config, generator), net.config, generator)
        self.names, self.generator = net.names, generator
        self.logits = {
            subset: logits_of(net, {name: (self.batch.tokens[name], self.batch.masks[name]) for name in subset})
            for subset in subsets_of(net.names)
        }
        labels = self.batch.labels
        self.agree = ((labels == labels[:, :1]) & (labels >= 0)).all(1)
        """Pairs whose modalities all have one label: only these have an answer that is right."""

    def accuracy(self) -> dict[str, float]:
        label = self.batch.labels[self.agree, 0]
        return {
            subset_key(s): round((z[self.agree].argmax(1) == label).float().mean().item(), 4)
            for s, z in self.logits.items()
        }

    def missing_curve(self, steps: int = 10) -> dict[str, float]:
        """Accuracy when each modality of each window is missing with probability 0, .1, ... .9, among windows that keep
        at least one."""
        label, curve = self.batch.labels[self.agree, 0], {}
        for step in range(steps):
            p = step / steps
            there = torch.rand(len(label), len(self.names), generator=self.generator, device=label.device) >= p
            right = torch.zeros(len(label), device=label.device)
            for subset, logits in self.logits.items():
                shown = torch.tensor([name in subset for name in self.names], device=label.device)
                rows = (there == shown).all(1)
                right = torch.where(rows, (logits[self.agree].argmax(1) == label).float(), right)
            kept = there.any(1)
            curve[f"{p:.1f}"] = round(right[kept].mean().item(), 4)
        return curve

    def deletion_test(self, temperatures: dict[str, float]) -> dict[str, float]:
        """Is a contribution faithful? Remove one modality and see how far the probabilities move (total variation), by
        the rank of its contribution (Shapley value of the probability of the full answer; rule 10)."""
        p = {s: (z / temperatures.get(subset_key(s), 1.0)).softmax(1) for s, z in self.logits.items()}
        full = self.names
        top = p[full].argmax(1, keepdim=True)
        value = {s: q.gather(1, top).squeeze(1) for s, q in p.items()}
        chance = torch.full_like(value[full], 1 / p[full].shape[1])
        shares = shapley(full, lambda s: value[s] if s else chance)
        moved = torch.stack(
            [(p[full] - p[tuple(n for n in full if n != name)]).abs().sum(1) / 2 for name in full], 1
        )  # [n, modalities]
        order = shares.argsort(1, descending=True)
        by_rank = moved.gather(1, order).mean(0)
        hit = (order[:, 0] == moved.argmax(1)).float().mean()
        answers = torch.stack([p[tuple(n for n in full if n != name)].argmax(1) for name in full], 1)
        flipped = (answers != top).float().gather(1, order).mean(0)
        return {
            "highest contribution moves most (chance 0.333)": round(hit.item(), 4),
            **{f"moved by removing rank {i + 1}": round(v, 4) for i, v in enumerate(by_rank.tolist())},
            **{f"answer changed by removing rank {i + 1}": round(v, 4) for i, v in enumerate(flipped.tolist())},
        }


def shapley(names: tuple[str, ...], value: Callable[[tuple[str, ...]], Tensor]) -> Tensor:
    """[n, modalities]: mean gain of each over all orders of arrival (Shapley 1953)."""
    orders = list(permutations(names))
    shares = [torch.zeros_like(value(names)) for _ in names]
    for order in orders:
        for i, name in enumerate(order):
            before = tuple(n for n in names if n in order[:i])
            after = tuple(n for n in names if n in order[: i + 1])
            shares[names.index(name)] = shares[names.index(name)] + (value(after) - value(before)) / len(orders)
    return torch.stack(shares, 1)
