"""Bad input of a user's own data folder: each fault is named with file, row and reason, and nothing is written."""

import csv
from pathlib import Path

import numpy as np
import pytest

from rapport_training.own_data.faults import MAX_SHOWN, DataFolderError

soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed")
pytest.importorskip("scipy", reason="scipy is not installed")
Image = pytest.importorskip("PIL.Image", reason="pillow is not installed")

from rapport_training.own_data.faces import read_own_faces  # noqa: E402
from rapport_training.own_data.speech import read_own_speech  # noqa: E402
from rapport_training.own_data.texts import read_own_texts  # noqa: E402

Rows = list[dict[str, str]]
EMOTIONS = ("anger", "neutral")
SPEAKERS = ("ann", "bob")


def write_index(folder: Path, rows: Rows) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "index.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_tone(path: Path, rate_hz: int = 16_000, seconds: float = 1.0, channels: int = 1) -> None:
    wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(int(rate_hz * seconds)) / rate_hz)
    soundfile.write(path, np.repeat(wave[:, None], channels, 1), rate_hz)


def speech(data: Path) -> Rows:
    """Four clips of two speakers, two emotions; the index is left to the test."""
    (data / "speech").mkdir(parents=True)
    rows = [{"path": f"{s}-{e}.wav", "emotion": e, "speaker": s} for s in SPEAKERS for e in EMOTIONS]
    for row in rows:
        write_tone(data / "speech" / row["path"])
    return rows


def faces(data: Path) -> Rows:
    (data / "faces").mkdir(parents=True)
    rows = [{"path": f"{s}-{e}.png", "emotion": e, "person": s} for s in SPEAKERS for e in EMOTIONS]
    for i, row in enumerate(rows):
        Image.new("RGB", (96, 96), (60 * i, 10, 10)).save(data / "faces" / row["path"])
    return rows


def texts() -> Rows:
    return [
        {"text": f"turn {c} {e}", "emotion": e, "intent": "", "conversation": c} for c in ("1", "2") for e in EMOTIONS
    ]


def fault_of_speech(data: Path, rows: Rows) -> str:
    write_index(data / "speech", rows)
    before = sorted(data.rglob("*"))
    with pytest.raises(DataFolderError) as error:
        read_own_speech(data)
    assert sorted(data.rglob("*")) == before, "something was written"
    return str(error.value).replace(str(data), "DATA")


def test_speech_in_order_is_read_at_16_khz(tmp_path: Path) -> None:
    rows = speech(tmp_path)
    write_tone(tmp_path / "speech" / "ann-anger.wav", rate_hz=8_000, seconds=1.5)
    soundfile.write(tmp_path / "speech" / "bob.flac", np.full(12_000, 0.5), 12_000)
    rows[3]["path"] = "bob.flac"
    write_index(tmp_path / "speech", rows)
    own = read_own_speech(tmp_path)
    assert [len(wave) for wave in own.waves] == [24_000, 16_000, 16_000, 16_000]
    assert own.emotions == ["anger", "neutral", "anger", "neutral"] and own.speakers == ["ann", "ann", "bob", "bob"]
    tone = np.sin(2 * np.pi * 440 * np.arange(24_000) / 16_000)
    assert np.corrcoef(tone, own.waves[0])[0, 1] > 0.999  # the same tone at another rate
    assert abs(int(own.waves[3][8_000]) - 16384) < 200  # the same level


def test_missing_folder_and_index(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError, match=r"speech/index\.csv is not there: .* path, emotion, speaker"):
        read_own_speech(tmp_path)


def test_missing_label(tmp_path: Path) -> None:
    rows = speech(tmp_path)
    rows[2]["emotion"] = " "
    assert "DATA/speech/index.csv, row 4: emotion is missing: fill it in" in fault_of_speech(tmp_path, rows)


def test_missing_column(tmp_path: Path) -> None:
    rows = [{"path": row["path"], "emotion": row["emotion"]} for row in speech(tmp_path)]
    assert "DATA/speech/index.csv has no column speaker; it has path, emotion" in fault_of_speech(tmp_path, rows)


def test_unknown_label(tmp_path: Path) -> None:
    rows = speech(tmp_path)
    rows[0]["emotion"] = "angry"
    assert "row 2: unknown emotion 'angry': use one of anger, disgust," in fault_of_speech(tmp_path, rows)


def test_one_speaker_only(tmp_path: Path) -> None:
    rows = [row | {"speaker": "ann"} for row in speech(tmp_path)]
    assert "index.csv: speaker is 'ann' in every row: at least two are needed" in fault_of_speech(tmp_path, rows)


def test_class_with_one_example(tmp_path: Path) -> None:
    rows = speech(tmp_path)
    rows[0]["emotion"] = "fear"
    fault = fault_of_speech(tmp_path, rows)
    assert "emotion 'fear' has one example" in fault and "emotion 'anger' has one example" in fault


def test_one_class_only(tmp_path: Path) -> None:
    rows = [row | {"emotion": "joy"} for row in speech(tmp_path)]
    assert "every row has the emotion 'joy'" in fault_of_speech(tmp_path, rows)


