"""The figures of an expression encoder against votes, as `docs/accuracy.md` defines them."""

from dataclasses import asdict, dataclass

import numpy as np

from rapport_training.corpora.faces import FACE_LABELS

CONTEMPT = FACE_LABELS.index("contempt")


@dataclass(frozen=True)
class FaceScores:
    strict_accuracy: float
    """8 classes, pictures on whose class more than half of all votes agree."""
    plural_accuracy: float
    """8 classes, all pictures; the class is the one with most votes (the first of equals)."""
    macro_recall: float
    """Mean recall of the 7 classes without contempt, over all pictures of those classes."""
    strict_macro_recall: float
    """The same over the strict pictures."""
    recalls: dict[str, float]
    """What macro_recall is the mean of."""
    pictures: int
    strict_pictures: int

    def line(self) -> str:
        recalls = " ".join(f"{name[:4]} {recall:.2f}" for name, recall in self.recalls.items())
        return (
            f"strict {self.strict_accuracy:.4f} plural {self.plural_accuracy:.4f} "
            f"macro-recall {self.macro_recall:.4f} (strict {self.strict_macro_recall:.4f}) | {recalls}"
        )

    def plain(self) -> dict[str, object]:
        return asdict(self)


def strict(votes: np.ndarray) -> np.ndarray:
    """[N] bool: more than half of the votes (unknown and no face among them) are for one thing."""
    return votes.max(1) > votes.sum(1) / 2


def voted_class(votes: np.ndarray) -> np.ndarray:
    return votes[:, : len(FACE_LABELS)].argmax(1)


def face_scores(probabilities: np.ndarray, votes: np.ndarray) -> FaceScores:
    """Probabilities (or logits) [N, 8], votes [N, 10]. A class of which there is no picture has the recall 0 and
    counts in the mean: a split without it cannot look better for that."""
    labels, agreed = voted_class(votes), strict(votes)
    right = probabilities.argmax(1) == labels
    # seven classes: as the service, which has no contempt to answer with
    seven = np.delete(probabilities, CONTEMPT, 1).argmax(1)
    recalls = {name: recall(seven, labels, c) for c, name in enumerate(FACE_LABELS) if c != CONTEMPT}
    strict_recalls = [recall(seven[agreed], labels[agreed], c) for c in range(len(FACE_LABELS)) if c != CONTEMPT]
    return FaceScores(
        strict_accuracy=float(right[agreed].mean()) if agreed.any() else 0.0,
        plural_accuracy=float(right.mean()),
        macro_recall=float(np.mean(list(recalls.values()))),
        strict_macro_recall=float(np.mean(strict_recalls)),
        recalls=recalls,
        pictures=len(votes),
        strict_pictures=int(agreed.sum()),
    )


def recall(answers: np.ndarray, labels: np.ndarray, label: int) -> float:
    of_label = labels == label
    return float((answers[of_label] == label).mean()) if of_label.any() else 0.0
