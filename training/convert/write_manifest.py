"""Bring every model.json up to date with the files beside it: sizes, sha256, and the tensors of each graph.

    python -m convert.write_manifest MODELS_DIR            writes
    python -m convert.write_manifest MODELS_DIR --check    only compares; exit status 1 when one is out of date

Everything else in a manifest (parameters, labels, figures) is written by hand and left alone.
"""

import argparse
import json
import sys
from pathlib import Path
from textwrap import fill
from typing import Any

import onnxruntime

from .model_folder import cpu_session, model_folders
from .packages import sha256

TYPES = {"tensor(float)": "float32", "tensor(int64)": "int64"}
MAX_WIDTH = 120  # the printWidth of .prettierrc.json
MAX_BYTES = 50 * 1024 * 1024

# a free dimension that the exporting tool named clumsily, or left out: (model, tensor) -> shape
SHAPES: dict[tuple[str, str], list[int | str]] = {
    ("silero-vad", "input"): ["b", 576],
    ("silero-vad", "state"): [2, "b", 128],
    ("silero-vad", "output"): ["b", 1],
    ("silero-vad", "stateN"): [2, "b", 128],
}


def tensors(model: str, nodes: list[onnxruntime.NodeArg]) -> list[dict[str, Any]]:
    return [{"name": n.name, "type": TYPES[n.type], "shape": SHAPES.get((model, n.name), n.shape)} for n in nodes]


def refresh(manifest: dict[str, Any], folder: Path) -> None:
    """Raises ValueError when a file is over MAX_BYTES."""
    assets = manifest["assets"].values()
    for entry in [*manifest["graphs"].values(), *assets, manifest["golden"]]:
        path = folder / entry["file"]
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{path} is over {MAX_BYTES} bytes")
        entry["sha256"] = sha256(path)
        if "bytes" in entry:
            entry["bytes"] = path.stat().st_size
    for graph in manifest["graphs"].values():
        session = cpu_session(folder / graph["file"])
        graph["inputs"] = tensors(folder.name, session.get_inputs())
        graph["outputs"] = tensors(folder.name, session.get_outputs())


def inline(value: Any) -> str:
    """JSON on one line, with a space inside the braces of an object."""
    if isinstance(value, dict) and value:
        return "{ " + ", ".join(f"{json.dumps(k)}: {inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def text_of(value: Any, depth: int = 0, before: int = 0) -> str:
    """JSON as prettier leaves it: what fits on a line stays on one, long rows of numbers are filled.

    `before` is the width that stands on the first line already, beside the indentation of `depth`.
    """
    line = inline(value)
    if 2 * depth + before + len(line) <= MAX_WIDTH or not isinstance(value, dict | list):
        return line
    margin, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        # beside a value on its line: the key in quotes, colon, space and comma
        rows = [f"{json.dumps(k)}: {text_of(v, depth + 1, len(k) + 5)}" for k, v in value.items()]
        return "{\n" + ",\n".join(margin + row for row in rows) + f"\n{outer}}}"
    if all(isinstance(item, int | float) for item in value):
        return "[\n" + fill(line[1:-1], MAX_WIDTH, initial_indent=margin, subsequent_indent=margin) + f"\n{outer}]"
    return "[\n" + ",\n".join(margin + text_of(item, depth + 1, 1) for item in value) + f"\n{outer}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    stale = False
    for folder in model_folders(args.models):
        path = folder / "model.json"
        before = json.loads(path.read_text())
        after = json.loads(path.read_text())
        refresh(after, folder)
        same = before == after
        stale |= not same
        if not args.check:
            path.write_text(text_of(after) + "\n")
        print(folder.name, "up to date" if same else "out of date" if args.check else "written")
    sys.exit(1 if args.check and stale else 0)


if __name__ == "__main__":
    main()
