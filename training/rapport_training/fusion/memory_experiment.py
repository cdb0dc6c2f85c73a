"""Does session memory help? MELD in dialogue order, text alone: the moving mean of earlier joint embeddings as one more token.

    python -m rapport_training.fusion.memory_experiment --data D --weights W --encoders O --out O --device cuda

Needs OUT/fusion.all.pt (or of another fold). MELD is television: research only, its test part is not touched. Memory is
kept in the product only if the gain on dev exceeds the spread over the seeds. OUT/memory.json.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from ..atomic_file import write_text_atomically
from ..corpora.texts import TextRow, read_texts
from ..labels import EMOTIONS
from .answers import joint_of, logits_of
from .config import FusionConfig
from .feature_source import FeatureSource
from .network import FusionNet
from .options import add_options, source_of
from .pool import EXAMPLES, Batch, ClassSampler, moments, smoothed
from .scores import score
from .stored import load
from .text_rows import encoded
from .trainer import train

CONFIG = FusionConfig(
    contrastive=0.0,
    distillation=0.0,
    mixing=0.0,
    balance=0.0,
    progressive=False,
    modality_dropout=0.2,
    alone=0.3,
    batch=128,
)
MEMORY_RATE = 0.3
"""Share that the newest embedding moves the mean."""
SCOPES = ("none", "speaker", "dialogue")
STEPS, SMOKE_STEPS, SMOKE_ROWS = 400, 4, 120
MOST_WORD_PIECES = 32
"""Of a turn; few are longer."""


class MeldPool:
    """Texts with the memory that they were said in. `remember=False`: text alone."""

    classes = len(EMOTIONS)

    def __init__(
        self, tokens: Tensor, length: Tensor, memory: Tensor, known: Tensor, label: Tensor, remember: bool
    ) -> None:
        self.text, self.length, self.memory, self.known, self.label = tokens, length, memory, known, label
        self.widths = {"text": tokens.shape[-1]} | ({"memory": memory.shape[-1]} if remember else {})
        share = 1 / torch.bincount(label, minlength=self.classes).clamp(min=1).float().sqrt()
        self.sampler = ClassSampler(torch.zeros_like(label), share[label], 1)

    def given(self, rows: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
        place = torch.arange(self.text.shape[1], device=rows.device)
        found = {
            "text": (self.text[rows].float(), (place < self.length[rows][:, None]).float()),
            "memory": (self.memory[rows][:, None], self.known[rows][:, None].float()),
        }
        return {name: found[name] for name in self.widths}

    def draw(self, size: int, config: FusionConfig, generator: Generator) -> Tensor:
        rows = self.sampler.draw(torch.zeros(size, dtype=torch.long, device=self.label.device), generator)
        return rows[:, None].expand(-1, len(self.widths)).clone()

    def gather(self, rows: Tensor, config: FusionConfig, generator: Generator) -> Batch:
        given, labels = self.given(rows[:, 0]), self.label[rows]
        says = torch.ones_like(labels, dtype=torch.float)
        return Batch(
            tokens={name: part[0] for name, part in given.items()},
            masks={name: part[1] for name, part in given.items()},
            targets=smoothed(labels, self.classes, config.smoothing),
            says=says,
            labels=labels,
        )

    def standard(self) -> dict[str, tuple[Tensor, Tensor]]:
        every = torch.arange(len(self.label), device=self.label.device)
        return {name: moments(tokens, mask) for name, (tokens, mask) in self.given(every).items()}

    def examples(self, name: str) -> tuple[Tensor, Tensor]:
        return self.given(torch.arange(min(len(self.label), EXAMPLES), device=self.label.device))[name]


def in_order(rows: Sequence[TextRow]) -> list[TextRow]:
    return sorted(rows, key=lambda row: (int(row.columns["dialogue_id"]), int(row.columns["utterance_id"])))


def remembered(embeddings: Tensor, sessions: Sequence[object], rate: float = MEMORY_RATE) -> tuple[Tensor, Tensor]:
    """The moving mean before each row of its own session, as the service keeps it: [n, width] and whether there is one."""
    rows: dict[object, list[int]] = defaultdict(list)
    for i, session in enumerate(sessions):
        rows[session].append(i)
    source, memory = embeddings.cpu(), torch.zeros(embeddings.shape)
    known = torch.zeros(len(embeddings), dtype=torch.bool)
    for own in rows.values():
        mean = source[own[0]]
        for i in own[1:]:
            memory[i], known[i] = mean, True
            mean = mean + rate * (source[i] - mean)
    return memory.to(embeddings.device), known.to(embeddings.device)


class Meld:
    """One split in the order of its dialogues, through the text encoder and a fusion network."""

    def __init__(self, args: argparse.Namespace, source: FeatureSource, net: FusionNet, split: str) -> None:
        rows = in_order(read_texts(args.data, "meld", split))[: SMOKE_ROWS if args.smoke else None]
        tokens, length, _ = encoded([row.text for row in rows], source.text_encoder(), source.device)
        self.tokens, self.length = tokens[:, :MOST_WORD_PIECES], length.clamp(max=MOST_WORD_PIECES)
        mask = (torch.arange(self.tokens.shape[1], device=source.device) < self.length[:, None]).float()
        self.embedding, _ = joint_of(net, {"text": (self.tokens, mask)})
        self.label = torch.tensor([EMOTIONS.index(row.labels[0]) for row in rows], device=source.device)
        self.dialogues = [row.columns["dialogue_id"] for row in rows]
        self.speakers = [(row.columns["dialogue_id"], row.columns["speaker"]) for row in rows]

    def pool(self, scope: str) -> MeldPool:
        """scope: the memory of the `speaker`, of the `dialogue`, or `none`."""
        memory, known = remembered(self.embedding, self.speakers if scope == "speaker" else self.dialogues)
        return MeldPool(self.tokens, self.length, memory, known, self.label, scope != "none")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 40)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--fold", default="all", help="whose fusion network gives the embeddings")
    args = parser.parse_args()
    source = source_of(args)
    device = source.device
    net, _ = load(args.out / f"fusion.{args.fold}.pt", device)
    train_part, dev_part = (Meld(args, source, net, split) for split in ("train", "dev"))
    report: dict[str, Any] = {"what": "MELD dev (television), text alone, memory of earlier turns", "rate": MEMORY_RATE}
    report["steps"] = SMOKE_STEPS if args.smoke else args.steps
    config, seeds = (CONFIG.but(batch=16) if args.smoke else CONFIG), [int(s) for s in args.seeds.split(",")]
    for scope in SCOPES:
        pool, dev, figures = train_part.pool(scope), dev_part.pool(scope), []
        for seed in seeds:
            own, _ = train(pool, config, seed=seed, device=device, steps=report["steps"])
            every = torch.arange(len(dev.label), device=device)
            figures.append(score(logits_of(own, dev.given(every)), dev.label, EMOTIONS).uar)
        values = torch.tensor(figures)
        report[scope] = {"uar": round(values.mean().item(), 4), "sd": round(values.std().item(), 4), "seeds": figures}
        print(f"memory, {scope}: {report[scope]}", flush=True)
    spread = max(report[scope]["sd"] for scope in SCOPES)
    for scope in SCOPES[1:]:
        gains = [a - b for a, b in zip(report[scope]["seeds"], report["none"]["seeds"], strict=True)]
        report[f"{scope} gain"] = {
            "mean": round(sum(gains) / len(gains), 4), "low": round(min(gains), 4), "high": round(max(gains), 4),
        }  # fmt: skip
        report[f"{scope} helps"] = sum(gains) / len(gains) > spread
    write_text_atomically(args.out / "memory.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
