"""One model in three forms, PyTorch, fp32 graph and int8 graph, on the same examples: what is served must be what was
trained, within one point of every figure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from .atomic_file import write_text_atomically

FORMS = ("torch", "fp32", "int8")
WORST_LOSS = 0.01
"""Of any figure, int8 below torch: one point."""
GREATEST_DIFFERENCE = 1e-3
"""Of any answer, fp32 graph to torch: more is not rounding, but another computation."""

Figures = Mapping[str, float]


class ParityError(ValueError):
    """A graph that does not answer as the network that was trained does; the message says by how much."""


@dataclass(frozen=True)
class Parity:
    """examples: how many. figures: by form and name, greater is better. difference: greatest of any answer, fp32 graph
    to torch. agreement: share of examples whose leading class int8 and torch have in common."""

    examples: int
    figures: dict[str, dict[str, float]]
    difference: float
    agreement: float

    def losses(self) -> dict[str, float]:
        """What int8 costs, by figure; negative: it gained."""
        return {name: value - self.figures["int8"][name] for name, value in self.figures["torch"].items()}

    def lines(self) -> list[str]:
        rows = [
            f"{name}: " + ", ".join(f"{form} {self.figures[form][name]:.4f}" for form in FORMS)
            for name in self.figures["torch"]
        ]
        return [
            f"{self.examples} examples; fp32 graph differs from torch by at most {self.difference:.1e}; "
            f"int8 and torch name the same class in {self.agreement:.1%}",
            *rows,
        ]


def compare(answers: Mapping[str, np.ndarray], figures: Callable[[np.ndarray], Figures]) -> Parity:
    """answers: for each of FORMS, probabilities or scores [examples, classes]. figures: of one form's answers.
    Raises ParityError when shapes differ or an answer is no number."""
    shapes = {form: answers[form].shape for form in FORMS}
    if len(set(shapes.values())) != 1:
        raise ParityError(f"the forms answer in different shapes: {shapes}")
    for form in FORMS:
        if not np.isfinite(answers[form]).all():
            raise ParityError(f"{form} answers something that is no number")
    return Parity(
        examples=len(answers["torch"]),
        figures={form: dict(figures(answers[form])) for form in FORMS},
        difference=float(np.abs(answers["fp32"] - answers["torch"]).max()),
        agreement=float((answers["int8"].argmax(-1) == answers["torch"].argmax(-1)).mean()),
    )


def require(parity: Parity, what: str, worst_loss: float = WORST_LOSS) -> None:
    """Raises ParityError when the fp32 graph is another computation, or 8 bits cost more than `worst_loss`."""
    if parity.difference > GREATEST_DIFFERENCE:
        raise ParityError(
            f"{what}: the fp32 graph differs from PyTorch by {parity.difference:.2e}, at most {GREATEST_DIFFERENCE} is rounding"
        )
    too_much = {name: loss for name, loss in parity.losses().items() if loss > worst_loss}
    if too_much:
        told = ", ".join(f"{100 * loss:.1f} points of {name}" for name, loss in too_much.items())
        raise ParityError(f"{what}: int8 costs {told}; at most {100 * worst_loss:g} is allowed")


def write(parity: Parity, path: Path) -> None:
    write_text_atomically(path, json.dumps({**asdict(parity), "losses": parity.losses()}, indent=1))
