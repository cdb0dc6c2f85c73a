"""What one fold's network reaches on its validation parts, beside the heads of the encoders themselves."""

import torch
from torch import Tensor

from ..corpora.speech import CORPORA
from ..labels import EMOTIONS
from .answers import all_frames, logits_of, one_frame, text_tokens, voice_tokens
from .features import (
    CLEAN,
    CROP,
    GOEMOTIONS,
    PLAIN_REQUEST,
    TELEPHONE,
    WHOLE,
    Features,
    ServiceFeatures,
    TextFeatures,
    VoiceFeatures,
)
from .network import FusionNet
from .scores import calibration_error, score

CHANNELS = {"clean": CLEAN, "telephone": TELEPHONE}
CUTS = {"4 s": WHOLE, "2 s": CROP}

EVERY_VOICE = "voice, all corpora and channels"

Figures = dict[str, dict[str, object]]


def measure(net: FusionNet, features: Features, temperatures: dict[str, float] | None = None) -> Figures:
    """Figures by what was measured; `encoder` in each is the UAR of the encoder's own head on the same rows, and `ece`
    the calibration error at the given temperatures."""
    t = temperatures or {}
    return (
        voice_figures(net, features.voice, t.get("voice", 1.0))
        | face_figures(net, features, t.get("face", 1.0))
        | text_figures(net, features.valid_text, t.get("text", 1.0))
        | (service_figures(net, features.service) if features.service is not None else {})
    )


def voice_figures(net: FusionNet, voice: VoiceFeatures, temperature: float = 1.0) -> Figures:
    """Voice alone on the held-out speakers, by corpus, channel and window."""
    held = voice.held.nonzero().squeeze(1)
    if not len(held):
        return {}
    logits, voice = logits_of(net, {"voice": voice_tokens(voice, held)}), voice.part(held)
    found: Figures = {EVERY_VOICE: _figures(logits, voice.teacher, voice.label, temperature)}
    for channel, c in CHANNELS.items():
        for cut, w in CUTS.items():
            for number, corpus in enumerate(CORPORA):
                rows = (voice.channel == c) & (voice.cut == w) & (voice.corpus == number)
                if rows.any():
                    found[f"voice {corpus} {channel} {cut}"] = _figures(
                        logits[rows], voice.teacher[rows], voice.label[rows], temperature
                    )
    return found


def face_figures(net: FusionNet, features: Features, temperature: float = 1.0) -> Figures:
    face = features.valid_face
    clear = face.clear
    teacher, label = face.teacher[clear, 0], face.label[clear]
    plain = logits_of(net, {"face": one_frame(face)})[clear]
    found = {"face valid": _figures(plain, teacher, label, temperature)}
    if face.features.shape[1] > 1:
        several = logits_of(net, {"face": all_frames(face)})[clear]
        found["face valid, jittered frames of one picture (synthetic)"] = _figures(several, teacher, label, temperature)
    return found


def text_figures(net: FusionNet, text: TextFeatures, temperature: float = 1.0) -> Figures:
    logits = logits_of(net, {"text": text_tokens(text, torch.arange(len(text.label), device=text.label.device))})
    reddit, plain = (text.kind == GOEMOTIONS) & (text.label >= 0), text.kind == PLAIN_REQUEST
    found = {"text dev": _figures(logits[reddit], text.teacher[reddit], text.label[reddit], temperature)}
    if plain.any():
        found["text plain requests (by rule), called neutral"] = neutral_share(logits[plain], text.teacher[plain])
    return found


def service_figures(net: FusionNet, service: ServiceFeatures) -> Figures:
    """Tuning half, machine-labelled: plain requests are to be neutral, upset turns not."""
    every = torch.arange(len(service.length), device=service.length.device)
    logits = logits_of(net, {"text": text_tokens(service, every)})
    plain, upset = service.plain == 1, service.upset == 1
    found: Figures = {}
    if plain.any():
        found["service tuning, plain called neutral"] = neutral_share(logits[plain], service.teacher[plain])
    if upset.any():
        calm = neutral_share(logits[upset], service.teacher[upset])
        found["service tuning, upset not neutral"] = calm | {k: round(1 - calm[k], 4) for k in ("share", "encoder")}
    return found


def neutral_share(logits: Tensor, teacher: Tensor) -> dict[str, float]:
    neutral = EMOTIONS.index("neutral")
    return {
        "n": len(logits),
        "share": round((logits.argmax(1) == neutral).float().mean().item(), 4),
        "encoder": round((teacher.argmax(1) == neutral).float().mean().item(), 4),
    }


def _figures(logits: Tensor, teacher: Tensor, label: Tensor, temperature: float) -> dict[str, object]:
    return score(logits, label, EMOTIONS).plain() | {
        "encoder": round(score(teacher, label, EMOTIONS).uar, 4),
        "ece": round(calibration_error(logits, label, temperature), 4),
    }


def one_line(found: Figures) -> str:
    """The headline figures, network / encoder's own head."""
    parts = []
    for what, figure in found.items():
        value = figure.get("uar", figure.get("share"))
        parts.append(f"{what} {value:.3f}/{figure['encoder']:.3f}")
    return "; ".join(parts)
