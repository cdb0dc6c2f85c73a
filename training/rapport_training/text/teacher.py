"""The teachers: MPNet-base fine-tuned for emotion (one or several seeds) and, a copy each, for the sentence space.

They are only there to label: the student learns their probabilities (Hinton et al. 2015) on labelled and unlabelled
texts, and their likeness between sentences.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..checkpoint import Tensors
from ..labels import EMOTIONS
from .encoder import EmotionHead
from .intent_sampler import IntentSampler, Mix
from .losses import contrastive_loss, cosine_distance, emotion_loss, prototype_loss
from .time_schedule import Phase, layer_rates, optimiser_of
from .token_pool import TokenPool
from .training_texts import FINE, GROUPS, TrainingTexts
from .transformer import MPNET, Transformer, masked_mean

EMOTION_RATE, EMOTION_BATCH, EMOTION_EPOCHS = 5e-5, 128, 4
SENTENCE_RATE, SENTENCE_STEPS = 2e-5, 1200
SENTENCE_MIX = Mix({"bitext27": 12, "clinc150": 28, "hwu64": 12, "multidogo": 8}, out_of_scope=8, generic=0)
LAYER_DECAY = 0.9
LABEL_BATCH = 512
MAX_SENTENCE_TOKENS = 32
ANCHOR = 2.0
"""Weight of staying near the untouched sentence space."""
FINE_WEIGHT = 0.5
RARE_POWER = 0.25


def autocast(device: torch.device) -> torch.autocast | nullcontext[None]:
    return torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else nullcontext()


def class_weights(targets: np.ndarray, device: torch.device) -> Tensor:
    """Rare classes a little heavier: (mean frequency / frequency) ** RARE_POWER, mean 1."""
    known = targets[~np.isnan(targets[:, 0])]
    share = np.maximum(known.mean(0), 1e-3)
    weights = (share.mean() / share) ** RARE_POWER
    return torch.tensor(weights / weights.mean(), dtype=torch.float32, device=device)


class EmotionTeacher(nn.Module):
    def __init__(self, body: Transformer) -> None:
        super().__init__()
        self.body, self.head = body, EmotionHead(MPNET.width)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return self.head(self.body(ids, mask), mask)


def labelled_epoch(texts: TrainingTexts, sampler: IntentSampler, noised_share: float) -> np.ndarray:
    """Every Reddit comment and service sentence once, some of them noised."""
    clean = np.arange(len(sampler.variant_counts))
    known = clean[~np.isnan(texts.emotions[clean, 0])]
    return sampler.noised(known, noised_share)


def train_emotion_teacher(
    start: Transformer, texts: TrainingTexts, pool: TokenPool, seconds: float, max_steps: int, batch: int, seed: int,
    report: Callable[[str], None], state: Path | None = None,
) -> EmotionTeacher:  # fmt: skip
    """state: where the training is kept, to go on from when it is interrupted."""
    torch.manual_seed(seed)
    teacher = EmotionTeacher(copy.deepcopy(start)).to(pool.device).train()
    teacher.body.embeddings.requires_grad_(False)
    optimiser = optimiser_of(layer_rates(teacher, [teacher.body.layers], EMOTION_RATE, LAYER_DECAY), 0.01)
    for group in optimiser.param_groups[-2:]:
        group["lr"] = EMOTION_RATE * 10  # the head is new
    phase = Phase(optimiser, seconds, max_steps, state, {"teacher": teacher}, {"seed": seed, "batch": batch})
    emotions, fine = _on(texts.emotions, pool), _on(texts.fine, pool)
    weights = class_weights(texts.emotions[texts.group == GROUPS.index("reddit")], pool.device)
    sampler = IntentSampler(texts, SENTENCE_MIX, seed)
    batches = _endless(pool, lambda: labelled_epoch(texts, sampler, 0.15), batch, seed)
    for share, rows in phase.steps(lambda: next(batches)):
        at = torch.from_numpy(rows).to(pool.device)
        with autocast(pool.device):
            seven, many = teacher(*pool.batch(rows))
        loss = emotion_loss(seven, emotions[at], weights) + FINE_WEIGHT * emotion_loss(many, fine[at])
        step(loss, teacher, optimiser)
        if phase.taken % 100 == 0:
            report(f"emotion teacher {seed}: {share:.0%}, step {phase.taken}, loss {loss.item():.4f}")
    return teacher.eval()


def train_sentence_teacher(
    start: Transformer, texts: TrainingTexts, pool: TokenPool, seconds: float, max_steps: int, mix: Mix, seed: int,
    report: Callable[[str], None], state: Path | None = None,
) -> Transformer:  # fmt: skip
    """Prototypes and pairs of the learnt intents, anchored to the untouched embedding of the clean text."""
    torch.manual_seed(seed)
    body = copy.deepcopy(start).to(pool.device).train()
    untouched = start.to(pool.device).eval()
    body.embeddings.requires_grad_(False)
    if body.distances is not None:
        body.distances.requires_grad_(False)
    names = {corpus: len(own.names) + (corpus == "bitext27") for corpus, own in texts.intents.items()}
    prototypes = nn.ParameterDict({k: nn.Parameter(torch.randn(n, MPNET.width) * 0.05) for k, n in names.items()})
    log_scale = nn.Parameter(torch.tensor(3.0))
    prototypes.to(pool.device)
    log_scale = nn.Parameter(log_scale.detach().to(pool.device))
    groups = layer_rates(body, [body.layers], SENTENCE_RATE, LAYER_DECAY)
    groups.append(([*prototypes.named_parameters(), ("log_scale", log_scale)], 5e-3))
    optimiser = optimiser_of(groups, 0.01)
    parts = {"body": body, "prototypes": prototypes, "scale": Tensors(log_scale=log_scale)}
    phase = Phase(optimiser, seconds, max_steps, state, parts, {"seed": seed})
    sampler = IntentSampler(texts, mix, seed)
    for share, batch in phase.steps(sampler.batch):
        ids, mask = pool.batch(batch.rows, MAX_SENTENCE_TOKENS)
        clean_ids, clean_mask = pool.batch(batch.clean_rows, MAX_SENTENCE_TOKENS)
        with autocast(pool.device):
            found = F.normalize(masked_mean(body(ids, mask), mask).float(), dim=-1)
            with torch.no_grad():
                anchor = masked_mean(untouched(clean_ids, clean_mask), clean_mask)
        loss = ANCHOR * cosine_distance(found, anchor)
        for corpus, (at, labels) in batch.parts.items():
            truth = torch.from_numpy(labels).to(pool.device)
            loss = loss + 0.25 * prototype_loss(found[at], truth, prototypes[corpus], log_scale)
            loss = loss + 0.25 * contrastive_loss(found[at], truth)
        step(loss, body, optimiser)
        if phase.taken % 100 == 0:
            report(f"sentence teacher: {share:.0%}, step {phase.taken}, loss {loss.item():.3f}")
    return body.eval()


@torch.no_grad()
def emotion_labels(teachers: list[EmotionTeacher], pool: TokenPool, rows: np.ndarray) -> tuple[Tensor, Tensor]:
    """Mean probabilities of the teachers for `rows`, in tables [rows of the pool, 7] and [.., 28]; NaN elsewhere."""
    seven = torch.full((len(pool), len(EMOTIONS)), torch.nan, device=pool.device)
    fine = torch.full((len(pool), len(FINE)), torch.nan, device=pool.device)
    for batch in pool.batches(rows, LABEL_BATCH):
        at = torch.from_numpy(batch).to(pool.device)
        with autocast(pool.device):
            outputs = [teacher(*pool.batch(batch)) for teacher in teachers]
        seven[at] = torch.stack([a.float().sigmoid() for a, _ in outputs]).mean(0)
        fine[at] = torch.stack([b.float().sigmoid() for _, b in outputs]).mean(0)
    return seven, fine


@torch.no_grad()
def sentence_embeddings(body: Transformer, pool: TokenPool, rows: np.ndarray) -> Tensor:
    """[rows given, width] of norm 1, in their order, float32."""
    found = torch.zeros(len(rows), body.shape.width, device=pool.device)
    place = np.zeros(len(pool), np.int64)
    place[rows] = np.arange(len(rows))
    for batch in pool.batches(rows, LABEL_BATCH):
        with autocast(pool.device):
            ids, mask = pool.batch(batch)
            own = F.normalize(masked_mean(body(ids, mask), mask).float(), dim=-1)
        found[torch.from_numpy(place[batch]).to(pool.device)] = own
    return found


def step(loss: Tensor, module: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    """Backward, clip to norm 1, step."""
    loss.backward()
    nn.utils.clip_grad_norm_([p for p in module.parameters() if p.grad is not None], 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)


def _on(table: np.ndarray, pool: TokenPool) -> Tensor:
    return torch.from_numpy(table).to(pool.device)


def _endless(pool: TokenPool, epoch: Callable[[], np.ndarray], size: int, seed: int) -> Iterator[np.ndarray]:
    drawn = np.random.default_rng(seed)
    while True:
        yield from pool.batches(epoch(), size, drawn)
