"""Features from the int8 graphs of the repository's own models folder."""

from pathlib import Path

import numpy as np
import torch
from fusion_features import voice_features

from rapport_training.corpora.speech import SpeechIndex
from rapport_training.fusion.config import FusionConfig
from rapport_training.fusion.served_encoders import ServedFace, ServedText, ServedVoice
from rapport_training.fusion.served_source import NEMO_CLIPS_EACH, capped, capped_clips
from rapport_training.fusion.voice_mixing import FEWEST_TOKENS, VoiceMixing
from rapport_training.labels import EMOTIONS

MODELS = Path(__file__).parents[2] / "models"


def test_a_window_has_the_same_tokens_whatever_stands_beside_it() -> None:
    encoder = ServedVoice(MODELS, 1)
    wave = 0.05 * torch.randn(16_000, generator=torch.Generator().manual_seed(0))
    beside = torch.cat([wave, torch.zeros(6400)]), torch.cat([wave, wave[:6400]]) * 0.5
    alone, _ = encoder.tokens(wave[None], torch.tensor([16_000]))
    both, mask = encoder.tokens(torch.stack(beside), torch.tensor([16_000, 22_400]))
    assert mask.sum(1).tolist() == [5, 7]
    assert torch.equal(both[0, :5], alone[0])
    assert not both[0, 5:].any()


def test_a_text_has_the_same_tokens_and_answer_whatever_stands_beside_it() -> None:
    encoder = ServedText(MODELS, 1)
    texts = ["I am so angry, this is the worst service ever!", "hello"]
    tokens, mask = encoder.tokens(texts)
    alone, _ = encoder.tokens(texts[1:])
    assert torch.equal(tokens[1, : int(mask[1].sum())], alone[0])
    assert EMOTIONS[int(encoder.emotion_logits(texts)[0].argmax())] == "anger"
    embedding = encoder.embedding(texts)
    assert embedding.shape == (2, 384) and torch.allclose(embedding.norm(dim=1), torch.ones(2), atol=1e-3)


def test_faces_have_seven_answers_and_the_width_of_the_graph() -> None:
    encoder = ServedFace(MODELS)
    faces = torch.rand(3, 1, 48, 48, generator=torch.Generator().manual_seed(1)) * 2 - 1
    assert encoder.features(faces).shape[0] == 3
    assert torch.isfinite(encoder.emotion_logits(faces)).all() and encoder.emotion_logits(faces).shape == (3, 7)


def test_only_nemo_is_capped() -> None:
    each = 2 * NEMO_CLIPS_EACH
    index = SpeechIndex(
        labels=np.zeros(3 * each, int),
        corpora=np.repeat([0, 1, 2], each),
        speakers=np.array(["1"] * 3 * each),
        paths=np.array([f"{i}" for i in range(3 * each)]),
    )
    kept = capped_clips(index)
    assert np.bincount(kept.corpora).tolist() == [each, NEMO_CLIPS_EACH, each]


def test_a_small_group_is_kept_whole() -> None:
    assert np.bincount(np.array([0] * 9 + [1] * 2)[capped(np.array([0] * 9 + [1] * 2), 4)]).tolist() == [4, 2]


def test_a_part_of_a_voice_window_is_a_run_of_its_tokens() -> None:
    voice = voice_features()
    rows = torch.arange(64)
    config = FusionConfig(voice_part=1.0, voice_mix=0.0, speaker_shift=0.0)
    tokens, mask, _, _ = VoiceMixing(voice, None)(rows, config, torch.Generator().manual_seed(2))
    counts = mask.sum(1).long()
    assert counts.min() >= FEWEST_TOKENS and counts.max() <= 15 and len(counts.unique()) > 3
    for row, count in zip(rows, counts, strict=True):
        runs = voice.tokens[row].float().unfold(0, int(count), 1).transpose(1, 2)
        assert any(torch.equal(run, tokens[row, :count]) for run in runs)
