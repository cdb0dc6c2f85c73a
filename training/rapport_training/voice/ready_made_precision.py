"""What 8 bits cost Whisper's encoder where it serves as it came, untrained: with a checkpoint the parity stage tells it.

    python -m convert.convert_whisper ../models --fp32 .work/whisper-fp32
    python -m rapport_training.voice.ready_made_precision --folds .work/folds --fp32 .work/whisper-fp32/encoder.onnx \
        --data DATA --figures .work/figures

Through the fusion of each fold, on RAVDESS speakers that it leaves out: the middle 4 s of every clip.
Writes FIGURES/voice.FOLD.parity.json.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import torch

from convert.model_folder import cpu_session

from ..agreement import Models
from ..atomic_file import write_text_atomically
from ..corpora.speech import CORPORA, read_clips, read_index
from ..folds import FOLDS
from .log_mel import STATE_SAMPLES, level
from .validation import average_recall

WINDOW_SAMPLES = 64_000


def held_out_windows(data: Path, fold: str, corpus: str = "ravdess") -> tuple[list[torch.Tensor], np.ndarray]:
    """Levelled windows [samples] and their labels."""
    index = read_index(data)
    index = index.part(index.held_out(fold) & (index.corpora == CORPORA.index(corpus)))
    clips = read_clips(data, index, os.cpu_count() or 1)
    windows = []
    for place in range(len(clips.labels)):
        wave = clips.wave(place)
        length = min(len(wave), WINDOW_SAMPLES) // STATE_SAMPLES * STATE_SAMPLES
        start = (len(wave) - length) // 2
        samples = torch.from_numpy(wave[start : start + length].astype(np.float32) / 0x8000)[None]
        windows.append(level(samples, torch.tensor([length]))[0])
    return windows, clips.labels


def answers(models: Models, windows: list[torch.Tensor]) -> np.ndarray:
    """Calibrated probabilities [windows, 7] of fusion with the voice alone, one window at a time, as served."""
    rows = []
    for window in windows:
        tokens, mask = models.voice.tokens(window[None], torch.tensor([len(window)]))
        rows.append(models.emotion("voice", tokens[0, : int(mask[0].sum())].numpy())[1])
    return np.stack(rows)


def compare(folder: Path, fp32: Path, data: Path, fold: str) -> dict[str, object]:
    windows, labels = held_out_windows(data, fold)
    found = {}
    for form in ("fp32", "int8"):
        models = Models(folder)
        if form == "fp32":
            models.voice.session = cpu_session(fp32)
        found[form] = answers(models, windows)
    name = f"UAR, {len(windows)} windows of held-out speakers"
    return {
        "examples": len(windows),
        "figures": {form: {name: average_recall(labels, rows.argmax(1))} for form, rows in found.items()},
        "difference": float(np.abs(found["fp32"] - found["int8"]).max()),
        "agreement": float((found["fp32"].argmax(1) == found["int8"].argmax(1)).mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=Path, required=True, help="sets of models, one a fold")
    parser.add_argument("--fp32", type=Path, required=True, help="Whisper's encoder before it was quantised")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--figures", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    for fold in FOLDS:
        report = compare(args.folds / fold, args.fp32, args.data, fold)
        print(f"voice {fold}: {report}", flush=True)
        write_text_atomically(args.figures / f"voice.{fold}.parity.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
