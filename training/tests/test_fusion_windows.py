"""Windows of speech for fusion: who is held out, how long they are, what the channels do."""

import numpy as np
import pytest
import torch

from rapport_training.corpora.speech import SpeechClips
from rapport_training.fusion.features import CROP, TELEPHONE, WHOLE, VoiceFeatures
from rapport_training.fusion.voice_windows import HELD_CUTS, TRAINING_CUTS, VoiceWindows

CPU = torch.device("cpu")
SECONDS = (1, 3, 6, 2.5, 5)


class LoudnessEncoder:
    """One token each 200 ms: the loudness there, so that what was cut can be told from the tokens."""

    def tokens(self, waves: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        count = waves.shape[1] // 3200
        loud = waves[:, : count * 3200].unflatten(1, (count, 3200)).square().mean(2).sqrt()
        mask = torch.arange(count) < (lengths // 3200)[:, None]
        return loud[..., None].expand(-1, -1, 4) * mask[..., None], mask

    def emotion_logits(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(tokens), 7)


def clips() -> SpeechClips:
    lengths = np.array([int(s * 16_000) for s in SECONDS])
    time_s = np.arange(lengths.sum()) / 16_000
    samples = (6000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16)
    return SpeechClips(
        samples,
        starts=np.cumsum(lengths) - lengths,
        lengths=lengths,
        labels=np.arange(5),
        corpora=np.zeros(5, np.int64),
        speakers=np.array(["1", "2", "3", "4", "5"]),
        paths=np.array([f"{i}.opus" for i in range(5)]),
    )


def windows(fold: str) -> VoiceFeatures:
    return VoiceWindows(clips(), CPU).features(LoudnessEncoder(), fold, 0)  # type: ignore[arg-type]


def test_only_the_held_out_speaker_has_the_fixed_windows() -> None:
    found = windows("1")
    assert found.clip[found.held].tolist() == [1] * len(HELD_CUTS)
    assert (~found.held).sum() == 4 * len(TRAINING_CUTS)


def test_windows_are_at_most_4_s_and_crops_of_the_held_out_2_s() -> None:
    found = windows("2")
    assert found.length.max() == 20
    held = found.part(found.held.nonzero().squeeze(1))
    assert held.length[held.cut == WHOLE].tolist() == [20, 20]
    assert held.length[held.cut == CROP].tolist() == [10, 10]


def test_a_clip_shorter_than_the_window_stays_whole() -> None:
    found = windows("0")
    assert set(found.length[found.held].tolist()) == {5}


def test_the_shipped_model_holds_nobody_out() -> None:
    """Bug: the empty half was cut too, and an empty batch has no first row (IndexError at fold `all`)."""
    found = windows("all")
    assert not found.held.any()
    assert len(found.label) == 5 * len(TRAINING_CUTS)


def test_every_window_is_levelled_through_both_channels() -> None:
    found = windows("3")
    quiet_noise_apart = found.part(found.held.nonzero().squeeze(1))
    for channel in (0, TELEPHONE):
        own = quiet_noise_apart.tokens[quiet_noise_apart.channel == channel][:, 2, 0].float()
        assert own.tolist() == pytest.approx([10 ** (-26 / 20)] * len(own), rel=0.1)