def test_corrupt_audio(tmp_path: Path) -> None:
    rows = speech(tmp_path)
    (tmp_path / "speech" / "bob-anger.wav").write_bytes(b"RIFF of which nothing follows")
    assert "row 4: bob-anger.wav cannot be decoded as WAV, FLAC or Ogg" in fault_of_speech(tmp_path, rows)


def test_truncated_flac(tmp_path: Path) -> None:
    rows = speech(tmp_path)
    soundfile.write(tmp_path / "speech" / "cut.flac", np.random.default_rng(0).normal(0, 0.1, 48_000), 16_000)
    whole = (tmp_path / "speech" / "cut.flac").read_bytes()
    (tmp_path / "speech" / "cut.flac").write_bytes(whole[:200])
    rows[1]["path"] = "cut.flac"
    assert "row 3: cut.flac" in fault_of_speech(tmp_path, rows)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: write_tone(path, channels=2), "has 2 channels: make one mono file of each party"),
        (lambda path: write_tone(path, rate_hz=4_000), "has 4000 samples a second: at least 8000"),
        (lambda path: write_tone(path, seconds=0.2), "is 0.20 s long"),
        (lambda path: soundfile.write(path, np.zeros(16_000), 16_000), "is silent from beginning to end"),
        (lambda path: soundfile.write(path, np.full(16_000, np.nan), 16_000, "FLOAT"), "samples that are no numbers"),
    ],
)
def test_audio_that_is_of_no_use(tmp_path: Path, make, reason: str) -> None:
    rows = speech(tmp_path)
    make(tmp_path / "speech" / "ann-anger.wav")
    assert f"row 2: ann-anger.wav {reason}" in fault_of_speech(tmp_path, rows).replace("holds samples", "samples")


def test_missing_file(tmp_path: Path) -> None:
    rows = speech(tmp_path)
    (tmp_path / "speech" / "ann-neutral.wav").unlink()
    assert "row 3: ann-neutral.wav is not there" in fault_of_speech(tmp_path, rows)


def test_duplicate_path(tmp_path: Path) -> None:
    rows = speech(tmp_path)
    assert "row 6: ann-anger.wav is listed in row 2 already" in fault_of_speech(tmp_path, [*rows, rows[0]])


def test_path_outside_the_folder(tmp_path: Path) -> None:
    rows = speech(tmp_path)
    write_tone(tmp_path / "elsewhere.wav")
    rows[0]["path"] = "../elsewhere.wav"
    assert "row 2: ../elsewhere.wav lies outside" in fault_of_speech(tmp_path, rows)


def test_empty_index(tmp_path: Path) -> None:
    speech(tmp_path)
    (tmp_path / "speech" / "index.csv").write_text("path,emotion,speaker\n")
    with pytest.raises(DataFolderError, match=r"index\.csv has a header and no rows"):
        read_own_speech(tmp_path)


def test_index_that_is_no_text(tmp_path: Path) -> None:
    speech(tmp_path)
    (tmp_path / "speech" / "index.csv").write_bytes(b"path,emotion,speaker\n\xff\xfe\x00,joy,ann\n")
    with pytest.raises(DataFolderError, match=r"index\.csv is not CSV in UTF-8"):
        read_own_speech(tmp_path)


def test_speaker_in_two_splits(tmp_path: Path) -> None:
    rows = [
        row | {"split": split} for row, split in zip(speech(tmp_path), ("train", "test", "dev", "dev"), strict=True)
    ]
    assert "speaker 'ann' is in the splits test, train: keep it in one" in fault_of_speech(tmp_path, rows)


def test_unknown_and_missing_split(tmp_path: Path) -> None:
    rows = [row | {"split": split} for row, split in zip(speech(tmp_path), ("train", "train", "eval", ""), strict=True)]
    fault = fault_of_speech(tmp_path, rows)
    assert "row 4: unknown split 'eval'" in fault and "row 5: no split, while other rows have one" in fault


def test_all_faults_come_at_once_and_no_flood(tmp_path: Path) -> None:
    rows = [row | {"emotion": "cross"} for row in speech(tmp_path)] * 10
    fault = fault_of_speech(tmp_path, rows)
    assert len(fault.splitlines()) == MAX_SHOWN + 1
    assert fault.splitlines()[-1].endswith("more faults")


def test_faces_in_order_are_grey_48(tmp_path: Path) -> None:
    write_index(tmp_path / "faces", faces(tmp_path))
    own = read_own_faces(tmp_path)
    assert own.images.shape == (4, 48, 48) and own.images.dtype == np.uint8
    assert own.images[:, 20, 20].tolist() == [round(0.299 * 60 * i + 0.701 * 10) for i in range(4)]


@pytest.mark.parametrize("size", [(640, 480), (47, 47), (48, 49)])
def test_wrong_image_size(tmp_path: Path, size: tuple[int, int]) -> None:
    rows = faces(tmp_path)
    Image.new("L", size).save(tmp_path / "faces" / rows[1]["path"])
    write_index(tmp_path / "faces", rows)
    with pytest.raises(
        DataFolderError, match=rf"row 3: ann-neutral\.png is {size[0]} x {size[1]} pixels: a square of 48"
    ):
        read_own_faces(tmp_path)


