"""Each piece of the voice augmentation does what its name says, item by item, measured on tones and noise."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("soundfile", reason="soundfile is not installed")

from rapport_training.craft import voice_augment as craft  # noqa: E402
from rapport_training.craft.opus import opus_round_trip  # noqa: E402
from rapport_training.craft.phase_vocoder import change_speed, shift_pitch, stretch_time  # noqa: E402

RATE_HZ = 16_000


def tone(hz: float, samples: int = RATE_HZ) -> torch.Tensor:
    return 0.3 * torch.sin(2 * math.pi * hz * torch.arange(samples) / RATE_HZ)


def pitch_hz(wave: torch.Tensor) -> float:
    inner = wave[2_000:12_000]
    return torch.fft.rfft(inner * torch.hann_window(len(inner))).abs().argmax().item() * RATE_HZ / len(inner)


def band_db(wave: torch.Tensor, low_hz: float, high_hz: float) -> float:
    spectrum = torch.fft.rfft(wave).abs().square()
    hz = torch.linspace(0, RATE_HZ / 2, len(spectrum))
    return 10 * math.log10(spectrum[(hz >= low_hz) & (hz < high_hz)].mean().item() + 1e-12)


def test_time_stretch_keeps_the_pitch_and_changes_the_length():
    out = stretch_time(torch.stack([tone(440), tone(440)]), torch.tensor([1.25, 0.8]))
    assert out.shape[1] == pytest.approx(RATE_HZ / 0.8, abs=1)
    assert [pitch_hz(wave) for wave in out] == pytest.approx([440, 440], abs=5)
    assert out[0, int(RATE_HZ / 1.25) + 600 :].abs().max() < 1e-3 < out[1, -2_000:].abs().max()


def test_a_rate_of_one_changes_nothing():
    wave = tone(440)[None]
    assert torch.allclose(stretch_time(wave, torch.ones(1)), wave, atol=1e-3)
    assert torch.allclose(change_speed(wave, torch.ones(1)), wave, atol=1e-5)


def test_pitch_shift_keeps_the_length_and_speed_changes_both():
    waves, factors = torch.stack([tone(440), tone(440)]), torch.tensor([1.25, 0.8])
    shifted = shift_pitch(waves, factors)
    assert shifted.shape == waves.shape
    assert [pitch_hz(wave) for wave in shifted] == pytest.approx([550, 352], abs=5)
    assert [pitch_hz(wave) for wave in change_speed(waves, factors)] == pytest.approx([550, 352], abs=5)


def test_noise_has_the_wanted_distance():
    voice, noise = tone(300)[None].repeat(2, 1), torch.randn(2, RATE_HZ, generator=torch.Generator().manual_seed(0))
    snr_db = torch.tensor([0.0, 20.0])
    added = craft.add_noise(voice, noise, snr_db) - voice
    found = 10 * torch.log10(voice.square().mean(1) / added.square().mean(1))
    assert torch.allclose(found, snr_db, atol=0.1)


def test_coloured_noise_falls_by_its_slope():
    noise = craft.coloured_noise((2, 4 * RATE_HZ), torch.tensor([0.0, 2.0]), torch.Generator().manual_seed(0))
    fall = [band_db(wave, 400, 500) - band_db(wave, 1_600, 2_000) for wave in noise]
    assert fall == pytest.approx([0, 12], abs=1.5)


def test_a_room_adds_a_tail_and_leaves_the_direct_sound_in_its_place():
    click = torch.zeros(1, 8_000)
    click[0, 1_000] = 1
    response = torch.zeros(1, 2_000)
    response[0, 300], response[0, 700] = 1, 0.5
    out = craft.reverberate(click, response)
    assert out[0].abs().topk(2).indices.tolist() == [1_000, 1_400]
    made = craft.room_responses(torch.tensor([0.2]), 8_000, torch.Generator().manual_seed(0))
    assert made[0, 0] == 1 and made[0, 3_200:].abs().max() < 1e-3 < made[0, 1:400].abs().max()


def test_the_telephone_keeps_300_to_3400_hz():
    wave = 0.1 * torch.randn(1, 2 * RATE_HZ, generator=torch.Generator().manual_seed(0))
    out = craft.telephone_band(wave, torch.tensor([300.0]), torch.tensor([3_400.0]))
    assert out.shape == wave.shape
    assert band_db(out[0], 500, 3_000) == pytest.approx(band_db(wave[0], 500, 3_000), abs=0.5)
    assert band_db(out[0], 20, 120) < band_db(wave[0], 20, 120) - 15
    assert band_db(out[0], 4_200, 8_000) < band_db(wave[0], 4_200, 8_000) - 60


def test_a_steep_telephone_leaves_nothing_of_the_lowest_tones():
    """Training's lines were all Butterworth ones, which leave some of them; the evaluation's is steep."""
    wave = 0.1 * torch.randn(1, 2 * RATE_HZ + 3, generator=torch.Generator().manual_seed(0))
    out = craft.steep_telephone_band(wave)
    assert out.shape == (1, 2 * RATE_HZ + 2)
    assert band_db(out[0], 350, 3_300) == pytest.approx(band_db(wave[0], 350, 3_300), abs=0.3)
    # what is left there is mu-law's own noise
    assert band_db(out[0], 20, 190) < band_db(wave[0], 20, 190) - 30
    assert band_db(out[0], 4_200, 8_000) < band_db(wave[0], 4_200, 8_000) - 50


def test_mu_law_has_the_samples_of_the_services_own_decoder():
    levels = (craft.mu_law_levels() * 32_768).tolist()
    assert len(levels) == 255 and levels[127:131] == [0, 8, 16, 24] and levels[-1] == 32_124
    out = craft.mu_law(torch.linspace(-1, 1, 20_001)[None])
    assert (out - torch.linspace(-1, 1, 20_001)).abs().max() < 0.03


def test_a_pause_on_a_mu_law_line_is_still():
    """Training had a level on either side of zero and none at it, so that pauses of quiet speakers hissed there alone."""
    assert not craft.mu_law(torch.linspace(-3, 3, 101)[None] / 32_768).any()
    again = craft.mu_law(craft.mu_law_levels()[None])
    assert torch.equal(again[0], craft.mu_law_levels())


def test_a_codec_at_a_low_rate_cuts_the_top():
    wave = torch.randn(1, RATE_HZ, generator=torch.Generator().manual_seed(0))
    out = craft.limit_band(wave, torch.tensor([4_000.0]))
    assert band_db(out[0], 4_100, 8_000) < -60
    assert band_db(out[0], 100, 3_900) == pytest.approx(band_db(wave[0], 100, 3_900), abs=0.1)


def test_lost_packets_are_whole_and_as_many_as_told():
    out = craft.lose_packets(torch.ones(2, 320 * 1_000), torch.tensor([0.0, 0.2]), torch.Generator().manual_seed(0))
    packets = out.view(2, 1_000, 320)
    assert torch.equal(packets.amin(2), packets.amax(2))
    assert packets[0].mean() == 1 and packets[1].mean().item() == pytest.approx(0.8, abs=0.05)


def test_masks_lie_within_the_valid_frames():
    mel = torch.rand(64, 80, 100, generator=torch.Generator().manual_seed(0)) + 1
    frames = torch.full((64,), 60)
    out = craft.mask_spectrogram(mel, frames, torch.Generator().manual_seed(1), bands=16, most_frames=20)
    changed = out != mel
    whole_columns = changed.all(1)
    assert not whole_columns[:, 60:].any() and whole_columns.any()
    assert whole_columns.sum(1).max() <= 21 and changed.all(2).sum(1).max() <= 17


@pytest.mark.filterwarnings("ignore")
def test_opus_at_8_kbit_keeps_the_length_and_costs_quality():
    wave = (tone(440).numpy() * 20_000).astype(np.int16)
    out = opus_round_trip(wave, RATE_HZ, 8_000)
    assert out.shape == wave.shape and out.dtype == np.int16
    assert not np.array_equal(out, wave)
    assert pitch_hz(torch.from_numpy(out.astype(np.float32))) == pytest.approx(440, abs=5)
