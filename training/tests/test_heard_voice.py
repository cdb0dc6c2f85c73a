"""Windows as the service hears them: voice activity, the stretch around the speech, and what may happen to a clip before."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("soundfile")

from convert.make_golden import read_wav  # noqa: E402
from rapport_training.corpora.speech import SpeechClips  # noqa: E402
from rapport_training.fusion.features import CLEAN, TELEPHONE, WHOLE  # noqa: E402
from rapport_training.fusion.served_voice import ServedVoiceWindows  # noqa: E402
from rapport_training.fusion.voice_variants import VOICE_VARIANTS  # noqa: E402
from rapport_training.voice.heard_window import STEP_SAMPLES, heard_window  # noqa: E402
from rapport_training.voice.speech_activity import SpeechActivity, speech_spans  # noqa: E402

MODELS = Path(__file__).parents[2] / "models"
RATE_HZ = 16_000


def jfk() -> np.ndarray:
    """int16 [samples], 11 s"""
    sound = read_wav(MODELS / "whisper-base" / "fixtures" / "jfk.wav")
    return np.round(sound * 32_768).clip(-32_768, 32_767).astype(np.int16)


def ramp(seconds: float) -> np.ndarray:
    return (np.arange(round(seconds * RATE_HZ)) % 30_000).astype(np.int16)


def test_a_run_counts_from_its_first_chunk_once_it_is_three_long_and_ends_below_the_lower_threshold() -> None:
    assert speech_spans([0.6, 0.6, 0.1, 0.6, 0.4, 0.36, 0.36, 0.3, 0.4]) == [(96, 224)]
    assert speech_spans([0.9, 0.9, 0.9, 0.0, 0.9, 0.9, 0.9]) == [(0, 96), (128, 224)]
    assert speech_spans([]) == []


def test_the_window_is_the_speech_of_the_last_four_seconds_with_margins() -> None:
    clip = ramp(8)
    window = heard_window(clip, [(1_000, 3_500), (4_000, 6_992)])
    # it ends 200 ms behind the speech, at 7192 ms, and reaches 4 s back
    assert np.array_equal(window, clip[3_192 * 16 : 7_192 * 16])
    pause = heard_window(clip, [(1_000, 3_000), (4_000, 6_992)])
    assert np.array_equal(pause, clip[3_800 * 16 : 7_192 * 16][: len(pause)])
    assert 0 <= (7_192 - 3_800) * 16 - len(pause) < STEP_SAMPLES


def test_short_speech_is_heard_with_what_lies_before_it_and_silence_before_the_clip() -> None:
    clip = ramp(1.5)
    window = heard_window(clip, [(512, 1_024)])
    silence = 776 * 16
    assert len(window) == 2 * RATE_HZ
    assert not window[:silence].any()
    assert np.array_equal(window[silence:], clip[: len(window) - silence])


def test_speech_is_found_in_a_recording_and_none_in_silence() -> None:
    activity = SpeechActivity(MODELS)
    spans = activity.spans(jfk())
    assert 6_000 < sum(end - begin for begin, end in spans) < 11_000
    assert activity.spans(np.zeros(RATE_HZ, np.int16)) == []


def test_each_variant_gives_tokens_that_are_the_same_again_and_the_measured_ones_stand_for_their_channel() -> None:
    samples = jfk()
    starts, lengths = np.array([0, 3 * RATE_HZ]), np.array([3 * RATE_HZ, 4 * RATE_HZ])
    clips = SpeechClips(
        samples, starts, lengths, np.array([3, 4]), np.array([0, 0]), np.array(["1", "2"]), np.array(["a", "b"])
    )
    windows = ServedVoiceWindows(clips, MODELS, 1, torch.device("cpu"))
    seen = []
    for variant in VOICE_VARIANTS:
        again = [windows.window(variant, clip) for clip in (0, 1)]
        assert all(np.array_equal(window, windows.window(variant, clip)) for clip, window in enumerate(again))
        seen.append(again[1].tobytes())
    assert len(set(seen)) == len(VOICE_VARIANTS)
    assert [v.channel for v in VOICE_VARIANTS if v.cut == WHOLE] == [CLEAN, TELEPHONE]
    features = windows.features(VOICE_VARIANTS[0])
    assert features.tokens.shape == (2, 20, windows.encoder.width)
    assert (features.length > 5).all() and features.tokens[0, : int(features.length[0])].abs().sum() > 0
