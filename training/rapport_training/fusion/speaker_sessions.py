"""Simulated sessions of one speaker: which of the speaker's clips follow each other, evenly or one-sidedly."""

import torch
from torch import Generator, Tensor

from ..labels import EMOTIONS
from .features import VoiceFeatures

WINDOWS = 24
ONE_SIDED = 0.7
"""Share of the windows that are of the main emotion, beside those that chance gives it."""
KINDS = ("balanced", "one-sided", "mostly neutral")
"""Every emotion alike; seven of ten windows of one emotion, each in turn; seven of ten neutral, as in service calls."""


def session(labels: Tensor, main: int | None, generator: Generator) -> Tensor:
    """Places of WINDOWS of a speaker's clips [clips]: each emotion alike, or ONE_SIDED of them of `main`."""
    device, kinds = labels.device, labels.unique()
    wanted = kinds[torch.randint(len(kinds), (WINDOWS,), generator=generator, device=device)]
    if main is not None:
        often = torch.rand(WINDOWS, generator=generator, device=device) < ONE_SIDED
        wanted = torch.where(often, main, wanted)
    noise = torch.rand(WINDOWS, len(labels), generator=generator, device=device)
    return (noise + (labels[None] == wanted[:, None]).float() * 2).argmax(1)


def sessions(voice: VoiceFeatures, corpora: int, kind: str, each: int, generator: Generator) -> Tensor:
    """[sessions, WINDOWS]: rows of `voice`; `each` sessions of every speaker of the first `corpora` corpora."""
    neutral, rows = EMOTIONS.index("neutral"), []
    for speaker in voice.speaker[voice.corpus < corpora].unique():
        own = (voice.speaker == speaker).nonzero().squeeze(1)
        kinds = voice.label[own].unique()
        for i in range(each):
            main = {"balanced": None, "one-sided": int(kinds[i % len(kinds)]), "mostly neutral": neutral}[kind]
            rows.append(own[session(voice.label[own], main, generator)])
    return torch.stack(rows)
