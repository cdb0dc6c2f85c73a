"""Which layers of Whisper tell emotion: a linear classifier on what each of them, and several side by side, say of a window.

    python -m rapport_training.fusion.voice_layers --data D --weights W --encoders O --out O --served MODELS

Windows as the service cuts and levels them, of speakers that the fold leaves out; mean and deviation of the tokens of 200 ms;
ridge regression, solved and not trained, clean and telephone band together. The answer is among the emotions of the corpus.
OUT/voice_layers.json: the UAR of every fold.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor

from convert.model_folder import ModelFolder, cpu_session
from convert.two_part_encoder import EMOTION, joined

from ..atomic_file import write_text_atomically
from ..corpora.speech import CORPORA, SpeechIndex, read_clips, read_index
from ..craft.statistics_pooling import statistics
from ..folds import FOLDS
from ..labels import EMOTIONS
from .features import VoiceFeatures
from .measure import CHANNELS
from .options import add_options, source_of
from .ridge import ridge, standardised
from .scores import score
from .served_encoders import ServedVoice
from .served_source import ServedSource, capped_clips
from .served_voice import ServedVoiceWindows
from .voice_variants import VOICE_VARIANTS

LAYERS = (1, 2, 3, 4, 5, 6)
MEAN = "mean of 3 to 5"
SETS: dict[str, tuple[int, ...]] = {
    **{f"{layer}": (layer,) for layer in LAYERS},
    **{f"1 to {last} side by side": LAYERS[:last] for last in (2, 3, 4, 5, 6)},
}
CLIPS_EACH = 12
"""Of a speaker and emotion of nEMO."""
RIDGE_OF_A_VALUE = 2.5
"""Strength for each standardised value that is given: more values, each less of the answer."""
LEAST_DEVIATION = 1e-3
ROWS_AT_ONCE = 256


class EveryLayer(ServedVoice):
    """Tokens of all layers side by side."""

    def __init__(self, models: Path, threads: int) -> None:
        super().__init__(models, threads)
        manifest = ModelFolder(self.folder).manifest
        graphs = manifest["graphs"]
        whole = joined(*(onnx.load(self.folder / graphs[name]["file"]) for name in ("emotion", "encoder")))
        node = onnx.helper.make_node("Concat", [f"layer{layer}" for layer in LAYERS], [EMOTION], axis=-1)
        whole.graph.node.append(node)
        whole.graph.output[0].name = EMOTION
        self.width = manifest["parameters"]["encoderWidth"] * len(LAYERS)
        whole.graph.output[0].type.tensor_type.shape.dim[2].dim_value = self.width
        with tempfile.TemporaryDirectory() as scratch:
            onnx.save(whole, Path(scratch) / "layers.onnx")
            self.session = cpu_session(Path(scratch) / "layers.onnx")


def windows_of(source: ServedSource, index: SpeechIndex) -> VoiceFeatures:
    """Clean and telephone band of every clip."""
    clips = read_clips(source.data, index, source.threads)
    made = ServedVoiceWindows(clips, source.models, source.threads, source.device)
    made.encoder = EveryLayer(source.models, source.threads)
    return VoiceFeatures.together([made.features(variant) for variant in VOICE_VARIANTS[:2]])


def statistics_of(voice: VoiceFeatures) -> dict[str, Tensor]:
    """By layer, and of their mean: [n, 2 x width]."""
    mask = voice.mask(torch.arange(len(voice.label)))
    found: dict[str, list[Tensor]] = {name: [] for name in (*map(str, LAYERS), MEAN)}
    for tokens, seen in zip(voice.tokens.split(ROWS_AT_ONCE), mask.split(ROWS_AT_ONCE), strict=True):
        layers = tokens.float().chunk(len(LAYERS), -1)
        for layer, own in zip(LAYERS, layers, strict=True):
            found[f"{layer}"].append(statistics(own, seen))
        found[MEAN].append(statistics(torch.stack(layers[2:5]).mean(0), seen))
    return {name: torch.cat(parts) for name, parts in found.items()}


def recall(scores: Tensor, labels: Tensor, among: Sequence[int]) -> float:
    """UAR of the classes that occur, the answer being `among` these."""
    hidden = torch.full_like(scores[0], -torch.inf).index_fill(0, torch.tensor(among), 0)
    return score(scores + hidden, labels, EMOTIONS).uar


def of_fold(given: Tensor, voice: VoiceFeatures, held: Tensor) -> dict[str, float]:
    """UAR of the held-out speakers by corpus and channel."""
    x = standardised(given, held, LEAST_DEVIATION)
    scores = ridge(x[~held], voice.label[~held], x[held], len(EMOTIONS), RIDGE_OF_A_VALUE * x.shape[1])
    every, voice, found = voice, voice.part(held.nonzero().squeeze(1)), {}
    for corpus in voice.corpus.unique().tolist():
        among = every.label[every.corpus == corpus].unique().tolist()
        for name, channel in CHANNELS.items():
            rows = (voice.corpus == corpus) & (voice.channel == channel)
            if rows.any():
                found[f"{CORPORA[corpus]}, {name}"] = round(recall(scores[rows], voice.label[rows], among), 4)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 30)
    parser.add_argument("--folds", default=",".join(FOLDS))
    args = parser.parse_args()
    source = source_of(args)
    if not isinstance(source, ServedSource):
        raise SystemExit("voice_layers reads the layers of a served model: give --served MODELS")
    index = capped_clips(read_index(source.data, source.every_clip), CLIPS_EACH)
    voice = windows_of(source, index)
    by_layer = statistics_of(voice)
    held = {fold: torch.from_numpy(index.held_out(fold))[voice.clip] for fold in args.folds.split(",")}
    report: dict[str, Any] = {
        "what": "ridge regression on layers of the served Whisper, UAR, unseen speakers",
        "sets": {},
    }
    given = {name: torch.cat([by_layer[f"{layer}"] for layer in layers], 1) for name, layers in SETS.items()}
    for name, x in (given | {MEAN: by_layer[MEAN]}).items():
        report["sets"][name] = [of_fold(x, voice, out) for out in held.values()]
        print(f"layers {name}: {report['sets'][name]}", flush=True)
        write_text_atomically(args.out / "voice_layers.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
