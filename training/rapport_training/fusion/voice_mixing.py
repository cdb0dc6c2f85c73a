"""Voice rows that the encoder has not fitted: mixes of two windows, and windows less part of their speaker's mean.

The encoder has seen the training clips, so its head is too sure of them; a student that copies it there only learns the
labels. Its head is asked anew about each mix instead (function matching, Beyer et al. 2022; mixup, Zhang et al. 2018).
"""

import torch
from torch import Generator, Tensor

from .config import FusionConfig
from .features import VoiceFeatures
from .pool import VoiceTeacher, smoothed

CLASSES = 7
MOST_SHIFT = 0.8
FEWEST_TOKENS = 6
ROWS_AT_ONCE = 512


class VoiceMixing:
    def __init__(self, voice: VoiceFeatures, teacher: VoiceTeacher | None) -> None:
        self.voice, self.teacher = voice, teacher
        self.offsets = speaker_offsets(voice)

    @torch.no_grad()
    def __call__(
        self, rows: Tensor, config: FusionConfig, generator: Generator
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Tokens [b, t, width], mask [b, t], labels [b, 7] and answers of the teacher [b, 7]."""
        size, device = len(rows), rows.device
        tokens, mask = self._part(self._shifted(rows, config, generator), rows, config, generator)
        hard, teacher = smoothed(self.voice.label[rows], CLASSES, 0), self.voice.teacher[rows]
        if config.voice_mix <= 0:
            return tokens, mask, hard, teacher

        order = torch.randperm(size, generator=generator, device=device)
        both = mask * mask[order]  # beyond the shorter window the longer one goes on alone
        mixes = torch.rand(size, generator=generator, device=device) < config.voice_mix
        share = torch.where(mixes, 0.5 + 0.5 * torch.rand(size, generator=generator, device=device), 1.0)
        weight = 1 - (1 - share)[:, None, None] * both[..., None]
        mixed = tokens * weight + tokens[order] * (1 - weight)
        hard = hard * share[:, None] + hard[order] * (1 - share[:, None])
        if self.teacher is not None:
            teacher = self.teacher(mixed, mask).softmax(-1)
        else:
            teacher = teacher * share[:, None] + teacher[order] * (1 - share[:, None])
        return mixed, mask, hard, teacher

    def _part(self, tokens: Tensor, rows: Tensor, config: FusionConfig, generator: Generator) -> tuple[Tensor, Tensor]:
        """Of some rows a random run of at least FEWEST_TOKENS, moved to the front."""
        length, device = self.voice.length[rows], rows.device
        uniform = torch.rand(3, len(rows), generator=generator, device=device)
        least = length.clamp(max=FEWEST_TOKENS)
        wanted = least + (uniform[0] * (length - least + 1)).long().clamp(max=length - least)
        wanted = torch.where(uniform[1] < config.voice_part, wanted, length)
        begin = (uniform[2] * (length - wanted + 1)).long().clamp(max=length - wanted)
        offset = torch.arange(tokens.shape[1], device=device)
        places = (begin[:, None] + offset).clamp(max=tokens.shape[1] - 1)
        mask = (offset < wanted[:, None]).float()
        return tokens.gather(1, places[..., None].expand_as(tokens)) * mask[..., None], mask

    def _shifted(self, rows: Tensor, config: FusionConfig, generator: Generator) -> Tensor:
        tokens = self.voice.tokens[rows].float()
        if config.speaker_shift <= 0:
            return tokens
        shifts = torch.rand(len(rows), generator=generator, device=rows.device) < config.speaker_shift
        share = torch.rand(len(rows), generator=generator, device=rows.device) * MOST_SHIFT * shifts
        cell = self.voice.speaker[rows] * 2 + self.voice.channel[rows]
        return tokens - share[:, None, None] * self.offsets[cell][:, None]


def speaker_offsets(voice: VoiceFeatures) -> Tensor:
    """[2 x speakers, width]: mean token of each speaker and channel, less the mean of the channel. Row 2 x speaker + channel."""
    means = window_means(voice)
    cell, count = voice.speaker * 2 + voice.channel, int(voice.speaker.max()) * 2 + 2
    ones = torch.ones(len(cell), device=cell.device)
    total = torch.zeros(count, means.shape[1], device=cell.device).index_add_(0, cell, means)
    number = torch.zeros(count, device=cell.device).index_add_(0, cell, ones)
    of_channel = torch.stack([means[voice.channel == c].mean(0) for c in (0, 1)])
    offsets = total / number.clamp(min=1)[:, None] - of_channel.repeat(count // 2, 1)
    return torch.where(number[:, None] > 0, offsets, torch.zeros_like(offsets))


def window_means(voice: VoiceFeatures) -> Tensor:
    """[n, width]: mean token of each window."""
    total = torch.cat([tokens.float().sum(1) for tokens in voice.tokens.split(ROWS_AT_ONCE)])
    return total / voice.length.clamp(min=1)[:, None]
