"""A model folder: its manifest, and its graphs in one-thread CPU sessions, as all reference numbers are made."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime

DTYPES = {"float32": np.float32, "int64": np.int64}

Tensors = dict[str, np.ndarray]


def model_folders(models: Path) -> list[Path]:
    return sorted(path.parent for path in models.glob("*/model.json"))


def folder_of(models: Path, task: str) -> Path:
    """The one folder whose manifest has this task."""
    (folder,) = (f for f in model_folders(models) if json.loads((f / "model.json").read_text())["task"] == task)
    return folder


def cpu_session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # As the service sets it: exact 8-bit sums on processors without VNNI.
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class ModelFolder:
    """`path/model.json` and the graphs that it names; sessions are made when first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = json.loads((path / "model.json").read_text())
        self.sessions: dict[str, onnxruntime.InferenceSession] = {}

    def session(self, graph: str) -> onnxruntime.InferenceSession:
        if graph not in self.sessions:
            self.sessions[graph] = cpu_session(self.path / self.manifest["graphs"][graph]["file"])
        return self.sessions[graph]

    def run(self, graph: str, inputs: Mapping[str, np.ndarray]) -> Tensors:
        """All outputs by name; inputs are converted to the types that the manifest states."""
        types = {i["name"]: DTYPES[i["type"]] for i in self.manifest["graphs"][graph]["inputs"]}
        session = self.session(graph)
        feeds = {name: np.asarray(value, types[name]) for name, value in inputs.items()}
        return dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds), strict=True))
