"""The manifest of the fusion model: what its checkpoint says of temperatures and figures, over the manifest before it."""

from typing import Any

from ..data_licences import licence_of, sources_of
from ..labels import EMOTIONS
from .answers import subset_key, subsets_of
from .features import MAX_FACE_TOKENS, MAX_TEXT_TOKENS, MAX_VOICE_TOKENS
from .network import FusionNet

VALENCE_AROUSAL = {
    "anger": (-0.51, 0.59),
    "disgust": (-0.6, 0.35),
    "fear": (-0.64, 0.6),
    "joy": (0.81, 0.51),
    "neutral": (0, 0),
    "sadness": (-0.63, -0.27),
    "surprise": (0.16, 0.67),
}
"""Places on the circumplex (Russell 1980): a convention, not learned."""

SOURCES = sources_of("fusion")
ORIGIN = (
    "our own network and training (rapport_training.fusion) on the tokens of the speech, expression and text models of "
    "this folder, with the heads of expression and text as teachers; modalities paired synthetically by label"
)
PROTOCOLS = {
    "ravdess": "acted English speech, speakers that the fold leaves out",
    "nemo": "acted Polish speech, speakers that the fold leaves out",
    "urdu": "Urdu talk shows, speakers that the fold leaves out",
    "voice": "RAVDESS, nEMO and URDU together, speakers that the fold leaves out",
    "face": "FER+ valid, one frame, strict majority of the votes",
    "text": "GoEmotions dev, one label; Reddit comments",
    "service": "tuning half of the service-language set, machine-labelled",
}


NOT_SERVED = "speakerBaselineK"
"""Stood in earlier manifests; no service ever read it."""


def manifest_of(before: dict[str, Any], net: FusionNet, notes: dict[str, Any]) -> dict[str, Any]:
    """Sizes, hashes and tensors are filled in by `refresh`, once the files are there. The first version of this training is a
    major one: it reads the tokens of other encoders than the one before."""
    temperatures = notes.get("temperatures")
    subsets = {subset_key(subset) for subset in subsets_of(net.names)}
    if set(temperatures or {}) != subsets:
        raise ValueError(
            f"the checkpoint has temperatures of {sorted(temperatures or {})}, not of all {len(subsets)} subsets: "
            "train at least one fold with held-out speakers beside it"
        )
    major = before["version"].split(".")[0]
    return {
        **before,
        "version": f"{int(major) + 1}.0.0" if before["origin"] != ORIGIN else before["version"],
        "precision": "fp32",
        "labels": list(EMOTIONS),
        "parameters": {
            **{name: value for name, value in before["parameters"].items() if name != NOT_SERVED},
            "maxVoiceTokens": MAX_VOICE_TOKENS,
            "maxFaceTokens": MAX_FACE_TOKENS,
            "maxTextTokens": MAX_TEXT_TOKENS,
            "embeddingWidth": net.config.embedding,
            "temperatures": temperatures,
            "valenceArousal": {name: list(place) for name, place in VALENCE_AROUSAL.items()},
        },
        "trainedOn": SOURCES,
        "licence": licence_of(SOURCES),
        "origin": ORIGIN,
        "figures": figures_of(notes["figures"], notes["fold"]),
    }


def figures_of(figures: dict[str, dict[str, Any]], fold: str) -> list[dict[str, Any]]:
    """Rows of the manifest: UAR and calibration error of one modality alone, on validation data."""
    rows = []
    for what, figure in figures.items():
        key = "uar" if "uar" in figure else "share"
        subject = next(
            (text for name, text in PROTOCOLS.items() if name in what.split(",")[0].split()), "validation data"
        )
        of = f"mean of the folds, standard deviation {figure[f'{key} sd']}" if f"{key} sd" in figure else f"fold {fold}"
        protocol = f"{subject}, n={figure['n']}, {of}"
        rows.append(
            {"what": what, "value": figure[key], "unit": key.upper() if key == "uar" else "share", "protocol": protocol,
             "source": "measured by us"}
        )  # fmt: skip
        if "ece" in figure:
            rows.append(
                {"what": f"{what}, expected calibration error", "value": figure["ece"], "unit": "fraction",
                 "protocol": f"{protocol}, temperature of the other folds", "source": "measured by us"}
            )  # fmt: skip
    return rows
