"""Windows of the speech corpora as the service would cut, level and encode them: one of each clip and variant."""

import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..corpora.speech import CORPORA, SpeechClips
from ..labels import EMOTIONS
from ..voice.encoder import TOKEN_SAMPLES
from ..voice.heard_window import heard_window
from ..voice.log_mel import level
from ..voice.speech_activity import SpeechActivity
from .features import MAX_VOICE_TOKENS, VoiceFeatures
from .served_encoders import ServedVoice
from .voice_variants import VoiceVariant

CLIPS_AT_ONCE = 64


class ServedVoiceWindows:
    """`threads` clips side by side, each in one thread as in service."""

    def __init__(self, clips: SpeechClips, models: Path, threads: int, device: torch.device) -> None:
        self.clips, self.device = clips, device
        self.activity, self.encoder = SpeechActivity(models), ServedVoice(models, threads)
        self.pool = ThreadPoolExecutor(threads)
        names = [f"{CORPORA[c]}/{s}" for c, s in zip(clips.corpora, clips.speakers, strict=True)]
        numbers = {name: i for i, name in enumerate(sorted(set(names)))}
        self.speakers = np.array([numbers[name] for name in names])

    def features(self, variant: VoiceVariant) -> VoiceFeatures:
        """Of every clip, none marked as held out; the teacher is to be filled in."""
        count = len(self.clips)
        tokens = torch.zeros(count, MAX_VOICE_TOKENS, self.encoder.width, dtype=torch.float16)
        lengths = torch.zeros(count, dtype=torch.long)
        for begin in range(0, count, CLIPS_AT_ONCE):
            rows = range(begin, min(count, begin + CLIPS_AT_ONCE))
            windows = list(self.pool.map(lambda clip: self.window(variant, clip), rows))
            own, mask = self.encoder.tokens(*padded(windows))
            most = min(own.shape[1], MAX_VOICE_TOKENS)
            tokens[rows.start : rows.stop, :most] = own[:, :most].half()
            lengths[rows.start : rows.stop] = mask.sum(1).long().clamp(max=MAX_VOICE_TOKENS)
        columns = {
            "tokens": tokens,
            "length": lengths,
            "label": torch.from_numpy(np.asarray(self.clips.labels, np.int64)),
            "corpus": torch.from_numpy(np.asarray(self.clips.corpora, np.int64)),
            "speaker": torch.from_numpy(self.speakers),
            "channel": torch.full((count,), variant.channel),
            "cut": torch.full((count,), variant.cut),
            "held": torch.zeros(count, dtype=torch.bool),
            "clip": torch.arange(count),
            "teacher": torch.zeros(count, len(EMOTIONS)),
        }
        return VoiceFeatures(**{name: column.to(self.device) for name, column in columns.items()})

    def window(self, variant: VoiceVariant, clip: int) -> np.ndarray:
        """int16 [samples]; the same whenever it is asked for."""
        seed = zlib.crc32(f"{variant.name} {self.clips.paths[clip]}".encode())
        heard = variant.alter(self.clips.wave(clip), torch.Generator().manual_seed(seed))
        return heard_window(heard, self.activity.spans(heard))


def padded(windows: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Levelled waves [b, samples] with zeros behind `lengths` [b], each a whole number of tokens at least."""
    lengths = torch.tensor([len(window) for window in windows])
    waves = torch.zeros(len(windows), max(int(lengths.max()), TOKEN_SAMPLES))
    for row, window in enumerate(windows):
        waves[row, : len(window)] = torch.from_numpy(window.astype(np.float32) / 32_768)
    return level(waves, lengths), lengths
