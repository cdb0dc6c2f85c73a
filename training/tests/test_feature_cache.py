"""The feature cache: by content, encoder and parameters; damaged entries are made anew; two processes may share it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rapport_training.feature_cache import Arrays, FeatureCache, folder_digest, remove_oldest

WINDOW = {"windowMs": 4000}


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    path = tmp_path / "encoder.onnx"
    path.write_bytes(b"weights")
    return path


class Maker:
    """Computes the features of a wave, and counts."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Arrays:
        self.calls += 1
        return {"tokens": np.arange(6, dtype=np.float32).reshape(2, 3), "call": np.array(self.calls)}


def test_the_same_content_is_computed_once_even_in_another_run(tmp_path: Path, encoder: Path) -> None:
    make = Maker()
    first = FeatureCache(tmp_path / "cache", [encoder], WINDOW).get(b"sound", make)
    again = FeatureCache(tmp_path / "cache", [encoder], dict(WINDOW)).get(b"sound", make)
    assert make.calls == 1
    assert np.array_equal(first["tokens"], again["tokens"]) and again["tokens"].dtype == np.float32


def test_other_content_other_encoder_or_other_parameters_are_computed(tmp_path: Path, encoder: Path) -> None:
    make = Maker()
    FeatureCache(tmp_path / "cache", [encoder], WINDOW).get(b"sound", make)
    FeatureCache(tmp_path / "cache", [encoder], WINDOW).get(b"soun", make)
    FeatureCache(tmp_path / "cache", [encoder], {"windowMs": 5000}).get(b"sound", make)
    encoder.write_bytes(b"weightz")
    FeatureCache(tmp_path / "cache", [encoder], WINDOW).get(b"sound", make)
    assert make.calls == 4


def test_the_name_of_the_encoder_does_not_count(tmp_path: Path, encoder: Path) -> None:
    make = Maker()
    FeatureCache(tmp_path / "cache", [encoder], WINDOW).get(b"sound", make)
    FeatureCache(tmp_path / "cache", [encoder.rename(tmp_path / "other.onnx")], WINDOW).get(b"sound", make)
    assert make.calls == 1


def test_arrays_of_equal_bytes_and_other_shape_differ(tmp_path: Path, encoder: Path) -> None:
    cache = FeatureCache(tmp_path / "cache", [encoder], WINDOW)
    wave = np.zeros((2, 3), np.int16)
    paths = {cache.path_of(wave), cache.path_of(wave.T), cache.path_of(wave.astype(np.int8)), cache.path_of(b"")}
    assert len(paths) == 4


def test_a_damaged_entry_is_made_anew(tmp_path: Path, encoder: Path) -> None:
    make = Maker()
    cache = FeatureCache(tmp_path / "cache", [encoder], WINDOW)
    cache.get(b"sound", make)
    path = cache.path_of(b"sound")
    for damaged in (b"", path.read_bytes()[:100], b"something else"):
        path.write_bytes(damaged)
        assert np.array_equal(cache.get(b"sound", make)["tokens"], [[0, 1, 2], [3, 4, 5]])
    assert make.calls == 4


def test_failed_work_leaves_nothing(tmp_path: Path, encoder: Path) -> None:
    cache = FeatureCache(tmp_path / "cache", [encoder], WINDOW)

    def fail() -> Arrays:
        raise RuntimeError("the encoder failed")

    with pytest.raises(RuntimeError, match="the encoder failed"):
        cache.get(b"sound", fail)
    assert not list((tmp_path / "cache").rglob("*.*"))


def test_what_was_longest_not_read_goes_first(tmp_path: Path, encoder: Path) -> None:
    cache = FeatureCache(tmp_path / "cache", [encoder], WINDOW)
    make = Maker()
    for age, content in enumerate((b"new", b"old", b"oldest")):
        cache.get(content, make)
        os.utime(cache.path_of(content), (1_000_000 - age, 1_000_000 - age))
    cache.get(b"oldest", make)  # read again: now the newest
    size = cache.path_of(b"new").stat().st_size
    assert remove_oldest(tmp_path / "cache", 2 * size) == 1
    assert [cache.path_of(c).exists() for c in (b"new", b"old", b"oldest")] == [True, False, True]


def test_a_corpus_is_its_files_by_name_and_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    (folder / "inner").mkdir(parents=True)
    (folder / "index.csv").write_text("path\n")
    (folder / "inner" / "a.wav").write_bytes(b"sound")
    first = folder_digest([folder])
    assert folder_digest([folder]) == first
    (folder / "inner" / "a.wav").write_bytes(b"soumd")
    changed = folder_digest([folder])
    (folder / "inner" / "a.wav").rename(folder / "inner" / "b.wav")
    assert len({first, changed, folder_digest([folder])}) == 3


FILL = """
import sys
from pathlib import Path
import numpy as np
from rapport_training.feature_cache import FeatureCache
folder, encoder = map(Path, sys.argv[1:])
cache = FeatureCache(folder, [encoder], {"windowMs": 4000})
for i in range(60):
    got = cache.get(str(i).encode(), lambda: {"tokens": np.full((50, 512), i, np.float32)})
    assert got["tokens"].shape == (50, 512) and (got["tokens"] == i).all()
"""


def test_two_processes_fill_one_cache(tmp_path: Path, encoder: Path) -> None:
    command = [sys.executable, "-c", FILL, str(tmp_path / "cache"), str(encoder)]
    root = Path(__file__).parents[1]
    both = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[1] for process in both] == ["", ""]
    assert [process.returncode for process in both] == [0, 0]
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(files) == 60 and all(path.suffix == ".npz" and not path.name.startswith(".") for path in files)
