"""Progress in a log: all items come through, and the last line says how many."""

import io

import pytest

progress_module = pytest.importorskip("rapport_training.progress", reason="tqdm is not installed")


def test_items_come_through_and_the_last_line_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(progress_module, "LINE_EVERY_S", 0.0)
    assert list(progress_module.progress(iter("abc"), "clips", total=3, stream=log)) == ["a", "b", "c"]
    lines = log.getvalue().splitlines()
    assert lines[0].startswith("clips: 1 of 3 in 0 s, about ") and lines[-1] == "clips: 3 of 3 in 0 s"


def test_nothing_to_do() -> None:
    log = io.StringIO()
    assert list(progress_module.progress([], "clips", stream=log)) == []
    assert log.getvalue() == "clips: 0 in 0 s\n"