def test_corrupt_picture(tmp_path: Path) -> None:
    rows = faces(tmp_path)
    path = tmp_path / "faces" / rows[0]["path"]
    path.write_bytes(path.read_bytes()[:60])
    write_index(tmp_path / "faces", rows)
    with pytest.raises(DataFolderError, match=r"row 2: ann-anger\.png cannot be decoded as a picture"):
        read_own_faces(tmp_path)


def test_one_person_only(tmp_path: Path) -> None:
    write_index(tmp_path / "faces", [row | {"person": "ann"} for row in faces(tmp_path)])
    with pytest.raises(DataFolderError, match=r"faces/index\.csv: person is 'ann' in every row"):
        read_own_faces(tmp_path)


def test_texts_in_order(tmp_path: Path) -> None:
    rows = [*texts(), {"text": "NA", "emotion": "", "intent": "refund", "conversation": "3"}]
    rows += [{"text": "null", "emotion": "", "intent": name, "conversation": "4"} for name in ("refund", "bye", "bye")]
    write_index(tmp_path / "texts", rows)
    own = read_own_texts(tmp_path)
    assert own.texts[4:6] == ["NA", "null"] and own.intents[4] == "refund" and own.emotions[:2] == ["anger", "neutral"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"emotion": ""}, r"row 2: neither emotion nor intent: label the row"),
        ({"emotion": "furious"}, r"row 2: unknown emotion 'furious'"),
        ({"text": ""}, r"row 2: text is missing"),
        ({"text": "x" * 10_001}, r"row 2: the text has 10001 characters"),
        ({"intent": "refund"}, r"intent 'refund' has one example"),
    ],
)
def test_texts_with_a_fault(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    rows = texts()
    rows[0] |= change
    write_index(tmp_path / "texts", rows)
    with pytest.raises(DataFolderError, match=reason):
        read_own_texts(tmp_path)


def test_texts_of_one_conversation(tmp_path: Path) -> None:
    write_index(tmp_path / "texts", [row | {"conversation": "9"} for row in texts()])
    with pytest.raises(DataFolderError, match=r"conversation is '9' in every row"):
        read_own_texts(tmp_path)


def test_texts_without_any_label_column(tmp_path: Path) -> None:
    write_index(tmp_path / "texts", [{"text": "a", "conversation": "1"}, {"text": "b", "conversation": "2"}])
    with pytest.raises(DataFolderError, match="neither a column emotion nor a column intent"):
        read_own_texts(tmp_path)


def test_own_speech_trains_as_a_corpus_without_the_public_ones(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from rapport_training.corpora.speech import CORPORA, OWN, read_speech
    from rapport_training.voice.augmentation import made_surroundings

    rows = [row | {"split": "train"} for row in speech(tmp_path)]
    for speaker, split in (("cleo", "dev"), ("dan", "test")):
        rows.append({"path": f"{speaker}.wav", "emotion": "anger", "speaker": speaker, "split": split})
        write_tone(tmp_path / "speech" / f"{speaker}.wav", seconds=2.0)
    write_index(tmp_path / "speech", rows)
    clips = read_speech(tmp_path, threads=1)
    assert set(clips.corpora.tolist()) == {CORPORA.index(OWN)}
    assert clips.speakers.tolist() == ["ann", "ann", "bob", "bob", "cleo"], "the test split is not for training"
    assert clips.held_out("all").tolist() == [False] * 4 + [True]
    assert clips.held_out("0").tolist() == [True, True, False, False, True]
    around = made_surroundings(torch.device("cpu"))
    assert torch.isfinite(around.noise).all() and around.rooms.abs().max() > 0


def test_own_faces_train_without_the_public_ones_by_person(tmp_path: Path) -> None:
    from rapport_training.corpora.faces import FACE_LABELS, read_faces

    write_index(tmp_path / "faces", faces(tmp_path))
    splits = read_faces(tmp_path)
    assert {name: len(of) for name, of in splits.items()} == {"train": 2, "valid": 2, "test": 0}
    assert splits["train"].votes.argmax(1).tolist() == [FACE_LABELS.index("anger"), FACE_LABELS.index("neutral")]
    assert splits["train"].votes.sum(1).tolist() == [10, 10]


def test_own_turns_for_training_leave_dev_and_test_out(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from rapport_training.text.training_texts import own_turns

    split = {"1": "train", "2": "test", "3": "train"}
    intents = ("refund", "refund", "cancel", "cancel")
    rows = texts() + [
        {"text": f"t {i}", "emotion": "", "intent": intent, "conversation": "3"} for i, intent in enumerate(intents)
    ]
    write_index(tmp_path / "texts", [row | {"split": split[row["conversation"]]} for row in rows])
    unfelt = [(f"t {i}", "") for i in range(4)]
    assert own_turns(tmp_path) == [("turn 1 anger", "anger"), ("turn 1 neutral", "neutral"), *unfelt]
    assert own_turns(tmp_path / "nowhere") == []
