"""Whisper as three fp32 graphs: encoder, cross (once an utterance) and decoder (once a step).

Built from CTranslate2 variables, after `openai/whisper` model.py. B batch, T mel frames of 10 ms or new tokens,
S = T / 2 encoder frames of 20 ms, P cached tokens. The weights keep their exact values (fp16 read as fp32);
the attention scale 1 / sqrt(head width) is folded into the query weights.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto

from .ctranslate2_file import Variables
from .graph import Graph, tensor

MEL_BANDS = 80
# counted from 1: side by side they carry more emotion than any one of them or their mean (docs/training.md, voice layers)
EMOTION_LAYERS = (1, 2, 3, 4)
LAYER_NORM_EPSILON = 1e-5
NO_ATTENTION = -1e9

# (layer, head) of the decoder, counted from 0, whose cross-attention follows the sound, by checkpoint: found and published
# by OpenAI (`_ALIGNMENT_HEADS` of openai/whisper), given there as a mask, in Transformers as these pairs
ALIGNMENT_HEADS: dict[str, tuple[tuple[int, int], ...]] = {
    "base": ((3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)),
    "tiny.en": ((1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)),
}

BY_HEAD = (0, 2, 1, 3)  # [B, T, heads, width] -> [B, heads, T, width]
BY_HEAD_TRANSPOSED = (0, 2, 3, 1)  # -> [B, heads, width, T], ready to be multiplied by queries


class Whisper:
    """The dimensions of one checkpoint, and the layers that encoder and decoder have in common."""

    def __init__(self, variables: Variables) -> None:
        self.variables = variables
        self.width = variables["encoder/conv1/weight"].shape[0]
        self.heads = int(variables["encoder/num_heads"])
        self.head_width = self.width // self.heads
        self.layers = sum(
            name.startswith("encoder/layer_") and name.endswith("/ffn/linear_0/weight") for name in variables
        )

    def fp32(self, name: str) -> np.ndarray:
        return self.variables[name].astype(np.float32)

    def norm(self, g: Graph, x: str, name: str, out: str | None = None) -> str:
        gamma = g.weight(name + ".gamma", self.fp32(name + "/gamma"))
        beta = g.weight(name + ".beta", self.fp32(name + "/beta"))
        return g.add("LayerNormalization", x, gamma, beta, out=out, axis=-1, epsilon=LAYER_NORM_EPSILON)

    def linear(self, g: Graph, x: str, name: str, scaled_rows: int = 0) -> str:
        """The layer `name`; its first `scaled_rows` outputs (queries) times 1 / sqrt(head width)."""
        weight, bias = self.fp32(name + "/weight"), self.fp32(name + "/bias")
        weight[:scaled_rows] *= self.head_width**-0.5
        bias[:scaled_rows] *= self.head_width**-0.5
        return g.linear(x, name, weight, bias)

    def by_head(self, g: Graph, x: str, order: tuple[int, ...], out: str | None = None) -> str:
        shaped = g.add("Reshape", x, g.integers(0, 0, self.heads, self.head_width))
        return g.add("Transpose", shaped, out=out, perm=order)

    def attend(self, g: Graph, scores: str, values: str) -> str:
        """softmax(scores) [B, heads, T, S] by values [B, heads, S, width] -> [B, T, heads x width]."""
        return self.mix(g, g.add("Softmax", scores, axis=-1), values)

    def mix(self, g: Graph, weights: str, values: str) -> str:
        """Attention weights [B, heads, T, S] by values [B, heads, S, width] -> [B, T, heads x width]."""
        mixed = g.add("MatMul", weights, values)
        return g.add("Reshape", g.add("Transpose", mixed, perm=BY_HEAD), g.integers(0, 0, self.width))

    def feed_forward(self, g: Graph, x: str, layer: str, out: str | None = None) -> str:
        y = self.norm(g, x, layer + "ffn/layer_norm")
        y = g.add("Gelu", self.linear(g, y, layer + "ffn/linear_0"))
        return g.add("Add", x, self.linear(g, y, layer + "ffn/linear_1"), out=out)


def _encoder_layers(w: Whisper, g: Graph) -> list[str]:
    """From `mel` to the outputs of all layers, before the last normalisation."""

    def convolution(x: str, name: str, stride: int) -> str:
        kernel, bias = g.weight(name + ".w", w.fp32(name + "/weight")), g.weight(name + ".b", w.fp32(name + "/bias"))
        return g.add("Gelu", g.add("Conv", x, kernel, bias, kernel_shape=[3], pads=[1, 1], strides=[stride]))

    x = convolution(convolution("mel", "encoder/conv1", 1), "encoder/conv2", 2)
    x = g.add("Transpose", x, perm=[0, 2, 1])
    frames = g.add("Shape", x, start=1, end=2)
    places = g.weight("encoder/places", w.fp32("encoder/position_encodings/encodings"))
    x = g.add("Add", x, g.add("Slice", places, g.integers(0), frames, g.integers(0)))
    outputs = []
    for i in range(w.layers):
        layer = f"encoder/layer_{i}/"
        y = w.norm(g, x, layer + "self_attention/layer_norm")
        q, k, v = g.split(w.linear(g, y, layer + "self_attention/linear_0", scaled_rows=w.width), 3)
        scores = g.add("MatMul", w.by_head(g, q, BY_HEAD), w.by_head(g, k, BY_HEAD_TRANSPOSED))
        y = w.attend(g, scores, w.by_head(g, v, BY_HEAD))
        x = g.add("Add", x, w.linear(g, y, layer + "self_attention/linear_1"))
        x = w.feed_forward(g, x, layer, out=f"layer{i + 1}")
        outputs.append(x)
    return outputs


def write_encoder(w: Whisper, path: Path, with_emotion: bool = True) -> None:
    """mel [B, 80, T], T even -> hidden [B, S, width], emo [B, S, width x layers] (EMOTION_LAYERS side by side; on demand)."""
    g = Graph()
    outputs = _encoder_layers(w, g)
    w.norm(g, outputs[-1], "encoder/layer_norm", out="hidden")
    if with_emotion:
        g.add("Concat", *(outputs[n - 1] for n in EMOTION_LAYERS), out="emo", axis=-1)
    widths = {"hidden": w.width} | ({"emo": w.width * len(EMOTION_LAYERS)} if with_emotion else {})
    told = [tensor(name, ["b", "s", width]) for name, width in widths.items()]
    g.save(path, "whisper_encoder", [tensor("mel", ["b", MEL_BANDS, "t"])], told)


def write_emotion_encoder(w: Whisper, path: Path, shares: Sequence[float]) -> None:
    """mel [B, 80, T], T even -> emo [B, S, width]: the outputs of the layers, each by its share. `w` has only those
    layers that it needs, with the weights of its own training."""
    g = Graph()
    parts = [
        g.add("Mul", x, g.weight(f"share{i + 1}", np.array(share, np.float32)))
        for i, (x, share) in enumerate(zip(_encoder_layers(w, g), shares, strict=True))
    ]
    g.add("Sum", *parts, out="emo")
    g.save(path, "whisper_emotion", [tensor("mel", ["b", MEL_BANDS, "t"])], [tensor("emo", ["b", "s", w.width])])


def _cross_tensors(w: Whisper) -> list[onnx.ValueInfoProto]:
    k, v = ["b", w.heads, w.head_width, "s"], ["b", w.heads, "s", w.head_width]
    return [tensor(f"cross_{part}_{i}", k if part == "k" else v) for i in range(w.layers) for part in "kv"]


def write_cross(w: Whisper, path: Path) -> None:
    """hidden [B, S, width] -> cross_k_i [B, heads, head width, S], cross_v_i [B, heads, S, head width]."""
    g = Graph()
    for i in range(w.layers):
        k, v = g.split(w.linear(g, "hidden", f"decoder/layer_{i}/attention/linear_1"), 2)
        w.by_head(g, k, BY_HEAD_TRANSPOSED, out=f"cross_k_{i}")
        w.by_head(g, v, BY_HEAD, out=f"cross_v_{i}")
    g.save(path, "whisper_cross", [tensor("hidden", ["b", "s", w.width])], _cross_tensors(w))


def _causal_mask(g: Graph, past: str, end: str) -> str:
    """[T, P + T]: 0 where the column is at most P + row, else NO_ATTENTION."""
    start, stop = g.add("Squeeze", past, g.integers(0)), g.add("Squeeze", end, g.integers(0))
    step = g.scalar("one", 1)
    rows = g.add("Unsqueeze", g.add("Range", start, stop, step), g.integers(1))
    columns = g.add("Range", g.scalar("zero", 0), stop, step)
    seen = g.add("LessOrEqual", columns, rows)
    return g.add(
        "Where", seen, g.weight("seen", np.array(0, np.float32)), g.weight("unseen", np.array(NO_ATTENTION, np.float32))
    )


def _alignment(g: Graph, cross_attention: list[str], heads: tuple[tuple[int, int], ...]) -> str:
    """Cross-attention of every layer [B, heads, T, S] -> that of the last token, mean of the chosen heads [B, S]."""
    chosen = []
    for layer in sorted({layer for layer, _ in heads}):
        last = g.add("Gather", cross_attention[layer], g.scalar("last", -1), axis=2)
        chosen.append(g.add("Gather", last, g.integers(*(head for at, head in heads if at == layer)), axis=1))
    return g.add("ReduceMean", g.add("Concat", *chosen, axis=1), g.integers(1), out="alignment", keepdims=0)


def write_decoder(w: Whisper, path: Path, alignment_heads: tuple[tuple[int, int], ...]) -> None:
    """tokens int64 [B, T], past_k_i and past_v_i [B, heads, P, head width], cross_* -> logits [B, vocabulary] of the
    last token, alignment [B, S] (its cross-attention, mean of the alignment heads: where in the sound the token is that
    the logits choose), present_k_i and present_v_i [B, heads, P + T, head width]. P = 0 and T = the prompt at the first
    step.
    """
    g = Graph()
    table = w.fp32("decoder/embeddings/weight")  # [vocabulary, width], used at both ends
    embedding = g.weight("embedding", table.T)
    x = g.add("Transpose", g.add("Gather", embedding, "tokens", axis=1), perm=[1, 2, 0])
    past = g.add("Shape", "past_k_0", start=2, end=3)
    end = g.add("Add", past, g.add("Shape", "tokens", start=1, end=2))
    places = g.weight("decoder/places", w.fp32("decoder/position_encodings/encodings"))
    x = g.add("Add", x, g.add("Slice", places, past, end, g.integers(0)))
    mask = _causal_mask(g, past, end)
    cross_attention = []
    for i in range(w.layers):
        layer = f"decoder/layer_{i}/"
        y = w.norm(g, x, layer + "self_attention/layer_norm")
        q, k, v = g.split(w.linear(g, y, layer + "self_attention/linear_0", scaled_rows=w.width), 3)
        k = g.add("Concat", f"past_k_{i}", w.by_head(g, k, BY_HEAD), out=f"present_k_{i}", axis=2)
        v = g.add("Concat", f"past_v_{i}", w.by_head(g, v, BY_HEAD), out=f"present_v_{i}", axis=2)
        scores = g.add("MatMul", w.by_head(g, q, BY_HEAD), g.add("Transpose", k, perm=[0, 1, 3, 2]))
        y = w.attend(g, g.add("Add", scores, mask), v)
        x = g.add("Add", x, w.linear(g, y, layer + "self_attention/linear_1"))
        y = w.norm(g, x, layer + "attention/layer_norm")
        q = w.by_head(g, w.linear(g, y, layer + "attention/linear_0", scaled_rows=w.width), BY_HEAD)
        cross_attention.append(g.add("Softmax", g.add("MatMul", q, f"cross_k_{i}"), axis=-1))
        y = w.mix(g, cross_attention[i], f"cross_v_{i}")
        x = g.add("Add", x, w.linear(g, y, layer + "attention/linear_2"))
        x = w.feed_forward(g, x, layer)
    last = g.add("Gather", w.norm(g, x, "decoder/layer_norm"), g.scalar("last", -1), axis=1)
    g.add("MatMul", last, embedding, out="logits")
    _alignment(g, cross_attention, alignment_heads)

    def cache(prefix: str, length: str) -> list[onnx.ValueInfoProto]:
        shape = ["b", w.heads, length, w.head_width]
        return [tensor(f"{prefix}_{part}_{i}", shape) for i in range(w.layers) for part in "kv"]

    inputs = [tensor("tokens", ["b", "t"], TensorProto.INT64)] + cache("past", "p") + _cross_tensors(w)
    told = [tensor("logits", ["b", table.shape[0]]), tensor("alignment", ["b", "s"])]
    g.save(path, "whisper_decoder", inputs, told + cache("present", "pt"))
