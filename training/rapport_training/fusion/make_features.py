"""What the encoders make of the corpora, kept for the training and the parity of fusion.

python -m rapport_training.fusion.make_features --folds all --data D --weights W --encoders E --out O --cache C
"""

import argparse

from .options import add_options, source_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 0)
    parser.add_argument("--folds", required=True)
    args = parser.parse_args()
    source = source_of(args)
    for fold in args.folds.split(","):
        features = source.fold(fold)
        print(
            f"fold {fold}: {len(features.voice.label)} windows of voice, {len(features.face.label)} faces, "
            f"{len(features.text.label)} texts",
            flush=True,
        )


if __name__ == "__main__":
    main()
