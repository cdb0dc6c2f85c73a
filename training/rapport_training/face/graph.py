"""The encoder as ONNX: fp32, and static int8 with the ranges of real training faces."""

import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.calibrate import CalibrationMethod
from torch import Tensor, nn

from rapport_training.face.encoder import FaceEncoder

OPSET = 17
CALIBRATION_BATCH = 32
QUANTISED = ["Conv", "Relu", "Add"]
"""The convolutions and the sums of residuals. The pooled feature, the classifier and its softmax stay fp32: they cost
nothing, and a softmax in 8 bits would round every rare class to zero."""


class Served(nn.Module):
    """Probabilities and feature; the logit adjustment is part of the classifier's bias."""

    def __init__(self, network: FaceEncoder) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).cpu().float()
        with torch.no_grad():
            self.network.classifier.bias += self.network.logit_bias

    def forward(self, face: Tensor) -> tuple[Tensor, Tensor]:
        features = self.network.features(face)
        return self.network.classifier(features).softmax(1), features


class Faces(CalibrationDataReader):
    def __init__(self, images: np.ndarray) -> None:
        self.batches: Iterator[dict[str, np.ndarray]] = iter(
            {"face": images[i : i + CALIBRATION_BATCH]} for i in range(0, len(images), CALIBRATION_BATCH)
        )

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.batches, None)


def write_fp32(network: FaceEncoder, target: Path) -> None:
    """face [b, 1, 48, 48] -> probs8 [b, 8], feat [b, W]; batch normalisation folded into the convolutions."""
    served = Served(network).eval()
    torch.onnx.export(
        served,
        (torch.zeros(2, 1, 48, 48),),
        target,
        input_names=["face"],
        output_names=["probs8", "feat"],
        dynamic_axes={name: {0: "b"} for name in ("face", "probs8", "feat")},
        opset_version=OPSET,
        dynamo=False,
    )
    onnx.checker.check_model(onnx.load(target))


def write_int8(fp32: Path, target: Path, calibration: np.ndarray) -> None:
    """Static, so a face has the same numbers alone and in a batch; weights signed with one scale an output channel.
    calibration: float32 [N, 1, 48, 48] in -1..1, as served."""
    with tempfile.TemporaryDirectory() as folder:
        unfinished = Path(folder) / "int8.onnx"
        quantize_static(
            fp32,
            unfinished,
            Faces(calibration),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=QUANTISED,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
        target.write_bytes(unfinished.read_bytes())
