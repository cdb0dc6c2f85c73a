"""Features of reduced schedules: one token a window or text. A step then costs a CPU a tenth."""

from dataclasses import replace

import torch
from torch import Tensor

from ..craft.statistics_pooling import statistics
from .features import Features, TextFeatures, VoiceFeatures

CHUNK = 1024


def thinned(features: Features) -> Features:
    """Faces keep their frames, of which a step takes at most eight."""
    return replace(
        features,
        voice=one_voice_token(features.voice),
        text=one_text_token(features.text),
        valid_text=one_text_token(features.valid_text),
    )


def one_voice_token(voice: VoiceFeatures) -> VoiceFeatures:
    """Mean and deviation of the tokens of a window, behind each other."""
    parts = [
        statistics(tokens.float(), _mask(tokens, length).squeeze(-1))
        for tokens, length in zip(voice.tokens.split(CHUNK), voice.length.split(CHUNK), strict=True)
    ]
    return replace(voice, tokens=torch.cat(parts)[:, None], length=torch.ones_like(voice.length))


def one_text_token(text: TextFeatures) -> TextFeatures:
    """The mean of the word pieces."""
    means = [
        (tokens.float() * _mask(tokens, length)).sum(1) / length.clamp(min=1)[:, None]
        for tokens, length in zip(text.tokens.split(CHUNK), text.length.split(CHUNK), strict=True)
    ]
    return replace(text, tokens=torch.cat(means)[:, None], length=torch.ones_like(text.length))


def _mask(tokens: Tensor, length: Tensor) -> Tensor:
    return (torch.arange(tokens.shape[1], device=tokens.device) < length[:, None]).float()[..., None]
