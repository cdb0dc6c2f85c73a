"""Train the voice encoders of the folds and the one that is shipped.

    python -m rapport_training.voice.train --folds 0,1,2,3,4,all --data DATA --weights WEIGHTS --out OUT --device cuda \
        --budget-seconds 240

Writes OUT/voice.FOLD.pt, and OUT/voice.json with the recalls of held-out speakers (validation of a finished model: nothing
is chosen by them). Without a budget the result is the same every time, and an interrupted training goes on where it was
(OUT/voice-state/). --smoke goes the whole way with a few clips and steps.
"""

import argparse
import json
import os
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from ..atomic_file import write_text_atomically
from ..corpora.speech import SpeechClips, joined, opus_copies, read_speech
from ..folds import FOLDS, SHIPPED
from ..randomness import fix_seeds
from .augmentation import AugmentRecipe, Surroundings, VoiceAugmentation, read_surroundings
from .clip_store import ClipStore
from .crops import CropRecipe, CropSampler
from .encoder import VoiceConfig, VoiceEncoder, load, read_start_weights, save
from .schedule import Schedule
from .trainer import TrainRecipe, VoiceTrainer
from .validation import recalls

SMOKE_EVERY = 37
SMOKE_STEPS = 3
SMOKE_BATCH = 6
OPUS_BITS = 8_000
RESERVED_SECONDS = 3.0
"""Of a model's share of the budget, for validation and writing."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", default=",".join((*FOLDS, SHIPPED)))
    parser.add_argument("--data", type=Path, required=True, help="folder with ravdess, nemo, urdu and clips")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the start weights")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--budget-seconds", type=float, help="for all models together; they share what is left")
    parser.add_argument("--steps", type=int, default=1_500, help="of each model, at most")
    parser.add_argument("--batch", type=int, default=TrainRecipe.batch)
    parser.add_argument("--adapter-rate", type=float, default=TrainRecipe.adapter_rate)
    parser.add_argument("--rank", type=int, default=VoiceConfig.rank)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="for decoding")
    parser.add_argument("--opus-share", type=float, default=0.08, help="of the clips, copied through Opus at 8 kb/s")
    parser.add_argument("--inner-split", action="store_true", help="validate on training speakers, to choose settings")
    parser.add_argument("--smoke", action="store_true")
    return parser.parse_args()


def split(clips: SpeechClips, fold: str, originals: int, inner: bool) -> tuple[np.ndarray, np.ndarray]:
    """Places to train on, and the original clips to validate on."""
    left_out = clips.held_out(fold)
    places = np.arange(len(clips))
    if inner:
        rest = places[~left_out]
        subset = replace(
            clips, kept_apart=None, **{f: getattr(clips, f)[rest] for f in ("corpora", "speakers", "starts")}
        )
        validated = subset.held_out("2")
        return rest[~validated], rest[validated & (rest < originals)]
    return places[~left_out], places[left_out & (places < originals)]


def train_fold(
    fold: str,
    args: argparse.Namespace,
    clips: SpeechClips,
    originals: int,
    store: ClipStore,
    around: Surroundings,
    schedule: Schedule,
) -> dict[str, object]:
    """Trains, validates and writes one model; what is worth telling about it."""
    fix_seeds(args.seed)
    trained, validated = split(clips, fold, originals, args.inner_split)
    encoder = VoiceEncoder(read_start_weights(args.weights), VoiceConfig(rank=args.rank)).to(store.device)
    recipe = TrainRecipe(batch=args.batch, adapter_rate=args.adapter_rate)
    sampler = CropSampler(clips, trained, CropRecipe(), np.random.default_rng(args.seed))
    augmentation = VoiceAugmentation(store, clips.lengths, around, AugmentRecipe(), args.seed + 1)
    state = args.out / "voice-state" / f"{fold}.pt"
    steps = VoiceTrainer(encoder, clips, sampler, augmentation, recipe, state).run(schedule, fold)
    held_out = sorted({f"{clips.corpora[i]}/{clips.speakers[i]}" for i in validated})
    notes = {"fold": fold, "steps": steps, "recipe": asdict(recipe), "validated_on": held_out}
    notes["shares"] = [round(share, 3) for share in encoder.whisper.shares().tolist()]
    path = args.out / f"voice.{fold}.pt"
    save(encoder, path, notes)
    written = load(args.weights, path, store.device)  # what is validated is what was written, rounded to fp16
    notes["recalls"] = recalls(written, clips, store, validated) if len(validated) else {}
    save(written, path, notes)
    return notes


def main() -> None:
    args = arguments()
    start = time.monotonic()
    if args.smoke:
        args.steps, args.batch = SMOKE_STEPS, SMOKE_BATCH
    clips = read_speech(args.data, args.threads, SMOKE_EVERY if args.smoke else 1)
    originals = len(clips)
    chosen = np.random.default_rng(args.seed).permutation(originals)[: round(args.opus_share * originals)]
    if len(chosen):
        clips = joined(clips, opus_copies(clips, np.sort(chosen), OPUS_BITS, args.threads))
    device = torch.device("cuda:0" if args.device == "cuda" else args.device)
    torch.backends.cuda.enable_cudnn_sdp(False)  # its attention plans differ by the length of a batch and are made anew
    store = ClipStore(clips, device)
    around = read_surroundings(args.data, device)
    print(f"voice: {originals} clips and {len(chosen)} Opus copies in {time.monotonic() - start:.1f} s", flush=True)
    folds = args.folds.split(",")
    report: dict[str, object] = {}
    for done, fold in enumerate(folds):
        schedule = Schedule(args.steps)
        if args.budget_seconds and not args.smoke:
            left = args.budget_seconds - (time.monotonic() - start)
            schedule = Schedule(args.steps, left / (len(folds) - done) - RESERVED_SECONDS)
        notes = train_fold(fold, args, clips, originals, store, around, schedule)
        report[fold] = notes
        print(f"voice {fold}: {notes['steps']} steps, layer shares {notes['shares']}", flush=True)
        for name, recall in notes["recalls"].items():  # type: ignore[attr-defined]
            print(f"voice {fold}: UAR {recall:.3f} {name}", flush=True)
        write_text_atomically(args.out / "voice.json", json.dumps(report, indent=1))
    print(f"voice: all done in {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
