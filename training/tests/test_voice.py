"""The voice encoder: the numbers that are served, whatever else is in the batch; adapters that merge; the way from a corpus
to a checkpoint and back. Random weights of Whisper's shape stand for the real ones."""

import csv
import io
import math
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed")

from convert.log_mel import level as reference_level  # noqa: E402
from convert.log_mel import log_mel as reference_log_mel  # noqa: E402
from rapport_training.corpora.speech import (  # noqa: E402
    SpeechClips,
    SpeechCorpusError,
    joined,
    opus_copies,
    read_index,
    read_speech,
)
from rapport_training.craft.lora import AdaptedLinear  # noqa: E402
from rapport_training.voice import trainer as trainer_module  # noqa: E402
from rapport_training.voice.augmentation import AugmentRecipe, Surroundings, VoiceAugmentation  # noqa: E402
from rapport_training.voice.clip_store import ClipStore  # noqa: E402
from rapport_training.voice.crops import CropRecipe, CropSampler, sampling_weights  # noqa: E402
from rapport_training.voice.encoder import VoiceConfig, VoiceEncoder, load, save  # noqa: E402
from rapport_training.voice.log_mel import TAIL_SAMPLES, level, log_mel  # noqa: E402
from rapport_training.voice.schedule import Schedule, learning_rate_share  # noqa: E402
from rapport_training.voice.trainer import TrainRecipe, VoiceTrainer  # noqa: E402
from rapport_training.voice.validation import average_recall, recalls  # noqa: E402

LAYERS, WIDTH, WIDER = 5, 512, 2048


