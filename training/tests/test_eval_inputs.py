"""What the evaluation in TypeScript is given, and what it is answered."""

import csv
import json
import wave
from pathlib import Path

import numpy as np
import pytest

from rapport_training.eval_words import ASKED, RATE_HZ, SAYINGS, write_words

MODELS = Path(__file__).resolve().parents[2] / "models"


def burst(text: str, pace: float, seed: int) -> np.ndarray:
    """Half a second of silence, a quarter of tone, silence again."""
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ // 4) / RATE_HZ)
    return np.concatenate([np.zeros(RATE_HZ // 2), tone, np.zeros(RATE_HZ // 2)])


def test_words_are_cut_where_they_begin_and_end(tmp_path):
    count = write_words(tmp_path / "words", {"made": burst})
    rows = list(csv.DictReader((tmp_path / "words" / "words.csv").open()))
    sound = np.fromfile(tmp_path / "words" / "words.pcm", "<i2")
    assert count == len(rows)
    assert sum(int(row["samples"]) for row in rows) == len(sound)
    assert all(RATE_HZ // 4 <= int(row["samples"]) <= RATE_HZ // 4 + 640 for row in rows)
    assert 20 * np.log10(np.sqrt(np.mean((sound / 0x8000) ** 2))) == pytest.approx(-24, abs=0.5)
    for word in ASKED:
        assert sum(row["word"] == word for row in rows) == SAYINGS


def test_posed_faces_are_written_with_their_person(tmp_path):
    from rapport_training.eval_data import write_posed

    assert write_posed(tmp_path, tmp_path / "out") == 0
    folder = tmp_path / "ckplus48"
    folder.mkdir()
    images = np.arange(2 * 48 * 48, dtype=np.uint64).astype(np.uint8).reshape(2, 48, 48)
    np.savez(folder / "ckplus48.npz", images=images, label=np.array(["happy", "fear"]), subject=np.array(["S1", "S2"]))
    assert write_posed(tmp_path, tmp_path / "out") == 2
    assert (tmp_path / "out" / "ckplus.csv").read_text().split() == ["expression,subject", "happiness,S1", "fear,S2"]
    assert np.array_equal(np.fromfile(tmp_path / "out" / "ckplus.u8", np.uint8).reshape(2, 48, 48), images)


def test_agreement_answers_in_the_order_of_the_items(tmp_path):
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    from rapport_training.agreement import OUT_OF_SCOPE, answer_all

    with wave.open(str(MODELS / "whisper-base" / "fixtures" / "jfk.wav")) as file:
        sound = np.frombuffer(file.readframes(64_000), "<i2")
    sound.tofile(tmp_path / "voice.pcm")
    np.full((1, 48, 48), 128, np.uint8).tofile(tmp_path / "faces.u8")
    common = {"models": str(MODELS), "truth": ""}
    items = [
        {"task": "intent", "text": "i want to cancel my order"} | common,
        {"task": "voice", "samples": 32_000} | common,
        {"task": "face"} | common,
        {"task": "text", "text": "I love this, thank you so much!"} | common,
        {"task": "voice", "samples": 32_000} | common,
        {"task": "intent", "text": "how tall is the eiffel tower"} | common,
    ]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    assert answer_all(tmp_path) == len(items)
    told = [json.loads(line) for line in (tmp_path / "answers.jsonl").read_text().splitlines()]
    assert told[0]["answer"] == "cancel_order"
    assert told[3]["answer"] == "joy"
    assert told[5]["answer"] == OUT_OF_SCOPE
    assert told[1]["probabilities"] != told[4]["probabilities"]
    for one in told[1:5]:
        assert sum(one["probabilities"]) == pytest.approx(1, abs=1e-5)
