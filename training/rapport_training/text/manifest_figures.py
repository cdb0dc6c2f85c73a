"""The figures of a text training as its manifest tells them: of dev parts, by which thresholds and scales were chosen."""

from collections.abc import Mapping
from typing import Any

CHOSEN_BY = "PyTorch; thresholds and scales were chosen by it: optimistic"
TUNING = "tuning half of the service-language set, machine-labelled; the likeliest emotion"
TEN_EXAMPLES = "prototypes of 10 examples, mean of 5 drawings; never trained on"
TOLD = {
    "GoEmotions dev macro-F1": ("GoEmotions dev, Ekman and neutral", "macro-F1", f"Reddit comments; {CHOSEN_BY}"),
    "plain called neutral": ("plain service requests called neutral", "share", TUNING),
    "upset not neutral": ("upset service turns not called neutral", "share", TUNING),
    "upset without swearing not neutral": ("the same without swear words", "share", TUNING),
    "Bitext dev": ("Bitext dev, 27 intents", "accuracy", f"templates; {CHOSEN_BY}"),
    "Bitext dev noised": ("the same through the training's noise", "accuracy", CHOSEN_BY),
    "CLINC dev in scope": ("CLINC150 dev, 150 intents in scope", "accuracy", CHOSEN_BY),
    "CLINC oos dev rejected by Bitext": ("CLINC150 dev, out of scope of Bitext", "recall", CHOSEN_BY),
    "check:hwu64": ("HWU64, a third of its intents", "accuracy", TEN_EXAMPLES),
    "check:nlupp": ("NLU++ banking", "accuracy", TEN_EXAMPLES),
}
"""By the name that the training gives: what, unit, protocol."""


def told_figures(found: Mapping[str, float]) -> list[dict[str, Any]]:
    """Those of TOLD that were measured, in its order."""
    return [
        {"what": what, "value": round(found[name], 4), "unit": unit, "protocol": protocol, "source": "measured by us"}
        for name, (what, unit, protocol) in TOLD.items()
        if name in found
    ]
