"""Caller baseline: part of what is the speaker's own in the voice is taken out, the more the longer the speaker was heard.

    python -m rapport_training.fusion.speaker_baseline --data D --weights W --encoders O --out O --served MODELS

    token' = token - n / (n + k) * (mean of the speaker's n windows so far - what they were expected to be)

`plain` expects of every window the mean of the training voices, so that a one-sided session counts the feeling itself as
the speaker; `compensated` expects of each the means of the emotions, weighted by what the network answered to it.

Sessions are simulated (`speaker_sessions.py`) from the held-out speakers of RAVDESS and nEMO. k is chosen for every fold on
the other folds, by the gain of the worst kind of session; it is recommended only if the gain on unbalanced sessions exceeds
its spread over the folds and no kind loses. 0 means no baseline. OUT/speaker_baseline.json.
"""

import argparse
import json
from typing import Any

import torch
from torch import Tensor

from ..atomic_file import write_text_atomically
from ..feature_cache import file_sha256
from ..folds import FOLDS
from ..labels import EMOTIONS
from .answers import logits_of
from .feature_source import FeatureSource
from .features import CLEAN, WHOLE, VoiceFeatures
from .kept_runs import KeptRuns
from .network import FusionNet
from .options import add_options, source_of
from .scores import score
from .speaker_sessions import KINDS, sessions
from .stored import checkpoint_path, load
from .voice_mixing import window_means

STRENGTHS = (10.0, 20.0, 50.0)
"""k, in windows."""
WAYS = ("plain", "compensated")
SESSIONS, SMOKE_SESSIONS = 7, 2
"""A speaker and kind."""
MEASURED_CORPORA = 2
"""RAVDESS and nEMO; of an URDU speaker there are too few clips for a session."""
SEED = 3

Gains = dict[str, dict[str, dict[str, float]]]
"""way -> kind of session -> k -> gain in UAR over no baseline"""


def baseline(excess: Tensor, k: float) -> Tensor:
    """excess [sessions, windows, width]: each window's mean token less what was expected -> what is taken from each window.
    The first loses nothing."""
    before = excess.cumsum(1) - excess
    heard = torch.arange(excess.shape[1], device=excess.device).float()[None, :, None]
    return before / (heard + k)


def emotion_means(voice: VoiceFeatures) -> Tensor:
    """[7, width]: mean window of each emotion, every speaker alike."""
    means, found = window_means(voice), []
    for k in range(len(EMOTIONS)):
        own = voice.label == k
        found.append(
            torch.stack([means[own & (voice.speaker == s)].mean(0) for s in voice.speaker[own].unique()]).mean(0)
        )
    return torch.stack(found)


def of_fold(net: FusionNet, voice: VoiceFeatures, temperature: float, each: int) -> tuple[dict[str, float], Gains]:
    """UAR over all windows of the simulated sessions without a baseline, by kind; and what every way and k gains."""
    plain = (voice.channel == CLEAN) & (voice.cut == WHOLE)
    trained = voice.part(plain & ~voice.held)
    of_emotion, typical = emotion_means(trained), window_means(trained).mean(0)
    generator = torch.Generator(voice.label.device).manual_seed(SEED)
    held = voice.part(plain & voice.held)
    every = torch.arange(len(held.label), device=held.label.device)
    means, mask = window_means(held), held.mask(every)
    answered = logits_of(net, {"voice": (held.tokens, mask)})
    said = (answered / temperature).softmax(1)
    excess = {"plain": means - typical, "compensated": means - said @ of_emotion}
    off: dict[str, float] = {}
    gains: Gains = {way: {kind: {} for kind in KINDS} for way in WAYS}
    for kind in KINDS:
        places = sessions(held, MEASURED_CORPORA, kind, each, generator)
        flat = places.flatten()
        label = held.label[flat]
        off[kind] = score(answered[flat], label, EMOTIONS).uar
        for way in WAYS:
            for k in STRENGTHS:
                taken = baseline(excess[way][places], k).flatten(0, 1)
                logits = logits_of(net, {"voice": (held.tokens[flat].float() - taken[:, None], mask[flat])})
                gains[way][kind][f"{k:g}"] = score(logits, label, EMOTIONS).uar - off[kind]
    return off, gains


def chosen(by_fold: list[Gains], way: str) -> str:
    """The k whose worst kind of session gains most in the mean of the folds."""

    def worst(k: str) -> float:
        return min(sum(gains[way][kind][k] for gains in by_fold) for kind in KINDS)

    return max((f"{k:g}" for k in STRENGTHS), key=worst)


def verdict(by_fold: dict[str, Gains], way: str) -> dict[str, Any]:
    """What a fold gains with the k that the other folds choose; `helps` when that exceeds its spread on the unbalanced."""
    own = {fold: chosen([g for other, g in by_fold.items() if other != fold] or [gains], way)
           for fold, gains in by_fold.items()}  # fmt: skip
    found: dict[str, Any] = {"k": chosen(list(by_fold.values()), way), "k by fold": own}
    helps = True
    for kind in KINDS:
        values = torch.tensor([gains[way][kind][own[fold]] for fold, gains in by_fold.items()])
        mean, spread = values.mean().item(), values.std().item() if len(values) > 1 else 0.0
        found[kind] = {"gain": round(mean, 4), "sd": round(spread, 4), "folds": [round(v, 4) for v in values.tolist()]}
        helps = helps and mean > (0.0 if kind == "balanced" else spread)
    return found | {"helps": helps}


def run(source: FeatureSource, args: argparse.Namespace) -> dict[str, Any]:
    kept = KeptRuns(args.out / "speaker-baseline-folds.json")
    off: dict[str, dict[str, float]] = {}
    by_fold: dict[str, Gains] = {}
    each = SMOKE_SESSIONS if args.smoke else SESSIONS
    for fold in args.folds.split(","):
        path = checkpoint_path(args.out, fold)
        key = f"fold {fold}, {each} sessions, k of {STRENGTHS}, network {file_sha256(path)[:12]}"
        if kept.get(key) is None:
            net, notes = load(path, source.device)
            temperature = notes.get("temperatures", {}).get("voice", 1.0)
            kept.put(key, of_fold(net, source.voice(fold), temperature, each))
        off[fold], by_fold[fold] = kept.get(key)
        print(f"caller baseline, fold {fold}: off {off[fold]}", flush=True)
    verdicts = {way: verdict(by_fold, way) for way in WAYS}
    helping = [way for way in WAYS if verdicts[way]["helps"]]
    return {
        "what": "UAR of voice alone in simulated sessions of held-out RAVDESS and nEMO speakers; gain over no baseline",
        "off": {kind: round(sum(f[kind] for f in off.values()) / len(off), 4) for kind in KINDS},
        **verdicts,
        "mean gain": {way: mean_gains([gains[way] for gains in by_fold.values()]) for way in WAYS},
        "speakerBaselineK": float(verdicts[helping[-1]]["k"]) if helping else 0,
    }


def mean_gains(by_fold: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """kind -> k -> mean over the folds"""
    return {
        kind: {k: round(sum(gains[kind][k] for gains in by_fold) / len(by_fold), 4) for k in row}
        for kind, row in by_fold[0].items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 30)
    parser.add_argument("--folds", default=",".join(FOLDS))
    args = parser.parse_args()
    report = run(source_of(args), args)
    for way in WAYS:
        print(f"caller baseline, {way}: {report[way]}", flush=True)
    write_text_atomically(args.out / "speaker_baseline.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
