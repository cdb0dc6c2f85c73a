"""RESEARCH, not served: what a linear classifier makes of RAVDESS voice and action units, to judge `research_au` by.

    python -m rapport_training.fusion.linear_reference --data D --weights W --encoders O --out O --served MODELS

Ridge regression to the eight classes, solved and not trained, on the mean and deviation of a take's voice tokens and on its
action units, by folds of actors; as the takes are, and `centred` (see `research_au`). OUT/linear_reference.json.
"""

import argparse
import json
from typing import Any

import torch
from torch import Tensor

from ..atomic_file import write_text_atomically
from ..folds import FOLDS
from .features import CLEAN, WHOLE
from .options import add_options, source_of
from .real_pairs import RAVDESS_EMOTIONS, read_action_units
from .research_au import CENTRED, WAYS, accuracy, centred, of_takes
from .ridge import ridge, standardised

RIDGE = 3000.0
UNITS_WEIGHT = 4.0
"""Of a standardised action unit beside a standardised value of the voice, of which there are thirty times as many."""
SHOWN = {"voice and action units": (1.0, UNITS_WEIGHT), "voice": (1.0, 0.0), "action units": (0.0, UNITS_WEIGHT)}


def of_fold(voice: Tensor, units: Tensor, labels: Tensor, held: Tensor) -> dict[str, float]:
    """Accuracy on the held-out takes, by what is shown."""
    parts = [standardised(part.double(), held) for part in (voice, units)]
    found = {}
    for name, weights in SHOWN.items():
        x = torch.cat([part * weight for part, weight in zip(parts, weights, strict=True)], 1)
        scores = ridge(x[~held], labels[~held], x[held], len(RAVDESS_EMOTIONS), RIDGE)
        found[name] = accuracy(scores, labels[held])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 30)
    parser.add_argument("--folds", default=",".join(FOLDS))
    args = parser.parse_args()
    source = source_of(args)
    plain = read_action_units(source.data, source.device, source.every_clip)
    report: dict[str, Any] = {"what": "ridge regression, RAVDESS voice and action units, 8 classes, unseen actors"}
    for way in WAYS:
        folds = []
        for fold in args.folds.split(","):
            voice, units = of_takes(source.voice(fold), plain), plain
            if way == CENTRED:
                voice, units = centred(voice, units)
            takes = voice.part(((voice.channel == CLEAN) & (voice.cut == WHOLE)).nonzero().squeeze(1))
            folds.append(of_fold(takes.tokens[:, 0], units.units[takes.clip], units.label[takes.clip], takes.held))
            print(f"linear reference, {way}, fold {fold}: {folds[-1]}", flush=True)
        report[way] = {"folds": folds}
    write_text_atomically(args.out / "linear_reference.json", json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
