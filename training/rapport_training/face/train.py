"""Train the expression encoder on FER+: first a larger teacher on the votes, then the encoder that is served on votes blended
with what the teacher answers (ten votes are a coarse sample of what a picture shows; the teacher smooths them).

    python -m rapport_training.face.train --data DIR --out DIR [--device cuda] [--budget-seconds 240 | --epochs 60]

Writes OUT/face.pt whenever validation improves. With epochs the result is the same every time, and an interrupted run goes
on where it was (OUT/face-state/); with a budget the schedule follows the clock, and there is no state to resume from.
The valid split chooses the best moment and the logit adjustment; the test split is not read.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from rapport_training.corpora.faces import FACE_LABELS, VotedFaces, read_faces, vote_targets
from rapport_training.face import encoder
from rapport_training.face.encoder import TEACHER, FaceConfig, FaceEncoder, normalise
from rapport_training.face.fitting import FaceRecipe, TrainingFaces, fit, rarity_weights
from rapport_training.face.logit_adjustment import adjustment, choose_strength
from rapport_training.face.pace import ClockPace, Pace, StepPace
from rapport_training.face.scores import FaceScores, face_scores, voted_class
from rapport_training.randomness import fix_seeds

REPORT_SECONDS = 4.0
"""Least time between two validations under a budget."""
FINISH_SECONDS = 4.0
"""Kept back of a budget for the adjustment and the last file."""
SMOKE_PICTURES = 256
EVALUATION_BATCH = 1024
SMOKE_CONFIG = FaceConfig(widths=(8, 8, 16, 16, 32))


@torch.no_grad()
def logits_of(network: FaceEncoder, faces: Tensor, mirrored: bool = False) -> Tensor:
    """[N, 8] float32 of uint8 faces [N, 48, 48] on the device of the network; the mean of both views when `mirrored`."""
    parts = []
    for batch in faces.split(EVALUATION_BATCH):
        images = normalise(batch).contiguous(memory_format=torch.channels_last)
        logits = network(images).float()
        if mirrored:
            logits = (logits + network(images.flip(-1)).float()) / 2
        parts.append(logits)
    return torch.cat(parts)


class Watcher:
    """Validates, prints, and keeps the best network in `path` (None: prints only)."""

    def __init__(
        self,
        name: str,
        valid: VotedFaces,
        faces: Tensor,
        epoch_steps: int,
        clocked: bool,
        path: Path | None,
        best: float = -1.0,
    ) -> None:
        self.name = name
        self.valid = valid
        self.faces = faces
        self.epoch_steps = epoch_steps
        self.clocked = clocked
        self.path = path
        self.best = best
        self.began = self.last = time.monotonic()

    def due(self, step: int) -> bool:
        """Under a clock as soon as REPORT_SECONDS have passed, else once an epoch."""
        if self.clocked:
            return time.monotonic() - self.last >= REPORT_SECONDS
        return step % self.epoch_steps == 0

    def report(self, network: FaceEncoder, step: int, progress: float, loss: float) -> None:
        scores = face_scores(logits_of(network, self.faces).cpu().numpy(), self.valid.votes)
        worth = (scores.strict_accuracy + scores.macro_recall) / 2
        self.last = time.monotonic()
        print(
            f"face {self.name} {progress:4.0%} step {step} epoch {step / self.epoch_steps:.1f} loss {loss:.3f} "
            f"valid {scores.line()} | {self.last - self.began:.0f} s",
            flush=True,
        )
        if worth > self.best:
            self.best = worth
            if self.path:
                encoder.save(self.path, network, {"valid": scores.plain(), "worth": worth, "step": step})


def blended_targets(votes: Tensor, teacher: FaceEncoder, faces: Tensor, share: float) -> Tensor:
    """`share` of what the teacher answers to a picture and its mirror image, the rest the votes; [N, 8]."""
    answers = logits_of(teacher, faces, mirrored=True).softmax(1)
    return (1 - share) * votes + share * answers


def adjust(path: Path, valid: VotedFaces, faces: Tensor, prior: np.ndarray) -> FaceScores:
    """Choose the logit adjustment of the network stored at `path` on validation and store it there with its figures."""
    network, figures = encoder.load(path, faces.device), encoder.stored_figures(path)
    network.logit_bias.zero_()
    logits = logits_of(network, faces).cpu().numpy()
    strength, tried = choose_strength(logits, valid.votes, prior)
    for candidate, scores in tried[::4]:
        print(f"face adjustment {candidate:+.2f} valid {scores.line()}")
    network.logit_bias.copy_(torch.from_numpy(adjustment(prior, strength)))
    scores = dict(tried)[strength]
    unadjusted = face_scores(logits, valid.votes)
    figures |= {"valid": scores.plain(), "valid_unadjusted": unadjusted.plain(), "adjustment": strength}
    encoder.save(path, network, figures)
    print(f"face chosen adjustment {strength:+.2f} valid {scores.line()}", flush=True)
    return scores


def paces(args: argparse.Namespace, began: float, epoch_steps: int, teacher: bool) -> Pace:
    """Of the teacher, or of the encoder that follows; what the former did not use is the latter's."""
    if args.budget_seconds:
        left = args.budget_seconds - (time.monotonic() - began) - FINISH_SECONDS
        return ClockPace(max(1.0, left * args.teacher_time if teacher else left))
    return StepPace(max(1, args.epochs * epoch_steps))


