"""The tables of what pieces of the craft bought to the encoders, on tiny inputs."""

import json
import random
from pathlib import Path

import numpy as np
import torch

from rapport_training import craft_figures
from rapport_training.corpora.faces import VotedFaces
from rapport_training.corpora.speech import SpeechClips
from rapport_training.face import craft_table as face_table
from rapport_training.fusion.served_encoders import ServedVoice
from rapport_training.text import craft_table as text_table
from rapport_training.voice import craft_table as voice_table

MODELS = Path(__file__).parents[2] / "models"


def clips(count: int) -> SpeechClips:
    generator = np.random.default_rng(0)
    lengths = np.full(count, 20_000)
    samples = (generator.standard_normal(count * 20_000) * 2000).astype(np.int16)
    labels = np.arange(count) % 7
    return SpeechClips(samples, np.arange(count) * 20_000, lengths, labels, np.zeros(count, int),
                       np.array(["1"] * count), np.array(["x"] * count))  # fmt: skip


def test_every_way_of_a_voice_gives_other_tokens_of_the_served_width() -> None:
    found = voice_table.encoded(clips(2), ServedVoice(MODELS, 1))
    assert set(found) == {*voice_table.WAYS, *(f"{name}/length" for name in voice_table.WAYS)}
    clean = found[voice_table.CLEAN]
    assert clean.shape == (2, voice_table.MOST_TOKENS, ServedVoice(MODELS, 1).width)
    for name in voice_table.WAYS:
        assert found[f"{name}/length"].min() >= 4 and np.isfinite(found[name]).all()
        if name != voice_table.CLEAN:
            assert not np.array_equal(found[name], clean), name


def test_a_way_that_was_left_out_of_training_is_told_worse() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(7).repeat(30)
    places = torch.randn(7, 32, generator=generator)
    mask = torch.ones(len(labels), 4, dtype=torch.bool)

    def tokens(shift: float) -> torch.Tensor:
        return places[labels][:, None] * (1 - 2 * shift) + 0.3 * torch.randn(len(labels), 4, 32, generator=generator)

    parts = {voice_table.CLEAN: (tokens(0.0), mask), "mirrored": (tokens(1.0), mask)}
    held = torch.arange(len(labels)) % 3 == 0
    rows = voice_table.table(parts, labels, lambda fold: held, ["0"], 60)
    assert rows["nothing"][0]["mirrored"] > rows["mirrored"][0]["mirrored"] + 0.3
    assert rows["nothing"][0]["clean"] > 0.8


def test_noise_of_words_leaves_the_synonyms_to_their_own_piece() -> None:
    text = "i want to cancel my order"
    found = {text_table.noised(text, random.Random(seed)) for seed in range(20)}
    assert len(found) > 10
    assert not any("call off" in other or "wish" in other for other in found)


def test_a_head_of_texts_learns_from_all_ways() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(5).repeat(20)
    given = torch.eye(5, 16)[labels] + 0.1 * torch.randn(2, 100, 16, generator=generator)
    head = text_table.trained_head(given, labels, 5, 0, 80)
    assert text_table.recall_of(head, given[1], labels) > 0.9
    assert set(text_table.variants_of()["nothing"]) == set(text_table.WAYS)


def test_drawn_texts_are_at_most_so_many_of_a_class() -> None:
    texts, labels = text_table.drawn_of(([str(i) for i in range(30)], torch.arange(30) % 3), 4, 1)
    assert torch.bincount(labels).tolist() == [4, 4, 4]
    assert [int(text) % 3 for text in texts] == labels.tolist()


def test_a_small_expression_encoder_is_trained_with_and_without_a_piece() -> None:
    generator = np.random.default_rng(0)
    votes = np.zeros((48, 10), np.float32)
    votes[np.arange(48), np.arange(48) % 8] = 10
    faces = VotedFaces(generator.integers(0, 256, (48, 48, 48), dtype=np.uint8), votes)
    for augment in face_table.VARIANTS.values():
        found = face_table.one_run(faces, face_table.some(faces, 16, 0), augment, 1, 2)
        assert 0 <= found["accuracy"] <= 1
    assert len({repr(augment) for augment in face_table.VARIANTS.values()}) == len(face_table.VARIANTS)


def test_reports_become_figures_of_the_documents(tmp_path: Path) -> None:
    folds = [{"fusion, voice+face": a, "fusion, voice": 0.7, "fusion, face": 0.5, "voice model": 0.73, "face model": 0.5}
             for a in (0.8, 0.9)]  # fmt: skip
    (tmp_path / "research_au.json").write_text(json.dumps({"as they are": {"folds": folds}, "steps": 3}))
    without = {"nothing": [{"clean": 0.7, "mean": 0.6}], "noise": [{"clean": 0.71, "mean": 0.55}]}
    (tmp_path / "voice_craft.json").write_text(json.dumps({"without": without}))
    test = {"highest contribution moves most (chance 0.333)": 0.8}
    test |= {f"answer changed by removing rank {rank}": share for rank, share in (("1", 0.3), ("2", 0.1), ("3", 0.0))}
    trained = {"0": {"SYNTHETIC pairs": {"deletion test": test}}, "all": {}}
    (tmp_path / "fusion.json").write_text(json.dumps({"folds": trained}))
    written = {path.name for path in craft_figures.write(tmp_path, tmp_path, "abc1234")}
    assert written == {"craft.json", "research.json", "choices.json"}
    choices = [(row["id"], row["value"]) for row in json.loads((tmp_path / "choices.json").read_text())]
    assert ("contribution: answers that change without the modality of the highest one", 0.3) in choices
    research = {row["id"]: row for row in json.loads((tmp_path / "research.json").read_text())}
    both = research["as they are: accuracy of voice and action units"]
    assert (both["value"], both["low"], both["high"], both["met"], both["target"]) == (0.85, 0.8, 0.9, True, ">= 0.85")
    gap = research["as they are: action units missing, against the model of voice only"]
    assert gap["value"] == -3 and gap["met"] is False
    craft = {row["id"]: row for row in json.loads((tmp_path / "craft.json").read_text())}
    assert craft["voice: noise"]["value"] == 5 and craft["voice by case: noise, clean"]["value"] == -1
    assert craft["voice: noise"]["command"] == "python -m rapport_training.voice.craft_table"


def test_figures_whose_report_is_not_there_stay(tmp_path: Path) -> None:
    (tmp_path / "intent_residual.json").write_text(
        json.dumps({"seeds": [{"text alone": 0.99, "with residual": 0.985}]})
    )
    craft_figures.write(tmp_path, tmp_path, "abc1234")
    (tmp_path / "intent_residual.json").unlink()
    seeds = {"seeds": [0.5, 0.6]}
    (tmp_path / "memory.json").write_text(json.dumps({"none": seeds, "speaker": seeds, "dialogue": seeds}))
    craft_figures.write(tmp_path, tmp_path, "def5678")
    commits = {row["id"]: row["commit"] for row in json.loads((tmp_path / "choices.json").read_text())}
    assert commits["intent residual: gain"] == "abc1234"
    assert commits["session memory: text alone, UAR on MELD dev"] == "def5678"
