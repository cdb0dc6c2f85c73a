"""Calibration: one temperature for each subset of modalities.

A single modality is fitted on real validation examples, to one label each: of a face the one with most votes, clear or not; of
voice what is acted, for one temperature cannot fit acted speech and talk shows: on the latter it is too sure. Of text there are
thousands, and the least calibration error decides, for likelihood leaves comments too sure (.047 where .028 can be had).
Several are fitted on SYNTHETIC label-matched pairs, which agree more than real modalities do: so their temperature is never
below that of the sharpest of their single ones, where a face is as unsure as its voters were.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ..corpora.speech import CORPORA
from ..labels import EMOTIONS
from .answers import logits_of, one_frame, subset_key, subsets_of, text_tokens, voice_tokens
from .features import PLAIN_REQUEST, Features, VoiceFeatures
from .network import FusionNet
from .pool import smoothed
from .scores import fit_temperature, fit_temperature_by_error
from .synthetic_pairs import CORPUS_SHARES, SyntheticPairs

PAIRS = 3000
SEED = 7

Temperatures = dict[str, float]


def fit_single(net: FusionNet, features: Features) -> Temperatures:
    """By modality, on the validation parts; voice only where the fold holds speakers out."""
    found: Temperatures = {}
    held = features.voice.held.nonzero().squeeze(1)
    if len(held):
        voice = features.voice.part(held)
        every = torch.arange(len(held), device=held.device)
        hot = smoothed(voice.label, len(EMOTIONS), 0)
        found["voice"] = fit_temperature(logits_of(net, {"voice": voice_tokens(voice, every)}), hot, weights_of(voice))
    face = features.valid_face
    hot = smoothed(face.label, len(EMOTIONS), 0)
    found["face"] = fit_temperature(logits_of(net, {"face": one_frame(face)}), hot)
    text = features.valid_text
    rows = ((text.label >= 0) & (text.kind != PLAIN_REQUEST)).nonzero().squeeze(1)
    found["text"] = fit_temperature_by_error(logits_of(net, {"text": text_tokens(text, rows)}), text.label[rows])
    return found


def weights_of(voice: VoiceFeatures) -> Tensor:
    """[n]: each corpus has its share in training, however many of its clips are held out; URDU has none, for a fold has some
    thirty clips of three people of it, and they alone would make every answer less sure than it is right."""
    shares = torch.tensor(CORPUS_SHARES, device=voice.corpus.device)
    few = CORPORA.index("urdu")
    if (voice.corpus != few).any():
        shares[few] = 0
    return (shares / torch.bincount(voice.corpus, minlength=len(shares)).clamp(min=1))[voice.corpus]


def floors_of(net: FusionNet, features: Features, single: Temperatures) -> Temperatures:
    """`single` with the temperature of a face as the shares of its votes have it, which is the higher one."""
    face = features.valid_face
    by_votes = fit_temperature(logits_of(net, {"face": one_frame(face)}), face.target)
    return single | {"face": max(single["face"], by_votes)}


def fit_combined(net: FusionNet, features: Features, floors: Mapping[str, float], pairs: int = PAIRS) -> Temperatures:
    """By name of every subset of two and more; `floors` by modality. Needs held-out speakers."""
    config = net.config.but(distillation=0.0, smoothing=0.0)
    pool = SyntheticPairs(features, held=True)
    generator = torch.Generator(pool.shares.device).manual_seed(SEED)
    batch = pool.gather(pool.draw(pairs, config, generator), config, generator)
    found: Temperatures = {}
    for subset in subsets_of(net.names):
        if len(subset) == 1:
            continue
        logits = logits_of(net, {name: (batch.tokens[name], batch.masks[name]) for name in subset})
        target = batch.targets[:, [net.names.index(name) for name in subset]].mean(1)
        found[subset_key(subset)] = max(fit_temperature(logits, target), min(floors[name] for name in subset))
    return found


def fitted(net: FusionNet, features: Features, pairs: int = PAIRS) -> Temperatures:
    """Of one fold, on its own validation parts; without held-out speakers, of face and text alone."""
    single = fit_single(net, features)
    if "voice" not in single:
        return single
    return single | fit_combined(net, features, floors_of(net, features, single), pairs)


def of_others(by_fold: Mapping[str, Temperatures], fold: str) -> Temperatures:
    """The temperatures that `fold` is given: the geometric mean of those that the other folds were fitted to, so that
    its calibration error is measured on speakers that fitted nothing. The shipped model gets the mean of all folds. With
    no other fold its own are all there is."""
    others = [found for other, found in by_fold.items() if other != fold and "voice" in found] or [by_fold[fold]]
    return {key: round(_geometric_mean([found[key] for found in others]), 3) for key in others[0]}


def _geometric_mean(values: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))
