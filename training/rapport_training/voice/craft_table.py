"""What the augmentations of voices bought: heads on the untouched encoder, one augmentation left out at a time.

    python -m rapport_training.voice.craft_table --data D --served MODELS --out O

Every clip of RAVDESS is cut to 2 s and encoded once as it is and once through each piece of `craft/`, by the int8 graph
that is served; the emotion head is trained on all of them, or on all but one, and heard on actors that it has not met, through
every piece (each clip has draws of its own). One seed for each fold of actors. The encoder is not trained here, so what an
augmentation does to it is not in the table. OUT/voice_craft.json; OUT/voice-craft.npz keeps the encoded windows.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ..atomic_file import write_atomically, write_text_atomically
from ..corpora.speech import CORPORA, SAMPLE_RATE_HZ, SpeechClips, read_clips, read_index
from ..craft import voice_augment as craft
from ..craft.opus import opus_round_trip
from ..craft.phase_vocoder import shift_pitch, stretch_time
from ..fusion.scores import score
from ..fusion.served_encoders import ServedVoice
from ..labels import EMOTIONS
from ..progress import progress
from .augmentation import RESPONSE_SAMPLES
from .encoder import TOKEN_SAMPLES
from .head import EmotionHead
from .log_mel import level

WINDOW_SAMPLES = 2 * SAMPLE_RATE_HZ
MOST_TOKENS = WINDOW_SAMPLES // TOKEN_SAMPLES
OPUS_BITS = 8_000
SNR_DB, DECAY_S, RATE, LOSS = (5.0, 20.0), (0.2, 0.6), (0.85, 1.18), 0.05
CLEAN = "clean"
STEPS, BATCH, LEARNING_RATE, DROPOUT = 250, 128, 2e-3, 0.4
SMOKE_EVERY = 60

Piece = Callable[[Tensor, np.random.Generator, torch.Generator], Tensor]
"""wave [1, S] and two sources of draws -> wave [1, S']"""


def uniform(draws: np.random.Generator, low: float, high: float) -> Tensor:
    return torch.tensor([draws.uniform(low, high)], dtype=torch.float32)


def as_it_is(wave: Tensor, draws: np.random.Generator, generator: torch.Generator) -> Tensor:
    return wave


def stretched(wave: Tensor, draws: np.random.Generator, generator: torch.Generator) -> Tensor:
    return stretch_time(wave, uniform(draws, *RATE))


def pitched(wave: Tensor, draws: np.random.Generator, generator: torch.Generator) -> Tensor:
    return shift_pitch(wave, uniform(draws, *RATE))


def noisy(wave: Tensor, draws: np.random.Generator, generator: torch.Generator) -> Tensor:
    noise = craft.coloured_noise((1, wave.shape[1]), uniform(draws, 0, 2), generator)
    return craft.add_noise(wave, noise, uniform(draws, *SNR_DB))


def in_a_room(wave: Tensor, draws: np.random.Generator, generator: torch.Generator) -> Tensor:
    return craft.reverberate(wave, craft.room_responses(uniform(draws, *DECAY_S), RESPONSE_SAMPLES, generator))


def on_the_telephone(wave: Tensor, draws: np.random.Generator, generator: torch.Generator) -> Tensor:
    low, high = torch.tensor([[300.0], [3400.0]])
    return craft.telephone_band(level(wave, torch.tensor([wave.shape[1]])), low, high)


def through_opus(wave: Tensor, draws: np.random.Generator, generator: torch.Generator) -> Tensor:
    return torch.from_numpy(opus_round_trip(wave[0].numpy(), SAMPLE_RATE_HZ, OPUS_BITS))[None]


def with_loss(wave: Tensor, draws: np.random.Generator, generator: torch.Generator) -> Tensor:
    return craft.lose_packets(wave, torch.full((1,), LOSS), generator)


WAYS: dict[str, Piece] = {
    CLEAN: as_it_is,
    "time stretch": stretched,
    "pitch shift": pitched,
    "noise": noisy,
    "room response": in_a_room,
    "telephone band": on_the_telephone,
    "Opus": through_opus,
    "packet loss": with_loss,
}


def encoded(clips: SpeechClips, encoder: ServedVoice) -> dict[str, np.ndarray]:
    """NAME -> tokens [clips, MOST_TOKENS, 512] fp16 through each of WAYS; NAME/length [clips]."""
    found: dict[str, np.ndarray] = {}
    for number, (name, piece) in enumerate(WAYS.items()):
        draws, generator = np.random.default_rng(number), torch.Generator().manual_seed(number)
        rows, lengths = [], []
        for clip in progress(range(len(clips)), name):
            samples = clips.wave(clip)
            begin = max(0, (len(samples) - WINDOW_SAMPLES) // 2)
            wave = torch.from_numpy(samples[begin : begin + WINDOW_SAMPLES].astype(np.float32) / 32768)[None]
            wave = piece(wave, draws, generator)[:, :WINDOW_SAMPLES]
            length = torch.tensor([wave.shape[1]])
            tokens, mask = encoder.tokens(level(wave, length), length)
            rows.append(functional.pad(tokens[0], (0, 0, 0, MOST_TOKENS - tokens.shape[1])).half().numpy())
            lengths.append(int(mask.sum()))
        found |= {name: np.stack(rows), f"{name}/length": np.array(lengths)}
    return found


def trained_head(
    parts: dict[str, tuple[Tensor, Tensor]], labels: Tensor, rows: Tensor, names: list[str], seed: int, steps: int
) -> EmotionHead:
    """On windows of the clips `rows`, each as it is or through one of `names`."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    tokens, masks = (torch.stack([parts[name][i] for name in names]) for i in (0, 1))
    head = EmotionHead(tokens.shape[-1], len(EMOTIONS), DROPOUT)
    optimiser = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.02)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=0.1)
    weight = 1 / torch.bincount(labels[rows], minlength=len(EMOTIONS)).clamp(min=1).float()[labels[rows]]
    for _ in range(steps):
        drawn = rows[torch.multinomial(weight, BATCH, replacement=True, generator=generator)]
        way = torch.randint(len(names), (BATCH,), generator=generator)
        loss = functional.cross_entropy(
            head(tokens[way, drawn].float(), masks[way, drawn]), labels[drawn], label_smoothing=0.1
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(head.parameters(), 1.0)
        optimiser.step()
        plan.step()
    return head.eval()


@torch.no_grad()
def recalls(
    head: EmotionHead, parts: dict[str, tuple[Tensor, Tensor]], labels: Tensor, rows: Tensor
) -> dict[str, float]:
    """UAR of the clips `rows` through every piece, and their mean."""
    found = {
        name: score(head(tokens[rows].float(), mask[rows]), labels[rows], EMOTIONS).uar
        for name, (tokens, mask) in parts.items()
    }
    return found | {"mean": sum(found.values()) / len(found)}


def table(
    parts: dict[str, tuple[Tensor, Tensor]],
    labels: Tensor,
    held_out: Callable[[str], Tensor],
    folds: list[str],
    steps: int,
) -> dict[str, list[dict[str, float]]]:
    """By what was left out (`nothing`: all pieces): the UARs of every fold. `held_out`: fold -> bool [clips]."""
    pieces = [name for name in parts if name != CLEAN]
    variants = {"nothing": list(parts), **{name: [n for n in parts if n != name] for name in pieces}, "all": [CLEAN]}
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in variants}
    for seed, fold in enumerate(folds):
        held = held_out(fold)
        trained, heard = (~held).nonzero().squeeze(1), held.nonzero().squeeze(1)
        for name, names in variants.items():
            head = trained_head(parts, labels, trained, names, seed, steps)
            rows[name].append(recalls(head, parts, labels, heard))
            print(f"voice craft, fold {fold}, without {name}: mean UAR {rows[name][-1]['mean']:.4f}", flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--served", type=Path, required=True, help="a models folder, whose speech model encodes")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", default="0,1,2")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    index = read_index(args.data, SMOKE_EVERY if args.smoke else 1)
    index = index.part(index.corpora == CORPORA.index("ravdess"))
    folds = args.folds.split(",")
    kept = args.out / ("voice-craft.smoke.npz" if args.smoke else "voice-craft.npz")
    if not kept.exists():
        made = encoded(read_clips(args.data, index, 1), ServedVoice(args.served, 1))
        write_atomically(kept, lambda path: np.savez(path, **made))
    with np.load(kept) as file:
        arrays = {name: torch.from_numpy(file[name]) for name in file.files}
    place = torch.arange(arrays[CLEAN].shape[1])
    parts = {
        name: (tokens, place < arrays[f"{name}/length"][:, None])
        for name, tokens in arrays.items()
        if not name.endswith("/length")
    }
    labels = torch.from_numpy(index.labels)
    rows = table(
        parts, labels, lambda fold: torch.from_numpy(index.held_out(fold)), folds, 4 if args.smoke else args.steps
    )
    report = {"what": "UAR on unseen RAVDESS actors, head on the untouched encoder", "folds": folds, "without": rows}
    write_text_atomically(args.out / "voice_craft.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
