"""One Whisper encoder as two graphs: `emotion`, log-mel to the states that emotion is told by, and `encoder`, which goes on
from there to the states that the decoder reads. The emotion of a window then does not run a layer that it does not need,
and no weight is there twice. Where emotion has an encoder of its own, `encoder` begins at log-mel.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx.utils import Extractor

from .graph import Shape, tensor
from .model_folder import ModelFolder
from .whisper_graphs import EMOTION_LAYERS, MEL_BANDS

MEL, EMOTION, HIDDEN = "mel", "emo", "hidden"
BETWEEN = f"layer{max(EMOTION_LAYERS)}"
"""The states [b, s, width] where one graph ends and the other goes on."""


def cut(whole: onnx.ModelProto, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> onnx.ModelProto:
    """The nodes between these tensors, by name and shape, with their weights as they are."""
    part = Extractor(whole).extract_model(list(inputs), list(outputs))
    for side, tensors in ((part.graph.input, inputs), (part.graph.output, outputs)):
        del side[:]
        side.extend(tensor(name, shape) for name, shape in tensors.items())
    del part.graph.value_info[:]
    onnx.checker.check_model(part)
    return part


def split_encoder(whole: Path, emotion: Path, encoder: Path, width: int) -> None:
    """`whole`: mel -> hidden, emo. Writes mel -> emo, BETWEEN and BETWEEN -> hidden."""
    model, states = onnx.load(whole), ["b", "s", width]
    mel = {MEL: ["b", MEL_BANDS, "t"]}
    side_by_side = ["b", "s", width * len(EMOTION_LAYERS)]
    onnx.save(cut(model, mel, {EMOTION: side_by_side, BETWEEN: states}), emotion)
    onnx.save(cut(model, {BETWEEN: states}, {HIDDEN: states}), encoder)


def joined(first: onnx.ModelProto, second: onnx.ModelProto) -> onnx.ModelProto:
    """Parts of one graph, by tensors of the same name: what `first` takes to what `second` gives."""
    whole = onnx.ModelProto()
    whole.CopyFrom(first)
    names = {weight.name for weight in first.graph.initializer}
    whole.graph.node.extend(second.graph.node)
    whole.graph.initializer.extend(weight for weight in second.graph.initializer if weight.name not in names)
    del whole.graph.output[:]
    whole.graph.output.extend(second.graph.output)
    shapes = {
        value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in (*first.graph.input, *second.graph.output)
    }
    inputs, outputs = ([value.name for value in side] for side in (first.graph.input, second.graph.output))
    return cut(whole, {name: shapes[name] for name in inputs}, {name: shapes[name] for name in outputs})


def make_encoder_whole(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Let `encoder` begin at log-mel, so that another graph `emotion` may take the place of the one beside it."""
    emotion, encoder = (manifest["graphs"].get(name) for name in ("emotion", "encoder"))
    if encoder["inputs"][0]["name"] == MEL:
        return
    path = folder / encoder["file"]
    whole = joined(onnx.load(folder / emotion["file"]), onnx.load(path))
    path.unlink()  # in a set of links it is the file of another set
    onnx.save(whole, path)


def hidden_of(model: ModelFolder, mel: np.ndarray) -> np.ndarray:
    """mel [b, 80, t] -> [b, t / 2, width], what the decoder reads."""
    return model.run("encoder", encoder_feeds(model, mel))[HIDDEN]


def encoder_feeds(model: ModelFolder, mel: np.ndarray) -> dict[str, np.ndarray]:
    name = model.manifest["graphs"]["encoder"]["inputs"][0]["name"]
    return {MEL: mel} if name == MEL else {name: model.run("emotion", {MEL: mel})[name]}
