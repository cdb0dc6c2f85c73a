"""A small builder for ONNX graphs: named weights, numbered intermediate tensors, checked on saving."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
IR_VERSION = 10

Shape = Sequence[int | str]


def tensor(name: str, shape: Shape, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    """A graph input or output; a string in the shape is a free dimension."""
    return helper.make_tensor_value_info(name, kind, list(shape))


class Graph:
    """Nodes in the order in which they were added; every method returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}
        self.count = 0

    def weight(self, name: str, value: np.ndarray) -> str:
        """Store a constant under its name; a name that is already there is kept."""
        if name not in self.weights:
            array = np.ascontiguousarray(value).reshape(np.shape(value))
            self.weights[name] = numpy_helper.from_array(array, name)
        return name

    def integers(self, *values: int) -> str:
        """An int64 vector, for shapes and axes."""
        return self.weight("c_" + "_".join(map(str, values)), np.array(values, np.int64))

    def scalar(self, name: str, value: int) -> str:
        """An int64 without dimensions."""
        return self.weight(name, np.array(value, np.int64))

    def add(self, op: str, *inputs: str, out: str | None = None, **attributes: Any) -> str:
        """One node with one output, called `out` or by a running number."""
        return self._node(op, inputs, [out or self._fresh(op)], attributes)[0]

    def split(self, x: str, parts: int) -> list[str]:
        """Cut the last dimension into equal parts."""
        outputs = [self._fresh("Split") for _ in range(parts)]
        return self._node("Split", [x], outputs, {"axis": -1, "num_outputs": parts})

    def linear(self, x: str, name: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """x [..., in] by weight [out, in] plus bias [out]."""
        product = self.add("MatMul", x, self.weight(name + ".w", weight.T.astype(np.float32)))
        return self.add("Add", product, self.weight(name + ".b", bias.astype(np.float32)))

    def save(
        self, path: Path, name: str, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]
    ) -> None:
        """Check and write. Raises onnx.checker.ValidationError on a malformed graph."""
        graph = helper.make_graph(self.nodes, name, inputs, outputs, list(self.weights.values()))
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="rapport",
        )
        onnx.checker.check_model(model)
        onnx.save(model, path)

    def _fresh(self, op: str) -> str:
        self.count += 1
        return f"{op}_{self.count}"

    def _node(self, op: str, inputs: Sequence[str], outputs: list[str], attributes: dict[str, Any]) -> list[str]:
        label = f"n{len(self.nodes)}_{op}"
        self.nodes.append(helper.make_node(op, list(inputs), outputs, name=label, **attributes))
        return outputs
