"""Parity: passes what rounds, refuses what costs more than a point or computes something else."""

import json
from pathlib import Path

import numpy as np
import pytest

from rapport_training.parity import ParityError, compare, require, write

CLASSES = 4
LABELS = np.arange(400) % CLASSES


def answers(wrong_in_int8: int = 0, offset_of_fp32: float = 0.0) -> dict[str, np.ndarray]:
    """Right answers of 400 examples, the first `wrong_in_int8` of them wrong in int8."""
    right = np.eye(CLASSES)[LABELS] * 0.9 + 0.025
    int8 = right.copy()
    int8[:wrong_in_int8] = np.roll(int8[:wrong_in_int8], 1, axis=1)
    return {"torch": right, "fp32": right + offset_of_fp32, "int8": int8}


def accuracy(scores: np.ndarray) -> dict[str, float]:
    return {"accuracy": float((scores.argmax(1) == LABELS).mean())}


def test_four_of_four_hundred_is_one_point_and_passes() -> None:
    parity = compare(answers(wrong_in_int8=4), accuracy)
    require(parity, "face", worst_loss=0.01 + 1e-9)
    assert parity.agreement == 0.99 and parity.losses()["accuracy"] == pytest.approx(0.01)


def test_more_than_one_point_is_refused_with_the_figure() -> None:
    with pytest.raises(ParityError, match=r"face: int8 costs 2\.0 points of accuracy; at most 1 is allowed"):
        require(compare(answers(wrong_in_int8=8), accuracy), "face")


def test_an_fp32_graph_that_computes_something_else_is_refused() -> None:
    require(compare(answers(offset_of_fp32=1e-5), accuracy), "face")
    with pytest.raises(ParityError, match=r"differs from PyTorch by 1\.00e-02"):
        require(compare(answers(offset_of_fp32=1e-2), accuracy), "face")


def test_answers_that_are_no_numbers_or_of_another_shape_are_refused() -> None:
    broken = answers()
    broken["int8"][7, 0] = np.nan
    with pytest.raises(ParityError, match="int8 answers something that is no number"):
        compare(broken, accuracy)
    with pytest.raises(ParityError, match="different shapes"):
        compare(answers() | {"fp32": np.zeros((400, 3))}, accuracy)


def test_the_report_holds_every_form(tmp_path: Path) -> None:
    parity = compare(answers(wrong_in_int8=2), accuracy)
    write(parity, tmp_path / "parity.json")
    stored = json.loads((tmp_path / "parity.json").read_text())
    assert stored["figures"] == {"torch": {"accuracy": 1.0}, "fp32": {"accuracy": 1.0}, "int8": {"accuracy": 0.995}}
    assert parity.lines()[1] == "accuracy: torch 1.0000, fp32 1.0000, int8 0.9950"
