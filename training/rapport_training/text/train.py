"""Trains the text encoder, teachers first, within a budget of seconds or by a number of steps.

    python -m rapport_training.text.train --data DATA --weights WEIGHTS --out OUT --device cuda --budget-seconds 240

DATA has text/*.csv.gz; WEIGHTS has minilm.safetensors, tokenizer.json and mpnet.<0|1>.safetensors (see start_weights.py).
Writes OUT/text.encoder.<i>.pt and OUT/text.heads.pt, first after the joint training and again at the end. Without a
budget the result is the same every time, and an interrupted training goes on where it was (OUT/text-state/).
"""

import argparse
import copy
import json
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..atomic_file import write_text_atomically
from ..labels import EMOTIONS
from ..randomness import fix_seeds
from . import student
from .dev_figures import DevParts
from .encoder import TextEncoder
from .figures import decide_emotions, f1_scores, few_shot_accuracy, fit_thresholds, recall_at_false_alarms
from .intent_sampler import Mix
from .prototypes import calibrated, fit_prototypes, out_of_scope_threshold, scope_scores
from .start_weights import load_minilm, load_mpnet
from .student import Labels, StudentTraining, embed
from .teacher import (
    EMOTION_BATCH,
    EMOTION_EPOCHS,
    SENTENCE_MIX,
    SENTENCE_STEPS,
    emotion_labels,
    sentence_embeddings,
    train_emotion_teacher,
    train_sentence_teacher,
)
from .text_checkpoint import write_text_checkpoint
from .token_pool import TokenPool, open_tokenizer
from .training_texts import FINE, GROUPS, Amounts, TrainingTexts, training_texts
from .transformer import MPNET, Transformer

EMOTION_TEACHER_SHARE, SENTENCE_TEACHER_SHARE, TOGETHER_SHARE = 0.15, 0.09, 0.68
"""Of the seconds that are left: each emotion teacher, the sentence teacher; and of the student's: the joint part."""
LAST_SECONDS = 14.0
"""Kept for measuring, fitting prototypes and writing."""
ALPHAS = (1.0, 0.85, 0.7, 0.55)
TEACHER_ALPHAS = (0.3, 0.5, 0.75, 1.0)
FALSE_ALARMS = 0.05
GENERIC_LABELLED = 60_000
OUTSIDE_ROWS = 6000


@dataclass(frozen=True)
class Limits:
    """The most steps of each phase, whatever the clock says, and the sizes of batches."""

    emotion_teacher: int
    sentence_teacher: int = SENTENCE_STEPS
    together: int = 9000
    branch: int = 6000
    teacher_layers: int = MPNET.layers
    teacher_batch: int = EMOTION_BATCH
    teacher_mix: Mix = SENTENCE_MIX
    student_batch: int = student.EMOTION_BATCH
    student_mix: Mix = student.MIX

    def shortened(self, share: float) -> "Limits":
        """Every phase with that share of its steps, at least one."""
        names = ("emotion_teacher", "sentence_teacher", "together", "branch")
        return replace(self, **{name: max(1, round(share * getattr(self, name))) for name in names})

    @classmethod
    def tiny(cls) -> "Limits":
        mix = Mix({"bitext27": 2, "clinc150": 2, "hwu64": 2, "multidogo": 2}, out_of_scope=2, generic=2)
        return cls(2, 2, 3, 2, teacher_layers=1, teacher_batch=8, teacher_mix=mix, student_batch=16, student_mix=mix)


class Clock:
    """Seconds since the start, and lines of progress that carry them."""

    def __init__(self, budget: float) -> None:
        self.start, self.budget = time.monotonic(), budget

    def left(self) -> float:
        return max(1.0, self.budget - (time.monotonic() - self.start))

    def say(self, line: str) -> None:
        print(f"[text {time.monotonic() - self.start:6.1f} s] {line}", flush=True)


def merged(start: Transformer, tuned: Transformer, alpha: float) -> Transformer:
    """Weights `alpha` of the way from `start` to `tuned`."""
    result = copy.deepcopy(tuned)
    own = start.state_dict()
    result.load_state_dict({name: torch.lerp(own[name], value, alpha) for name, value in tuned.state_dict().items()})
    return result.eval()