def whisper_shaped(seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return (torch.randn(shape, generator=generator) * 0.03).half()

    weights = {
        "encoder/conv1/weight": normal(WIDTH, 80, 3),
        "encoder/conv1/bias": normal(WIDTH),
        "encoder/conv2/weight": normal(WIDTH, WIDTH, 3),
        "encoder/conv2/bias": normal(WIDTH),
        "encoder/position_encodings/encodings": normal(1500, WIDTH),
    }
    for i in range(LAYERS):
        name = f"encoder/layer_{i}"
        for at in ("self_attention", "ffn"):
            weights[f"{name}/{at}/layer_norm/gamma"] = 1 + normal(WIDTH)
            weights[f"{name}/{at}/layer_norm/beta"] = normal(WIDTH)
        for at, rows, columns in (
            ("self_attention/linear_0", 3 * WIDTH, WIDTH),
            ("self_attention/linear_1", WIDTH, WIDTH),
            ("ffn/linear_0", WIDER, WIDTH),
            ("ffn/linear_1", WIDTH, WIDER),
        ):
            weights[f"{name}/{at}/weight"], weights[f"{name}/{at}/bias"] = normal(rows, columns), normal(rows)
    return weights


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    return whisper_shaped()


def stir(encoder: VoiceEncoder) -> VoiceEncoder:
    """Adapters that do something, as after training."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.02)
    return encoder.eval()


def voices(lengths: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    waves = torch.zeros(len(lengths), max(lengths))
    for i, length in enumerate(lengths):
        loudness = 10 ** (-1 - i) * (1 + torch.sin(torch.arange(length) / 700))
        waves[i, :length] = torch.randn(length, generator=generator) * loudness
    return waves, torch.tensor(lengths)


def test_level_and_log_mel_of_a_batch_are_those_of_the_service():
    waves, lengths = voices([16_000, 6_400, 9_600])
    levelled = level(waves, lengths)
    mel, frames = log_mel(levelled, lengths)
    for i, length in enumerate(lengths.tolist()):
        expected = reference_level(waves[i, :length].numpy())
        assert np.allclose(levelled[i, :length], expected, atol=1e-5)
        alone = reference_log_mel(np.pad(expected, (0, TAIL_SAMPLES)))
        assert frames[i] == alone.shape[1]
        assert np.allclose(mel[i, :, : alone.shape[1]], alone, atol=1e-3)
        assert not mel[i, :, alone.shape[1] :].any()


def test_an_item_has_the_same_tokens_in_a_padded_batch_as_alone(weights):
    encoder = stir(VoiceEncoder(weights, VoiceConfig()))
    waves, lengths = voices([32_000, 10_240, 16_000])
    with torch.no_grad():
        tokens, mask = encoder.tokens(waves, lengths)
        assert mask.sum(1).tolist() == [10, 3, 5]
        logits = encoder.emotion_logits(tokens, mask)
        for i, length in enumerate(lengths.tolist()):
            alone, alone_mask = encoder.tokens(waves[i : i + 1, :length], lengths[i : i + 1])
            assert torch.allclose(tokens[i, : alone.shape[1]], alone[0], atol=1e-3)
            assert torch.allclose(logits[i], encoder.emotion_logits(alone, alone_mask)[0], atol=1e-3)


def test_adapters_start_at_nothing_and_merge_to_the_same(weights):
    torch.manual_seed(0)
    weight, bias, x = torch.randn(12, 8), torch.randn(12), torch.randn(5, 8)
    layer = AdaptedLinear(weight, bias, rank=2, alpha=4.0, blocks=3)
    plain = torch.nn.functional.linear(x, weight, bias)
    assert torch.equal(layer(x), plain)
    assert set(layer.state_dict()) == {"down", "up"}
    with torch.no_grad():
        layer.up.normal_()
    assert not torch.allclose(layer(x), plain)
    merged = torch.nn.functional.linear(x, layer.merged_weight(), bias)
    assert torch.equal(layer(x), merged)
    update = layer.merged_weight() - weight
    assert all(torch.linalg.matrix_rank(block) == 2 for block in update.view(3, 4, 8))


def test_only_what_is_trained_is_in_the_checkpoint_and_it_comes_back(weights, tmp_path: Path):
    from safetensors.torch import save_file

    save_file(weights, tmp_path / "whisper-base-encoder.safetensors")
    encoder = stir(VoiceEncoder(weights, VoiceConfig()))
    save(encoder, tmp_path / "voice.0.pt", {"fold": "0"})
    assert (tmp_path / "voice.0.pt").stat().st_size < 2.6e6
    back = load(tmp_path, tmp_path / "voice.0.pt", "cpu")
    waves, lengths = voices([16_000])
    with torch.no_grad():
        assert torch.allclose(back.tokens(waves, lengths)[0], encoder.tokens(waves, lengths)[0], atol=0.02)
    assert not load(tmp_path, None, "cpu").training


def test_export_computes_what_pytorch_computes(weights, tmp_path: Path):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    from safetensors.torch import save_file

    from rapport_training.voice.export import parity, write_graphs

    save_file(weights, tmp_path / "whisper-base-encoder.safetensors")
    encoder = stir(VoiceEncoder(weights, VoiceConfig()))
    fp32, int8 = tmp_path / "emotion.onnx", tmp_path / "emotion.int8.onnx"
    write_graphs(encoder, tmp_path, fp32, int8)
    found = parity(encoder, fp32, int8)
    assert found["fp32"] > 0.99999 and found["int8"] > 0.98
    encoder.whisper.layers[0].wider.up.data.mul_(-3)
    with pytest.raises(ValueError, match="fp32 graph differs"):
        parity(encoder, fp32, int8)


def write_corpus(folder: Path, name: str, speaker_column: str, emotions: list[str], speakers: list[str]) -> None:
    (folder / name).mkdir(parents=True)
    rng = np.random.default_rng(0)
    with tarfile.open(folder / name / f"{name}.tar", "w") as tar, (folder / name / "index.csv").open("w") as index:
        writer = csv.writer(index)
        writer.writerow(["path", "emotion", speaker_column])
        for speaker in speakers:
            for i, emotion in enumerate(emotions):
                path = f"{speaker}_{emotion}_{i}.ogg"
                hz = 200 + 150 * emotions.index(emotion)
                wave = 0.2 * np.sin(2 * math.pi * hz * np.arange(24_000) / 16_000) + rng.normal(0, 0.01, 24_000)
                file = io.BytesIO()
                soundfile.write(file, wave, 16_000, format="OGG", subtype="OPUS")
                member = tarfile.TarInfo(path)
                member.size = len(file.getvalue())
                tar.addfile(member, io.BytesIO(file.getvalue()))
                writer.writerow([path, emotion, speaker])


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speech")
    write_corpus(folder, "ravdess", "actor", ["angry", "calm", "disgust"], [str(n) for n in range(1, 7)])
    write_corpus(folder, "nemo", "speaker", ["happy", "sad"], ["AB0", "CD1", "EF2"])
    write_corpus(folder, "urdu", "speaker", ["angry", "neutral"], ["SM1", "SF2"])
    return folder


@pytest.fixture(scope="module")
def clips(corpora: Path) -> SpeechClips:
    return read_speech(corpora, threads=2)


def test_a_fold_shares_no_speaker_with_its_training(clips: SpeechClips):
    everybody = {(c, s) for c, s in zip(clips.corpora, clips.speakers, strict=True)}
    seen: set[tuple[int, str]] = set()
    for fold in "01234":
        out = clips.held_out(fold)
        held = set(zip(clips.corpora[out], clips.speakers[out], strict=True))
        rest = set(zip(clips.corpora[~out], clips.speakers[~out], strict=True))
        assert not held & rest and not held & seen
        seen |= held
    assert seen == everybody
    assert not clips.held_out("all").any()


def test_a_batch_is_balanced_over_corpora_and_classes(clips: SpeechClips):
    places = np.arange(len(clips))
    weights_of = sampling_weights(clips, places, (0.5, 0.3, 0.2))
    assert [weights_of[clips.corpora == c].sum() for c in range(3)] == pytest.approx([0.5, 0.3, 0.2])
    ravdess = [weights_of[(clips.corpora == 0) & (clips.labels == label)].sum() for label in (0, 1, 4)]
    assert ravdess == pytest.approx([0.5 / 3] * 3)
    sampler = CropSampler(clips, places[clips.corpora > 0], CropRecipe(), np.random.default_rng(0))
    drawn, wanted = sampler.draw(200)
    assert (clips.corpora[drawn] > 0).all() and (wanted % 320 == 0).all()
    assert wanted.min() >= 16_000 and (wanted <= clips.lengths[drawn]).all()


def test_a_broken_corpus_is_named(corpora: Path, tmp_path: Path):
    with pytest.raises(SpeechCorpusError, match=r"ravdess.index\.csv is not there"):
        read_speech(tmp_path, threads=1)
    for name in ("ravdess", "nemo", "urdu"):
        (tmp_path / name).mkdir()
        for path in (corpora / name).iterdir():
            (tmp_path / name / path.name).write_bytes(path.read_bytes())
    index = tmp_path / "nemo" / "index.csv"
    whole = index.read_text()
    index.write_text(whole.replace(",sad,", ",,", 1))
    with pytest.raises(SpeechCorpusError, match=r"nemo.index\.csv, row 3: no emotion"):
        read_speech(tmp_path, threads=1)
    index.write_text(whole.replace(",sad,", ",bored,", 1))
    with pytest.raises(SpeechCorpusError, match="'bored' is none of angry"):
        read_speech(tmp_path, threads=1)
    index.write_text(whole + "gone.ogg,sad,AB0\n")
    with pytest.raises(SpeechCorpusError, match=r"lacks 1 files of its index, among them gone\.ogg"):
        read_speech(tmp_path, threads=1)
    index.write_text(whole.replace("CD1_happy_0.ogg,happy", "CD1_happy_0.ogg,", 1))
    with pytest.raises(SpeechCorpusError, match="row 4: no emotion"):  # the row of the file, not of what is read of it
        read_index(tmp_path, every=2)


def test_corrupt_audio_of_a_corpus_is_named(corpora: Path, tmp_path: Path):
    shutil.copytree(corpora, tmp_path, dirs_exist_ok=True)
    archive = tmp_path / "nemo" / "nemo.tar"
    whole = archive.read_bytes()
    with tarfile.open(archive) as tar:
        at = next(member.offset_data for member in tar if member.name == "CD1_sad_1.ogg")
    archive.write_bytes(whole[:at] + b"no sound" + whole[at + 8 :])
    with pytest.raises(SpeechCorpusError, match=r"nemo\.tar: CD1_sad_1\.ogg cannot be decoded"):
        read_speech(tmp_path, threads=1)
    archive.write_bytes(whole[: at + 100])
    with pytest.raises(SpeechCorpusError, match=r"nemo\.tar cannot be read"):
        read_speech(tmp_path, threads=1)
    archive.write_bytes(b"no archive")
    with pytest.raises(SpeechCorpusError, match=r"nemo\.tar cannot be read"):
        read_speech(tmp_path, threads=1)


def test_opus_copies_stay_with_their_speaker(clips: SpeechClips):
    copies = opus_copies(clips, np.array([0, len(clips) - 1]), 8_000, threads=1)
    both = joined(clips, copies)
    assert both.speakers[-1] == clips.speakers[-1] and both.lengths[-1] == clips.lengths[-1]
    assert np.array_equal(both.wave(len(clips)), copies.wave(0)) and np.array_equal(both.wave(1), clips.wave(1))
    assert not np.array_equal(copies.wave(0), clips.wave(0))


def test_training_lowers_the_loss_and_its_model_can_be_validated(clips: SpeechClips, weights):
    device = torch.device("cpu")
    store = ClipStore(clips, device)
    generator = torch.Generator().manual_seed(0)
    around = Surroundings(torch.randn(20_000, generator=generator), torch.eye(8_000)[:2] + 0.0)
    torch.manual_seed(0)
    encoder = VoiceEncoder(weights, VoiceConfig(rank=4))
    sampler = CropSampler(clips, np.arange(len(clips)), CropRecipe(longest_s=(1.0,)), np.random.default_rng(0))
    recipe = AugmentRecipe(stretched=0.2, sped=0.2, pitched=0.2)
    augmentation = VoiceAugmentation(store, clips.lengths, around, recipe, seed=1)
    trainer = VoiceTrainer(encoder, clips, sampler, augmentation, TrainRecipe(batch=12, warm_up_steps=2, mixed=0.0))
    waves, lengths = augmentation(*sampler.draw(12))
    assert torch.isfinite(waves).all() and waves.shape[1] == lengths.max() and waves.abs().max() <= 0.99 + 1e-5
    losses = [trainer.step(number, number / 12).item() for number in range(12)]
    assert np.mean(losses[-4:]) < np.mean(losses[:4]) - 0.1
    assert trainer.run(Schedule(1), "test") == 1
    found = recalls(encoder, clips, store, np.flatnonzero(clips.corpora == 2))
    assert {name.split()[0] for name in found} == {"urdu"} and all(0 <= recall <= 1 for recall in found.values())


@pytest.mark.parametrize("stop_after", [1, 3])  # saved after 2 and 4
def test_an_interrupted_training_comes_to_the_same_weights(
    tmp_path, monkeypatch, clips: SpeechClips, weights, stop_after
):
    monkeypatch.setattr(trainer_module, "STEPS_BETWEEN_SAVES", 2)
    store = ClipStore(clips, torch.device("cpu"))
    around = Surroundings(torch.randn(20_000, generator=torch.Generator().manual_seed(0)), torch.eye(8_000)[:2] + 0.0)

    def trained(state, stop_after=None):
        torch.manual_seed(0)
        encoder = VoiceEncoder(weights, VoiceConfig(rank=4))
        sampler = CropSampler(clips, np.arange(len(clips)), CropRecipe(longest_s=(1.0,)), np.random.default_rng(0))
        augmentation = VoiceAugmentation(store, clips.lengths, around, AugmentRecipe(), seed=1)
        trainer = VoiceTrainer(encoder, clips, sampler, augmentation, TrainRecipe(batch=3, warm_up_steps=2), state)
        steps_taken = []
        step = trainer.step

        def stopping(number, progress):
            if len(steps_taken) == stop_after:
                raise KeyboardInterrupt
            steps_taken.append(number)
            return step(number, progress)

        trainer.step = stopping
        trainer.run(Schedule(4), "test")
        return encoder.state_dict()

    whole = trained(None)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "cut.pt", stop_after)
    resumed = trained(tmp_path / "cut.pt")
    assert all(torch.equal(resumed[name], value) for name, value in whole.items())


def test_a_schedule_ends_by_steps_or_by_time():
    now = [100.0]
    timed = Schedule(1_000, 50.0, clock=lambda: now[0])
    assert timed.progress(0) == 0 and timed.progress(500) == 0.5
    now[0] = 150.0
    assert timed.progress(500) == 1
    assert learning_rate_share(0, 0.0, 10) == pytest.approx(0.1)
    assert learning_rate_share(20, 0.5, 10) == pytest.approx(0.505)
    assert learning_rate_share(99, 1.0, 10) == pytest.approx(0.01)


def test_average_recall_weighs_classes_not_clips():
    assert average_recall(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 2])) == 0.5


def test_speakers_with_the_same_name_in_two_corpora_are_two(clips: SpeechClips):
    """Bug: a speaker left out of one corpus took the one of another corpus with the same name along."""
    renamed = replace(clips, speakers=np.where(clips.corpora == 2, "1", clips.speakers))
    out = renamed.held_out("0")
    assert set(renamed.speakers[out & (renamed.corpora == 0)]) == {"1", "6"}
    assert out[renamed.corpora == 2].all() and not renamed.held_out("1")[renamed.corpora == 2].any()
