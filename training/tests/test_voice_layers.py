"""Which layers tell emotion: measured on windows of the served Whisper."""

from pathlib import Path

import numpy as np
import torch
from fusion_features import CLASSES, voice_features

from rapport_training.fusion import voice_layers
from rapport_training.fusion.served_encoders import ServedVoice

MODELS = Path(__file__).parents[2] / "models"


def test_the_layers_that_are_served_stand_first_in_those_of_the_whole_encoder() -> None:
    served, every = ServedVoice(MODELS, 1), voice_layers.EveryLayer(MODELS, 1)
    wave = 0.05 * torch.randn(1, 16_000, generator=torch.Generator().manual_seed(0))
    own, mask = every.tokens(wave, torch.tensor([16_000]))
    assert own.shape == (1, 5, 512 * len(voice_layers.LAYERS)) and mask.sum() == 5
    assert torch.equal(own[..., : served.width], served.tokens(wave, torch.tensor([16_000]))[0])


def test_statistics_of_a_set_are_those_of_its_layers() -> None:
    voice = voice_features(width=24)
    found = voice_layers.statistics_of(voice)
    assert set(found) == {"1", "2", "3", "4", "5", "6", voice_layers.MEAN}
    assert all(rows.shape == (len(voice.label), 8) for rows in found.values())
    tokens = voice.tokens[0, :15].float()
    assert torch.allclose(found["3"][0, :4], tokens[:, 8:12].mean(0), atol=1e-4)
    assert torch.allclose(found[voice_layers.MEAN][0, :4], tokens[:, 8:20].unflatten(1, (3, 4)).mean((0, 1)), atol=1e-4)


def test_a_fold_is_measured_by_corpus_and_channel_on_those_it_leaves_out() -> None:
    voice = voice_features()
    given = voice.tokens.float().mean(1)
    found = voice_layers.of_fold(given, voice, voice.held)
    assert set(found) <= {
        f"{corpus}, {band}" for corpus in ("ravdess", "nemo", "urdu") for band in ("clean", "telephone")
    }
    assert all(value > 0.9 for value in found.values())
    shuffled = voice.part(torch.from_numpy(np.random.default_rng(0).permutation(len(voice.label))))
    assert max(voice_layers.of_fold(given, shuffled, shuffled.held).values()) < 0.9


def test_an_answer_is_among_the_emotions_of_the_corpus() -> None:
    scores = torch.zeros(2, CLASSES)
    scores[:, 6], scores[0, 1], scores[1, 2] = 3, 1, 1
    assert voice_layers.recall(scores, torch.tensor([1, 2]), (1, 2)) == 1
    assert voice_layers.recall(scores, torch.tensor([1, 2]), (1, 2, 6)) == 0


def test_a_fold_that_lacks_an_emotion_of_its_corpus_may_still_be_taken_for_it() -> None:
    voice = voice_features()
    held = voice.held & (voice.label < 2)
    given = torch.eye(CLASSES)[torch.where(held & (voice.label == 1), 5, voice.label)]
    assert max(voice_layers.of_fold(given, voice, held).values()) == 0.5
