"""Run every golden case of every model with Python onnxruntime, one thread on the CPU.

    python -m convert.run_golden MODELS_DIR OUT.npz

Writes the outputs as MODEL/GRAPH/CASE/out/TENSOR.npy, and prints for each case the greatest difference and the least
cosine against golden.npz. Exit status 1 when a case falls below the `minCosine` of its manifest or changes the
greatest label of one of its `labelOutputs`.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from .model_folder import ModelFolder, Tensors, model_folders
from .stored_npz import read_stored, write_stored


def case_tensors(golden: Tensors, graph: str, case: str, side: str) -> Tensors:
    """The tensors of one case by name; side is "in" or "out"."""
    prefix = f"{graph}/{case}/{side}/"
    return {name.removeprefix(prefix): array for name, array in golden.items() if name.startswith(prefix)}


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.ravel().astype(np.float64), b.ravel().astype(np.float64)
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / lengths) if lengths > 0 else float(np.array_equal(a, b))


def check_case(model: ModelFolder, graph: str, case: str, golden: Tensors) -> tuple[Tensors, bool]:
    """Returns the outputs that golden.npz holds too, and whether they agree."""
    rules = model.manifest["golden"]
    expected = case_tensors(golden, graph, case, "out")
    outputs = model.run(graph, case_tensors(golden, graph, case, "in"))
    outputs = {name: outputs[name] for name in expected}
    difference = max(float(np.abs(outputs[n] - e).max(initial=0)) for n, e in expected.items())
    least = min(cosine(outputs[n], e) for n, e in expected.items())
    labels = [n for n in rules["labelOutputs"] if n in expected]
    same = all(np.array_equal(outputs[n].argmax(-1), expected[n].argmax(-1)) for n in labels)
    good = least >= rules["minCosine"] and same
    print(
        f"{model.path.name:16} {graph:8} {case:8} difference {difference:.2e} cosine {least:.6f}",
        "" if good else "FAILED",
    )
    return outputs, good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    results: Tensors = {}
    all_good = True
    for path in model_folders(args.models):
        model = ModelFolder(path)
        golden = read_stored(path / model.manifest["golden"]["file"])
        for entry in model.manifest["golden"]["cases"]:
            graph, case = entry["graph"], entry["name"]
            outputs, good = check_case(model, graph, case, golden)
            results |= {f"{path.name}/{graph}/{case}/out/{name}": value for name, value in outputs.items()}
            all_good &= good
    write_stored(args.out, results)
    sys.exit(0 if all_good else 1)


if __name__ == "__main__":
    main()
