"""model.json of the expression encoder: what the service must know to feed it and to read its answers."""

from typing import Any

from rapport_training.corpora.faces import FACE_LABELS, FACE_SIZE_PX
from rapport_training.data_licences import licence_of, sources_of
from rapport_training.labels import FERPLUS_LABELS

SOURCES = sources_of("face")
GOLDEN_STEPS = (1, 3, 6)
"""Softness of the golden pictures; soft1 is the roughest."""


def manifest(feature_width: int, trained: dict[str, Any], evaluation: dict[str, Any] | None) -> dict[str, Any]:
    """Sizes and hashes are filled in by convert.write_manifest.
    trained: the figures stored in the checkpoint; evaluation: what evaluate wrote, or none yet."""
    return {
        "formatVersion": 1,
        "name": "fernet",
        "version": "2.0.0",
        "task": "expression",
        "precision": "int8",
        "graphs": {
            "model": {
                "file": "model.onnx",
                "sha256": "",
                "bytes": 0,
                "inputs": [{"name": "face", "type": "float32", "shape": ["b", 1, FACE_SIZE_PX, FACE_SIZE_PX]}],
                "outputs": [
                    {"name": "probs8", "type": "float32", "shape": ["b", len(FACE_LABELS)]},
                    {"name": "feat", "type": "float32", "shape": ["b", feature_width]},
                ],
                "maxBatch": 8,
            }
        },
        "assets": {},
        "labels": list(FACE_LABELS),
        "languages": ["*"],
        "providers": ["cuda", "webgpu", "cpu"],
        "parameters": {
            "faceSizePx": FACE_SIZE_PX,
            "greyWeights": [0.299, 0.587, 0.114],
            "valueScale": 127.5,
            "valueOffset": -1,
            "sidePerEyeDistance": 2.7,
            "eyesMiddleXPx": 24,
            "eyesMiddleYPx": 19,
            "blurMinSidePx": 70,
            "blurSigmaPerSide": 0.008333,
            "featureWidth": feature_width,
            "toEmotionLabels": dict(FERPLUS_LABELS),
        },
        "golden": {
            "file": "golden.npz",
            "sha256": "",
            "minCosine": 0.99,
            "labelOutputs": ["probs8"],
            "cases": [{"name": f"soft{steps}", "graph": "model"} for steps in GOLDEN_STEPS],
        },
        "trainedOn": SOURCES,
        "licence": licence_of(SOURCES),
        "origin": "our own network and training from scratch: training/rapport_training/face",
        "figures": evaluated_figures(evaluation) if evaluation else validation_figures(trained),
    }


def figure(what: str, value: float, unit: str, protocol: str) -> dict[str, Any]:
    return {"what": what, "value": round(value, 3), "unit": unit, "protocol": protocol, "source": "measured by us"}


def validation_figures(trained: dict[str, Any]) -> list[dict[str, Any]]:
    protocol = "fp32, one frame; the moment of training and the logit adjustment were chosen by it: optimistic"
    scores = trained["valid"]
    return [
        figure("FER+ valid, strict majority", scores["strict_accuracy"], "accuracy", f"8 classes, {protocol}"),
        figure("FER+ valid, 7 classes", scores["macro_recall"], "UAR", protocol),
    ]


def evaluated_figures(evaluation: dict[str, Any]) -> list[dict[str, Any]]:
    ferplus, ckplus, split = evaluation["ferplus"], evaluation["ckplus"], evaluation["split"]
    of = "our half of FER+ test" if split == "test" else f"FER+ {split}"
    recalls = ", ".join(f"{name} {value:.2f}" for name, value in ferplus["recalls"].items())
    near = "about 5 in 100 pictures have a near relative elsewhere"

    def within(score: dict[str, float]) -> str:
        return f"95 % interval {score['low']:.3f} to {score['high']:.3f}"

    strict, macro, posed = ferplus["strict_accuracy"], ferplus["macro_recall"], ckplus["accuracy"]
    return [
        figure(
            f"FER+ {split}, strict majority",
            strict["value"],
            "accuracy",
            f"8 classes, one frame, {of}, {ferplus['strict_pictures']} pictures, {within(strict)}; {near}",
        ),
        figure(
            f"FER+ {split}, 7 classes",
            macro["value"],
            "UAR",
            f"{ferplus['pictures']} pictures, the class with most votes, {within(macro)}; recall: {recalls}",
        ),
        figure(
            "CK+, untouched",
            posed["value"],
            "accuracy",
            f"posed faces of {ckplus['subjects']} people, never trained on, contempt left out, {within(posed)} by person",
        ),
    ]