def train(args: argparse.Namespace) -> FaceScores:
    began = time.monotonic()
    fix_seeds(args.seed)
    torch.backends.cudnn.benchmark = True
    device = torch.device(args.device)
    splits = read_faces(args.data)
    train_faces, valid = splits["train"], splits["valid"]
    if args.smoke:
        train_faces = VotedFaces(train_faces.images[:SMOKE_PICTURES], train_faces.votes[:SMOKE_PICTURES])
        valid = VotedFaces(valid.images[:SMOKE_PICTURES], valid.votes[:SMOKE_PICTURES])
    recipe = FaceRecipe(seed=args.seed, batch=64 if args.smoke else args.batch)
    targets = vote_targets(train_faces.votes)
    weights = rarity_weights(voted_class(train_faces.votes), len(FACE_LABELS), recipe.rarity)
    data = TrainingFaces(*(torch.from_numpy(a).to(device) for a in (train_faces.images, targets, weights)))
    valid_faces = torch.from_numpy(valid.images).to(device)
    epoch_steps = max(1, len(data) // recipe.batch)
    print(f"face: {len(data)} train, {len(valid)} valid pictures, read in {time.monotonic() - began:.0f} s", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    path, clocked = args.out / "face.pt", bool(args.budget_seconds)

    def run(name: str, config: FaceConfig, data: TrainingFaces, recipe: FaceRecipe, pace: Pace) -> FaceEncoder:
        state = None if clocked else args.out / "face-state" / f"{name}.pt"
        kept = path if name == "student" else None
        # a run that goes on keeps the best file of its first part, unless a later moment is better
        best = encoder.stored_figures(path)["worth"] if kept and state and state.exists() and path.exists() else -1.0
        watcher = Watcher(name, valid, valid_faces, epoch_steps, clocked, kept, best)
        network = fit(FaceEncoder(config), data, recipe, pace, watcher, state)
        print(f"face {name} done: {sum(p.numel() for p in network.parameters())} parameters", flush=True)
        return network

    if args.teacher_share > 0:
        config = SMOKE_CONFIG if args.smoke else TEACHER
        teacher = run("teacher", config, data, recipe, paces(args, began, epoch_steps, teacher=True))
        blended = blended_targets(data.targets, teacher, data.faces, args.teacher_share)
        data = replace(data, targets=blended)
        del teacher
    config = SMOKE_CONFIG if args.smoke else FaceConfig()
    student_recipe = replace(recipe, seed=args.seed + 1)
    run("student", config, data, student_recipe, paces(args, began, epoch_steps, teacher=False))
    scores = adjust(path, valid, valid_faces, targets.mean(0).clip(min=1e-4))
    print(f"face: {path} {path.stat().st_size} bytes, {time.monotonic() - began:.0f} s in all", flush=True)
    return scores


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds ferplus/ferplus.npz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--budget-seconds", type=float, default=0.0, help="stop by the clock; 0: by --epochs")
    parser.add_argument("--epochs", type=int, default=60, help="of the teacher, and again of the encoder")
    parser.add_argument("--batch", type=int, default=FaceRecipe.batch)
    parser.add_argument("--teacher-share", type=float, default=0.5, help="of the targets; 0: no teacher")
    parser.add_argument("--teacher-time", type=float, default=0.42, help="share of the budget for the teacher")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smoke", action="store_true", help="a tiny subset and network: the path alone")
    parser.add_argument("--weights", type=Path, help="not used: this encoder starts from nothing")
    return parser.parse_args(argv)


if __name__ == "__main__":
    train(arguments())
