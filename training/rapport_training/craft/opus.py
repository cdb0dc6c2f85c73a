"""A real Opus round trip, by libsndfile. It costs CPU time, so it is made once, when the corpus is prepared."""

import io

import numpy as np
import soundfile

LOWEST_BITS, HIGHEST_BITS = 6_000, 256_000  # libsndfile spreads its compression level over these rates, 1 to 0


def opus_round_trip(wave: np.ndarray, rate_hz: int, bits_per_second: int) -> np.ndarray:
    """wave [samples] float or int16 -> the same length and type, as it sounds after Ogg Opus at that rate, mono."""
    level = 1 - (bits_per_second - LOWEST_BITS) / (HIGHEST_BITS - LOWEST_BITS)
    file = io.BytesIO()
    soundfile.write(file, wave, rate_hz, format="OGG", subtype="OPUS", compression_level=min(1.0, max(0.0, level)))
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype=str(wave.dtype))
    return np.pad(decoded, (0, max(0, len(wave) - len(decoded))))[: len(wave)]
