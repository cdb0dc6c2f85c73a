"""What `npm run eval` cannot read by itself: the pictures of FER+, whose archive is packed with LZMA.

    python -m rapport_training.eval_data --data DATA --out DIR

Writes DIR/ferplus.u8 (pictures of 48 x 48 bytes one after another) and DIR/ferplus.csv (split and the ten votes of each).
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from .atomic_file import write_atomically


def write_faces(data: Path, out: Path, split: str = "test") -> int:
    """Returns how many pictures were written."""
    packed = np.load(data / "ferplus" / "ferplus.npz")
    chosen = packed["split"] == split
    pictures, votes = packed["images"][chosen], packed["votes"][chosen]
    classes = [str(name) for name in packed["classes"]]
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / "ferplus.u8", lambda path: pictures.tofile(path))
    write_atomically(out / "ferplus.csv", lambda path: write_votes(path, [split, *classes], votes))
    return len(pictures)


def write_votes(path: Path, header: list[str], votes: np.ndarray) -> None:
    """The header begins with the name of the split, under which every row repeats it."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["split", *header[1:]])
        rows.writerows([header[0], *map(int, row)] for row in votes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../../shared/data"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    print(write_faces(args.data, args.out), "pictures")


if __name__ == "__main__":
    main()