def best_teacher(start: Transformer, tuned: Transformer, dev: DevParts, clock: Clock) -> Transformer:
    """The average of untouched and tuned MPNet that takes never-trained intents best."""
    scored: list[tuple[float, float]] = []
    for alpha in (0.0, *TEACHER_ALPHAS):
        body = merged(start, tuned, alpha)
        figures = [
            float(np.mean(few_shot_accuracy(
                sentence_embeddings(body, p.pool, np.arange(len(p.pool))).cpu().numpy(), p.labels.tolist(), 10, 5)))
            for p in dev.checks.values()
        ]  # fmt: skip
        clock.say(f"sentence teacher at alpha {alpha}: " + _named(dict(zip(dev.checks, figures, strict=True))))
        scored.append((float(np.mean(figures)), alpha))
    return merged(start, tuned, max(scored)[1])


def teach(
    weights: Path, texts: TrainingTexts, pool: TokenPool, dev: DevParts, clock: Clock, limits: Limits, teachers: int,
    state: Path | None,
) -> Labels:  # fmt: skip
    """Trains the teachers and asks them about every text; with none, the untouched MiniLM keeps the sentence space."""
    if teachers == 0:
        return untaught(weights, texts, pool)
    start = load_mpnet(weights)
    start.layers = start.layers[: limits.teacher_layers]
    left = clock.left() - LAST_SECONDS
    emotion = [
        train_emotion_teacher(
            start,
            texts,
            pool,
            left * EMOTION_TEACHER_SHARE,
            limits.emotion_teacher,
            limits.teacher_batch,
            seed,
            clock.say,
            state / f"emotion-teacher-{seed}.pt" if state else None,
        )
        for seed in range(teachers)
    ]
    clean = np.unique(texts.clean_of)
    known = clean[~np.isnan(texts.emotions[clean, 0])]
    generic = np.setdiff1d(clean, known)
    asked = np.concatenate([known, np.random.default_rng(0).permutation(generic)[:GENERIC_LABELLED]])
    seven, fine = emotion_labels(emotion, pool, asked)
    dev_seven, _ = emotion_labels(emotion, dev.reddit, np.arange(len(dev.reddit)))
    clock.say(f"emotion teachers: GoEmotions dev macro-F1 {_dev_f1(dev_seven.cpu().numpy(), dev.reddit_truth):.4f}")
    if dev.turn_pool is not None:
        neutral = emotion_labels(emotion, dev.turn_pool, np.arange(len(dev.turn_pool)))[0].argmax(
            1
        ).cpu().numpy() == EMOTIONS.index("neutral")
        plain, upset = (np.array([getattr(turn, k) is True for turn in dev.turns]) for k in ("plain_request", "upset"))
        clock.say(
            f"emotion teachers: plain neutral {neutral[plain].mean():.3f}, upset not neutral {1 - neutral[upset].mean():.3f}"
        )
    del emotion
    tuned = train_sentence_teacher(
        start, texts, pool, left * SENTENCE_TEACHER_SHARE, limits.sentence_teacher, limits.teacher_mix, 0, clock.say,
        state / "sentence-teacher.pt" if state else None,
    )  # fmt: skip
    body = best_teacher(start.to(pool.device).eval(), tuned, dev, clock)
    sentences = sentence_embeddings(body, pool, clean)
    clock.say(f"teachers done: {len(asked)} texts with emotions, {len(clean)} sentences")
    return Labels(seven, fine, sentences.half())


def untaught(weights: Path, texts: TrainingTexts, pool: TokenPool) -> Labels:
    """What is left to learn from without teachers, for a machine without a GPU."""
    body = load_minilm(weights).to(pool.device).eval()
    sentences = sentence_embeddings(body, pool, np.unique(texts.clean_of))
    unknown = [torch.full((len(pool), width), torch.nan, device=pool.device) for width in (len(EMOTIONS), len(FINE))]
    return Labels(unknown[0], unknown[1], sentences)


def _dev_f1(probabilities: np.ndarray, truth: np.ndarray) -> float:
    return float(f1_scores(truth, decide_emotions(probabilities, fit_thresholds(probabilities, truth))).mean())


