"""What `npm run eval` cannot read by itself: the pictures of FER+ and CK+48, whose archives are packed.

    python -m rapport_training.eval_data --data DATA --out DIR

Pictures are 48 x 48 bytes, one after another. DIR/ferplus.u8 and ferplus.csv (split and the ten votes of each) are the test
part, DIR/ferplus-valid.* the validation part, on which agreement is checked; DIR/ckplus.u8 and ckplus.csv (expression,
subject) all of CK+48, which no model is trained on.
"""

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from .atomic_file import write_atomically
from .corpora.faces import CKPLUS_FILE, FACE_LABELS, FERPLUS_FILE, read_ckplus


def write_faces(data: Path, out: Path, split: str = "test", name: str = "ferplus") -> int:
    """Returns how many pictures were written."""
    packed = np.load(data / FERPLUS_FILE)
    chosen = packed["split"] == split
    pictures, votes = packed["images"][chosen], packed["votes"][chosen]
    classes = [str(name) for name in packed["classes"]]
    rows = ((split, *map(int, row)) for row in votes)
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / f"{name}.u8", lambda path: pictures.tofile(path))
    write_atomically(out / f"{name}.csv", lambda path: write_rows(path, ("split", *classes), rows))
    return len(pictures)


def write_posed(data: Path, out: Path) -> int:
    """Returns how many pictures were written: none where DATA has no CK+48."""
    if not (data / CKPLUS_FILE).exists():
        return 0
    faces = read_ckplus(data)
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / "ckplus.u8", lambda path: faces.images.tofile(path))
    rows = zip((FACE_LABELS[label] for label in faces.labels), faces.subjects, strict=True)
    write_atomically(out / "ckplus.csv", lambda path: write_rows(path, ("expression", "subject"), rows))
    return len(faces.images)


def write_rows(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(header)
        table.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../../shared/data"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    print(write_faces(args.data, args.out), "pictures of FER+'s test part")
    print(write_faces(args.data, args.out, "valid", "ferplus-valid"), "of its validation part")
    print(write_posed(args.data, args.out), "of CK+48")


if __name__ == "__main__":
    main()
