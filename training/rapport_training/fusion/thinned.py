"""Features of a reduced schedule: every second voice token, the first word pieces, every so-manieth text for training.

A step then costs a CPU less than half, and a table of many short runs fits an hour.
"""

from dataclasses import replace

import torch
from torch import Tensor

from .features import Features, TextFeatures, VoiceFeatures

MOST_WORD_PIECES = 24
TRAINING_TEXTS_EVERY = 3


def thinned(features: Features) -> Features:
    return replace(
        features,
        voice=fewer_voice_tokens(features.voice),
        text=cut_texts(features.text, TRAINING_TEXTS_EVERY),
        valid_text=cut_texts(features.valid_text),
    )


def fewer_voice_tokens(voice: VoiceFeatures) -> VoiceFeatures:
    """Tokens of 400 ms: the mean of two; a last one without a partner stands alone."""
    even, odd = voice.tokens[:, ::2].float(), voice.tokens[:, 1::2].float()
    pairs = even[:, : odd.shape[1]] + odd
    both = (torch.arange(odd.shape[1], device=odd.device) * 2 + 1 < voice.length[:, None])[..., None]
    whole = torch.where(both, pairs / 2, even[:, : odd.shape[1]])
    tokens = torch.cat([whole, even[:, odd.shape[1] :]], 1)
    return replace(voice, tokens=tokens.half(), length=(voice.length + 1) // 2)


def cut_texts(text: TextFeatures, every: int = 1) -> TextFeatures:
    rows: Tensor = torch.arange(0, len(text.label), every, device=text.label.device)
    part = {name: value[rows] for name, value in vars(text).items()}
    tokens = part["tokens"][:, :MOST_WORD_PIECES].clone()
    return TextFeatures(**part | {"tokens": tokens, "length": part["length"].clamp(max=MOST_WORD_PIECES)})