def choose_alpha(training: StudentTraining, dev: DevParts, clock: Clock) -> float:
    """How far from the start weights: the best mean of never-trained intents and CLINC by centroids. Leaves it in the net."""
    tuned = {name: value.detach().clone() for name, value in training.net.state_dict().items()}
    scored: list[tuple[float, float]] = []
    for alpha in ALPHAS:
        training.moved(alpha, tuned)
        figures = dev.custom(training.net)
        figures["clinc by centroids"] = dev.clinc_by_centroids(training.net, training.texts, training.pool)
        clock.say(f"student at alpha {alpha}: {_named(figures)}")
        scored.append((float(np.mean(list(figures.values()))), alpha))
    alpha = max(scored)[1]
    training.moved(alpha, tuned)
    return alpha


def finish(training: StudentTraining, dev: DevParts, out: Path, alpha: float, clock: Clock) -> dict[str, float]:
    """Fits prototypes and thresholds over the present weights, measures them on dev, and writes the checkpoint."""
    net, texts, pool = training.net.eval(), training.texts, training.pool
    macro, thresholds, each = dev.emotion(net)
    figures = (
        {"GoEmotions dev macro-F1": macro}
        | dict(zip(EMOTIONS, each.tolist(), strict=True))
        | dev.service(net)
        | dev.custom(net)
    )
    fitted = {}
    for corpus, outside_rows in (("bitext27", texts.out_of_scope_rows), ("clinc150", _not_clinc(texts))):
        rows, labels = _with_variants(texts, corpus)
        outside = np.random.default_rng(0).permutation(outside_rows)[:OUTSIDE_ROWS]
        fitted[corpus] = fit_prototypes(
            embed(net, pool, rows),
            torch.from_numpy(labels).to(pool.device),
            embed(net, pool, outside),
            len(texts.intents[corpus].names),
        )
    clean, noised, outside = (p.embedded(net) for p in (dev.bitext, dev.bitext_noised, dev.clinc_outside))
    inside = torch.cat([clean, noised])
    names = len(texts.intents["bitext27"].names)
    bitext = calibrated(
        fitted["bitext27"],
        torch.cat([inside, outside]),
        torch.cat(
            [dev.bitext.labels, dev.bitext_noised.labels, torch.full((len(outside),), names, device=pool.device)]
        ),
    )
    limit = out_of_scope_threshold(bitext, inside)
    figures |= {
        "Bitext dev": _accuracy(bitext.rows[:-1], clean, dev.bitext.labels),
        "Bitext dev noised": _accuracy(bitext.rows[:-1], noised, dev.bitext_noised.labels),
        "Bitext dev kept in scope": float((bitext.probabilities(inside)[:, -1] <= limit).float().mean()),
        "CLINC oos dev rejected by Bitext": float((bitext.probabilities(outside)[:, -1] > limit).float().mean()),
    }
    clinc_in = dev.clinc.embedded(net)
    figures["CLINC dev in scope"] = _accuracy(fitted["clinc150"].rows[:-1], clinc_in, dev.clinc.labels)
    scores_in, scores_out = scope_scores(fitted["clinc150"], clinc_in), scope_scores(fitted["clinc150"], outside)
    recalls = {n: recall_at_false_alarms(scores_in[n], scores_out[n], FALSE_ALARMS) for n in scores_in}
    scope_score = max(recalls, key=lambda n: recalls[n])
    figures |= {f"CLINC oos recall, {n}": value for n, value in recalls.items()}
    heads = {
        "alpha": alpha,
        "emotion_thresholds": thresholds.tolist(),
        "out_of_scope_min_probability": limit,
        "clinc_scope_score": scope_score,
        "clinc_scope_threshold": float(np.quantile(scores_in[scope_score], FALSE_ALARMS)),
        "intents": {
            corpus: {"names": texts.intents[corpus].names, "prototypes": own.rows.float().cpu(), "scale": own.scale}
            for corpus, own in (fitted | {"bitext27": bitext}).items()
        },
        "figures": figures,
    }
    write_text_checkpoint(out, {n: net.state_dict()[n] for n in net.trained_names()}, heads)
    clock.say("checkpoint written; " + _named(figures))
    return figures


