"""A set of models of its own: links to what stays, and writing into it changes no other set."""

import json
from pathlib import Path

from rapport_training.model_set import BASE, link_set, own_folder
from rapport_training.start_weights import bring


def test_writing_into_a_set_leaves_the_base_as_it_is(tmp_path: Path) -> None:
    base = tmp_path / "base"
    for name, task in (("fernet", "expression"), ("speech", "speech")):
        (base / name / "fixtures").mkdir(parents=True)
        (base / name / "model.json").write_text(json.dumps({"task": task, "name": name}))
        (base / name / "fixtures" / "a.wav").write_text("sound")
    link_set(base, tmp_path / "set")
    folder = own_folder(tmp_path / "set", "speech")
    (folder / "model.json").write_text("{}")
    (folder / "fixtures" / "a.wav").write_text("other")
    assert json.loads((base / "speech" / "model.json").read_text())["task"] == "speech"
    assert (base / "speech" / "fixtures" / "a.wav").read_text() == "sound"
    assert (tmp_path / "set" / "fernet" / "model.json").is_symlink()
    link_set(base, tmp_path / "set")  # what was trained stays
    assert (folder / "model.json").read_text() == "{}"


def test_the_set_of_the_repository_can_be_linked(tmp_path: Path) -> None:
    link_set(BASE, tmp_path)
    files = sorted(
        str(path.relative_to(BASE)) for path in BASE.glob("*/*") if path.parent.joinpath("model.json").exists()
    )
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/*")) == files


def test_start_weights_that_are_there_are_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "whisper-base-encoder.safetensors").write_bytes(b"there")
    assert bring("voice", tmp_path) is False
    assert (tmp_path / "whisper-base-encoder.safetensors").read_bytes() == b"there"
