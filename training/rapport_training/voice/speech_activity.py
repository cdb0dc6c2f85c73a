"""Where the service hears speech in a clip: the voice activity model and the policy of `src/streams/voice-activity.ts`."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convert.model_folder import ModelFolder, folder_of

CHUNK_SAMPLES, CONTEXT_SAMPLES = 512, 64
CHUNK_MS = 32
STATE_SHAPE = (2, 1, 128)
SAMPLE_RATE_HZ = 16_000
SPEECH_ON, SPEECH_OFF = 0.5, 0.35
"""Probability at which a run begins, and below which it ends."""
MIN_SPEECH_CHUNKS = 3
"""Shorter runs are no speech."""

Span = tuple[int, int]
"""From, to, ms."""


class SpeechActivity:
    """The voice activity model of a models folder, over whole clips. Clips may be given from several threads."""

    def __init__(self, models: Path) -> None:
        self.session = ModelFolder(folder_of(models, "voice-activity")).session("model")

    def probabilities(self, pcm: np.ndarray) -> np.ndarray:
        """int16 [samples] at 16 kHz -> [chunks], the last one filled up with zeros."""
        chunks = -(-len(pcm) // CHUNK_SAMPLES)
        samples = np.zeros(CONTEXT_SAMPLES + chunks * CHUNK_SAMPLES, np.float32)
        samples[CONTEXT_SAMPLES : CONTEXT_SAMPLES + len(pcm)] = pcm.astype(np.float32) / 32768
        state, rate = np.zeros(STATE_SHAPE, np.float32), np.array(SAMPLE_RATE_HZ, np.int64)
        found = np.zeros(chunks, np.float32)
        for chunk in range(chunks):
            begin = chunk * CHUNK_SAMPLES
            heard = samples[None, begin : begin + CONTEXT_SAMPLES + CHUNK_SAMPLES]
            probability, state = self.session.run(["output", "stateN"], {"input": heard, "state": state, "sr": rate})
            found[chunk] = probability[0, 0]
        return found

    def spans(self, pcm: np.ndarray) -> list[Span]:
        return speech_spans(self.probabilities(pcm))


def speech_spans(probabilities: Sequence[float] | np.ndarray) -> list[Span]:
    """Runs of speech, with hysteresis; a run that is long enough counts from its first chunk."""
    spans: list[Span] = []
    begin, run = 0, 0
    for chunk, probability in enumerate(probabilities):
        heard = probability >= (SPEECH_OFF if run else SPEECH_ON)
        if heard and not run:
            begin = chunk
        run = run + 1 if heard else 0
        if run < MIN_SPEECH_CHUNKS:
            continue
        span = (begin * CHUNK_MS, (chunk + 1) * CHUNK_MS)
        if run > MIN_SPEECH_CHUNKS:
            spans[-1] = span
        else:
            spans.append(span)
    return spans