def _not_clinc(texts: TrainingTexts) -> np.ndarray:
    """Rows out of CLINC's scope: its own hundred with their variants, over and over, and Reddit comments."""
    own = np.concatenate([[row, *texts.variants.get(row, [])] for row in texts.clinc_out_of_scope_rows.tolist()])
    reddit = np.flatnonzero((texts.group == GROUPS.index("reddit")) & (texts.clean_of == np.arange(len(texts.texts))))
    return np.unique(np.concatenate([own, reddit[:600]])).astype(np.int64)


def _with_variants(texts: TrainingTexts, corpus: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows of a corpus and of their noised variants, and the label of each."""
    pairs = {
        row: label
        for own, label in zip(texts.intent_rows[corpus].tolist(), texts.intents[corpus].labels, strict=True)
        for row in (own, *texts.variants.get(own, []))
    }
    return np.array(list(pairs)), np.array(list(pairs.values()))


def _accuracy(rows: Tensor, embeddings: Tensor, labels: Tensor) -> float:
    return float(((embeddings @ rows.t()).argmax(1) == labels).float().mean())


def _named(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4f}" for name, value in figures.items())


def train(
    data: Path, weights: Path, out: Path, device: str, budget: float | None, seed: int, teachers: int, smoke: bool,
    steps_share: float = 1.0,
) -> dict[str, float]:  # fmt: skip
    """Returns the dev figures of what was written. budget: seconds in all; None: by steps, of which `steps_share` are taken."""
    clock = Clock(budget or math.inf)
    state = None if budget else out / "text-state"
    fix_seeds(seed)
    torch.set_float32_matmul_precision("high")
    out.mkdir(parents=True, exist_ok=True)
    texts = training_texts(data, Amounts.tiny() if smoke else Amounts(), seed)
    clock.say(f"{len(texts.texts)} texts, {len(np.unique(texts.clean_of))} of them clean")
    tokenizer = open_tokenizer(weights)
    where = torch.device(device)
    dev = DevParts(data, tokenizer, where, 60 if smoke else 10**9)
    pool = TokenPool(tokenizer, texts.texts, where)
    clock.say(f"tokenised, {int(pool.lengths.sum())} tokens; {len(dev.turns)} turns of service language to tune on")
    epoch = int((~np.isnan(texts.emotions[np.unique(texts.clean_of), 0])).sum())
    limits = Limits.tiny() if smoke else Limits(EMOTION_EPOCHS * epoch // EMOTION_BATCH).shortened(steps_share)
    labels = teach(weights, texts, pool, dev, clock, limits, teachers, state)

    torch.manual_seed(seed)
    net = TextEncoder(load_minilm(weights)).to(where)
    training = StudentTraining(net, texts, pool, labels, seed, limits.student_mix, limits.student_batch, state)
    clock.say("untouched student: " + _named(dev.custom(net.eval())))

    def measure(own: TextEncoder) -> None:
        macro, _, each = dev.emotion(own)
        figures = (
            {"GoEmotions dev macro-F1": macro, "disgust": each[1], "fear": each[2]} | dev.service(own) | dev.custom(own)
        )
        clock.say("student, averaged: " + _named(figures))

    student_seconds = clock.left() - LAST_SECONDS
    training.train_together(student_seconds * TOGETHER_SHARE, limits.together, clock.say, measure)
    alpha = choose_alpha(training, dev, clock)
    finish(training, dev, out, alpha, clock)
    training.train_emotion_branch(max(1.0, clock.left() - LAST_SECONDS / 2), limits.branch, clock.say, measure)
    figures = finish(training, dev, out, alpha, clock)
    write_text_atomically(out / "text.figures.json", json.dumps(figures, indent=1))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--budget-seconds", type=float, help="in all; without it: by steps")
    parser.add_argument("--steps-share", type=float, default=1.0, help="of the steps of every phase, without a budget")
    parser.add_argument(
        "--emotion-teachers", type=int, default=2, help="seeds whose probabilities are averaged; 0: no teachers"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--smoke", action="store_true", help="few texts, few steps: does everything run")
    a = parser.parse_args()
    train(a.data, a.weights, a.out, a.device, a.budget_seconds, a.seed, a.emotion_teachers, a.smoke, a.steps_share)


if __name__ == "__main__":
    main()
