"""Look through a data folder before anything is trained: every fault with file, row and reason.

    python -m rapport_training.check_data speech|faces|texts --data DIR

Your own folder (speech/, faces/ or texts/, see training/README.md) is read in full; of the public corpora the index and a
sample of the files. Exit status 1 when there is a fault. Nothing is written.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

SAMPLE_EVERY = 97
"""Of the clips of the public corpora, whose archives have checksums: SHA256SUMS in the data folder."""


def _counted(labels: Iterable[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(Counter(labels).items()))


def check_speech(data: Path) -> str:
    from .own_data.speech import has_own_speech, read_own_speech

    if has_own_speech(data):
        own = read_own_speech(data)
        seconds = sum(map(len, own.waves)) / 16_000
        return f"{len(own)} utterances, {seconds / 60:.1f} min, {len(set(own.speakers))} speakers: {_counted(own.emotions)}"
    from .corpora.speech import read_speech
    from .labels import EMOTIONS

    clips = read_speech(data, os.cpu_count() or 1, SAMPLE_EVERY)
    return f"every {SAMPLE_EVERY}th clip of the public corpora decodes: {_counted(EMOTIONS[i] for i in clips.labels)}"


def check_faces(data: Path) -> str:
    from .own_data.faces import has_own_faces, read_own_faces

    if has_own_faces(data):
        own = read_own_faces(data)
        return f"{len(own)} pictures of {len(set(own.persons))} persons: {_counted(own.emotions)}"
    from .corpora.faces import read_ferplus

    return "FER+: " + ", ".join(f"{name} {len(faces)}" for name, faces in read_ferplus(data).items())


def check_texts(data: Path) -> str:
    from .own_data.texts import has_own_texts, read_own_texts

    if has_own_texts(data):
        own = read_own_texts(data)
        return (
            f"{len(own)} turns of {len(set(own.conversations))} conversations: {_counted(filter(None, own.emotions))}"
        )
    from .corpora.texts import read_texts

    names = ("goemotions", "bitext27", "clinc150", "multidogo_turn")
    return ", ".join(f"{name} {len(read_texts(data, name))}" for name in names)


CHECKS: dict[str, Callable[[Path], str]] = {"speech": check_speech, "faces": check_faces, "texts": check_texts}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=tuple(CHECKS))
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args(argv)
    status = 0
    for part in args.parts:
        try:
            print(f"{part}: {CHECKS[part](args.data)}")
        except (ValueError, FileNotFoundError) as error:
            print(error, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
