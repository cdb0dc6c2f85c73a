"""Does a gated residual from voice and face help to tell intents (rule 11)? Measured; it enters the graph only if it does.

    python -m rapport_training.fusion.intent_residual --data D --weights W --encoders O --out O --device cuda

No corpus pairs a voice with an intent, so pairs are SYNTHETIC: a voice and a face of anyone beside a text, which cannot say
anything about the intent. The best that can be learnt here is to stay near zero. Bitext27 dev; OUT/intent_residual.json.
"""

import argparse
import json
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from ..atomic_file import write_text_atomically
from ..corpora.texts import read_texts
from .answers import joint_of
from .network import FusionNet
from .options import add_options, source_of
from .stored import load
from .synthetic_pairs import SyntheticPairs

STEPS, SMOKE_STEPS, SMOKE_EVERY = 300, 5, 40
BATCH, TEMPERATURE, SHRINK, CLOSED = 256, 0.05, 1.0, -3.0
"""CLOSED: the bias that the gate begins with, so that the residual begins near zero."""
COMPANIONS = 4000
"""Voices with faces that are drawn beside the texts."""


class IntentResidual(nn.Module):
    """Fused vector [b, width] and text embedding [b, text] -> residual [b, text] and gate [b, 1] in 0..1."""

    def __init__(self, width: int, text: int) -> None:
        super().__init__()
        self.residual = nn.Linear(width, text)
        self.gate = nn.Linear(width + text, 1)
        nn.init.constant_(self.gate.bias, CLOSED)

    def forward(self, joint: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        return self.residual(joint), self.gate(torch.cat([joint, text], 1)).sigmoid()


def prototypes(embeddings: Tensor, labels: Tensor) -> Tensor:
    """[intents, text]: the mean of each, L2 norm 1."""
    total = torch.zeros(int(labels.max()) + 1, embeddings.shape[1], device=embeddings.device)
    return F.normalize(total.index_add_(0, labels, embeddings), dim=1)


def train_residual(
    joint: Tensor, embeddings: Tensor, labels: Tensor, ideals: Tensor, steps: int, generator: Generator
) -> IntentResidual:
    head = IntentResidual(joint.shape[1], embeddings.shape[1]).to(joint.device)
    optimiser = torch.optim.AdamW(head.parameters(), lr=1e-3)
    for _ in range(steps):
        rows = torch.randint(len(labels), (BATCH,), generator=generator, device=joint.device)
        beside = torch.randint(len(joint), (BATCH,), generator=generator, device=joint.device)
        residual, gate = head(joint[beside], embeddings[rows])
        moved = F.normalize(embeddings[rows] + gate * residual, dim=1)
        loss = F.cross_entropy(moved @ ideals.T / TEMPERATURE, labels[rows])
        loss = loss + SHRINK * (gate * residual).square().sum(1).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    return head.eval()


@torch.no_grad()
def accuracies(
    head: IntentResidual, joint: Tensor, embeddings: Tensor, labels: Tensor, ideals: Tensor, generator: Generator
) -> dict[str, float]:
    beside = torch.randint(len(joint), (len(labels),), generator=generator, device=joint.device)
    residual, gate = head(joint[beside], embeddings)
    moved = F.normalize(embeddings + gate * residual, dim=1)
    right = {"text alone": embeddings, "with residual": moved}
    found = {name: ((x @ ideals.T).argmax(1) == labels).float().mean().item() for name, x in right.items()}
    return found | {"gate": gate.mean().item(), "length of the residual": (gate * residual).norm(dim=1).mean().item()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 20)
    parser.add_argument("--fold", default="0")
    parser.add_argument("--seeds", default="1,2,3")
    args = parser.parse_args()
    source = source_of(args)
    net: FusionNet = load(args.out / f"fusion.{args.fold}.pt", source.device)[0]
    joint = {held: companions(net, SyntheticPairs(source.fold(args.fold), held=held)) for held in (False, True)}
    encoder, texts = source.text_encoder(), {}
    for split in ("train", "dev"):
        rows = read_texts(args.data, "bitext27", split)[:: SMOKE_EVERY if args.smoke else 1]
        texts[split] = ([row.text for row in rows], [row.label for row in rows])
    names = {name: i for i, name in enumerate(sorted(set(texts["train"][1])))}
    known = {s: [i for i, label in enumerate(labels) if label in names] for s, (_, labels) in texts.items()}
    embedded = {s: encoder.embedding([texts[s][0][i] for i in known[s]]).detach().clone() for s in texts}
    labels = {s: torch.tensor([names[texts[s][1][i]] for i in known[s]], device=source.device) for s in texts}
    ideals = prototypes(embedded["train"], labels["train"])
    runs = []
    for seed in (int(s) for s in args.seeds.split(",")):
        torch.manual_seed(seed)
        generator = torch.Generator(source.device).manual_seed(seed)
        steps = SMOKE_STEPS if args.smoke else STEPS
        head = train_residual(joint[False], embedded["train"], labels["train"], ideals, steps, generator)
        runs.append(accuracies(head, joint[True], embedded["dev"], labels["dev"], ideals, generator))
    gain = torch.tensor([run["with residual"] - run["text alone"] for run in runs])
    report: dict[str, Any] = {
        "what": "Bitext27 dev, nearest prototype; SYNTHETIC pairs with voices and faces of anyone",
        "seeds": runs,
        "gain": round(gain.mean().item(), 5),
        "gain sd": round(gain.std().item(), 5),
        "helps": bool(gain.mean() > gain.std() and gain.mean() > 0),
    }
    print("intent residual:", report, flush=True)
    write_text_atomically(args.out / "intent_residual.json", json.dumps(report, indent=1))


@torch.no_grad()
def companions(net: FusionNet, pool: SyntheticPairs) -> Tensor:
    """[COMPANIONS, width]: fused vectors of voice and face."""
    generator = torch.Generator(pool.shares.device).manual_seed(0)
    vectors = []
    for _ in range(0, COMPANIONS, 500):
        batch = pool.gather(pool.draw(500, net.config, generator), net.config, generator)
        vectors.append(joint_of(net, {n: (batch.tokens[n], batch.masks[n]) for n in ("voice", "face")})[1])
    return torch.cat(vectors)


if __name__ == "__main__":
    main()
