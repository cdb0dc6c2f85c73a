"""Caller baseline: part of the speaker's own mean voice is taken out, the more the longer the speaker has been heard.

    python -m rapport_training.fusion.speaker_baseline --data D --weights W --encoders O --out O --device cuda

    token' = token - n / (n + k) * (mean of the speaker's n windows so far - mean of the training voices)

Sessions are simulated from the held-out speakers of RAVDESS and nEMO: balanced ones (every emotion alike) and unbalanced
ones (seven of ten windows of one emotion, where the mean holds the feeling itself and taking it out harms). k is
recommended only when it gains on both; 0 means no baseline. OUT/speaker_baseline.json.
"""

import argparse
import json
from typing import Any

import torch
from torch import Generator, Tensor

from ..atomic_file import write_atomically
from ..folds import FOLDS
from ..labels import EMOTIONS
from .answers import logits_of
from .feature_source import FeatureSource
from .features import CLEAN, WHOLE, VoiceFeatures
from .network import FusionNet
from .options import add_options, source_of
from .scores import score
from .stored import checkpoint_path, load
from .voice_mixing import window_means

STRENGTHS = (2.0, 5.0, 10.0, 20.0, 50.0)
"""k, in windows."""
SESSIONS, WINDOWS, SMOKE_SESSIONS = 12, 24, 2
"""Sessions a speaker and kind, windows a session."""
ONE_SIDED = 0.7
SEED = 3


def session(labels: Tensor, main: int | None, generator: Generator) -> Tensor:
    """Places of WINDOWS of a speaker's clips [clips]: each emotion alike, or ONE_SIDED of them of `main`."""
    device, kinds = labels.device, labels.unique()
    wanted = kinds[torch.randint(len(kinds), (WINDOWS,), generator=generator, device=device)]
    if main is not None:
        often = torch.rand(WINDOWS, generator=generator, device=device) < ONE_SIDED
        wanted = torch.where(often, main, wanted)
    noise = torch.rand(WINDOWS, len(labels), generator=generator, device=device)
    return (noise + (labels[None] == wanted[:, None]).float() * 2).argmax(1)


def baseline(means: Tensor, typical: Tensor, k: float) -> Tensor:
    """means [sessions, windows, width] of each window in order -> what is taken from each; the first loses nothing."""
    before = means.cumsum(1) - means
    heard = torch.arange(means.shape[1], device=means.device).float()[None, :, None]
    return heard / (heard + k) * (before / heard.clamp(min=1) - typical) * (heard > 0)


def of_fold(net: FusionNet, voice: VoiceFeatures, sessions: int) -> dict[str, dict[str, float]]:
    """UAR over all windows of the simulated sessions, by kind and k (`off` = none)."""
    plain = (voice.channel == CLEAN) & (voice.cut == WHOLE)
    typical = window_means(voice.part(plain & ~voice.held)).mean(0)
    generator = torch.Generator(voice.label.device).manual_seed(SEED)
    held = voice.part(plain & voice.held)
    means, mask = window_means(held), held.mask(torch.arange(len(held.label), device=held.label.device))
    found: dict[str, dict[str, float]] = {}
    for kind in ("balanced", "unbalanced"):
        rows = []
        for speaker in held.speaker[held.corpus < 2].unique():
            own = (held.speaker == speaker).nonzero().squeeze(1)
            kinds = held.label[own].unique()
            for i in range(sessions):
                main = int(kinds[i % len(kinds)]) if kind == "unbalanced" else None
                rows.append(own[session(held.label[own], main, generator)])
        places = torch.stack(rows)  # [sessions, windows]
        flat = places.flatten()
        found[kind] = {}
        for k in (None, *STRENGTHS):
            taken = torch.zeros_like(means[places]) if k is None else baseline(means[places], typical, k)
            tokens = held.tokens[flat].float() - taken.flatten(0, 1)[:, None]
            logits = logits_of(net, {"voice": (tokens, mask[flat])})
            found[kind]["off" if k is None else f"{k:g}"] = score(logits, held.label[flat], EMOTIONS).uar
    return found


def run(source: FeatureSource, args: argparse.Namespace) -> dict[str, Any]:
    by_fold = {}
    for fold in args.folds.split(","):
        net, _ = load(checkpoint_path(args.out, fold), source.device)
        by_fold[fold] = of_fold(net, source.voice(fold), SMOKE_SESSIONS if args.smoke else SESSIONS)
    kinds = next(iter(by_fold.values()))
    gain = {
        kind: {k: [fold[kind][k] - fold[kind]["off"] for fold in by_fold.values()] for k in kinds[kind] if k != "off"}
        for kind in kinds
    }
    mean = {kind: {k: sum(values) / len(values) for k, values in row.items()} for kind, row in gain.items()}
    helps = {k: min(mean[kind][k] for kind in mean) for k in mean["balanced"]}
    best = max(helps, key=lambda k: helps[k])
    return {
        "what": "UAR of voice alone in simulated sessions of held-out RAVDESS and nEMO speakers; gain over no baseline",
        "off": {kind: round(sum(f[kind]["off"] for f in by_fold.values()) / len(by_fold), 4) for kind in kinds},
        "gain": {kind: {k: round(v, 4) for k, v in row.items()} for kind, row in mean.items()},
        "folds": gain,
        "speakerBaselineK": float(best) if helps[best] > 0 else 0,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 30)
    parser.add_argument("--folds", default=",".join(FOLDS))
    args = parser.parse_args()
    report = run(source_of(args), args)
    print("caller baseline:", {key: report[key] for key in ("off", "gain", "speakerBaselineK")}, flush=True)
    text = json.dumps(report, indent=1) + "\n"
    write_atomically(args.out / "speaker_baseline.json", lambda path: path.write_text(text) and None)


if __name__ == "__main__":
    main()
