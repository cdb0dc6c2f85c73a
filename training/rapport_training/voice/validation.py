"""Unweighted average recall of held-out speakers, with the windows and the telephone band that are served."""

from dataclasses import dataclass

import numpy as np
import torch

from ..corpora.speech import CORPORA, SAMPLE_RATE_HZ, SpeechClips
from ..craft.voice_augment import telephone_band
from .clip_store import ClipStore
from .encoder import VoiceEncoder
from .log_mel import STATE_SAMPLES, level

BATCH = 256
TELEPHONE_HZ = (300.0, 3_400.0)


@dataclass(frozen=True)
class Condition:
    """The middle `seconds` of each clip (the whole of a shorter one), at full band or through a telephone."""

    seconds: float
    telephone: bool

    @property
    def name(self) -> str:
        return f"{self.seconds:g} s {'telephone' if self.telephone else 'clean'}"


CONDITIONS = tuple(Condition(seconds, telephone) for seconds in (4.0, 2.0) for telephone in (False, True))


@torch.no_grad()
def logits(
    encoder: VoiceEncoder, clips: SpeechClips, store: ClipStore, places: np.ndarray, condition: Condition
) -> np.ndarray:
    """[places, labels]; the encoder in eval mode."""
    longest = int(condition.seconds * SAMPLE_RATE_HZ)
    lengths = np.minimum(clips.lengths[places], longest) // STATE_SAMPLES * STATE_SAMPLES
    order = np.argsort(lengths)
    out = np.zeros((len(places), encoder.head.leave[-1].out_features), np.float32)
    for start in range(0, len(order), BATCH):
        some = order[start : start + BATCH]
        offsets = (clips.lengths[places[some]] - lengths[some]) // 2
        waves = store.cut(places[some], offsets, lengths[some])
        if condition.telephone:
            low_hz, high_hz = (waves.new_full((len(some),), hz) for hz in TELEPHONE_HZ)
            waves = telephone_band(waves, low_hz, high_hz)
        counts = torch.from_numpy(lengths[some]).to(store.device)
        waves = waves * (torch.arange(waves.shape[1], device=store.device)[None] < counts[:, None])
        with torch.autocast(store.device.type, torch.bfloat16, enabled=store.device.type == "cuda"):
            tokens, mask = encoder.tokens(level(waves, counts), counts)
            out[some] = encoder.emotion_logits(tokens, mask).float().cpu().numpy()
    return out


def average_recall(labels: np.ndarray, predicted: np.ndarray) -> float:
    """UAR: the mean of the recalls of the classes that occur."""
    return float(np.mean([(predicted[labels == label] == label).mean() for label in np.unique(labels)]))


def recalls(encoder: VoiceEncoder, clips: SpeechClips, store: ClipStore, places: np.ndarray) -> dict[str, float]:
    """`CORPUS CONDITION` -> UAR, and the same with `, its classes` when only the labels of the corpus may be answered."""
    out = {}
    for condition in CONDITIONS:
        scores = logits(encoder, clips, store, places, condition)
        for corpus, name in enumerate(CORPORA):
            own = clips.corpora[places] == corpus
            if not own.any():
                continue
            labels = clips.labels[places][own]
            key = f"{name} {condition.name}"
            out[key] = average_recall(labels, scores[own].argmax(1))
            classes = np.unique(clips.labels[clips.corpora == corpus])
            out[f"{key}, its classes"] = average_recall(labels, classes[scores[own][:, classes].argmax(1)])
    return out
