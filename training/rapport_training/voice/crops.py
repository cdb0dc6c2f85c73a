"""Which parts of which clips make a batch: corpora, classes and speakers balanced, windows as long as served ones."""

from dataclasses import dataclass

import numpy as np

from ..corpora.speech import CORPORA, SAMPLE_RATE_HZ, SpeechClips
from .log_mel import STATE_SAMPLES


@dataclass(frozen=True)
class CropRecipe:
    """corpus_share: how much of a batch each corpus gives, in parts; the user's own as much as all public ones together.
    longest_s: a batch has one greatest length, drawn from these (4 s is a served window), half of its items are shorter,
    down to half of it but at least least_s.
    """

    corpus_share: tuple[float, ...] = (0.42, 0.42, 0.16, 1.0)
    longest_s: tuple[float, ...] = (2.0, 3.0, 4.0, 4.0)
    least_s: float = 1.0


def sampling_weights(clips: SpeechClips, chosen: np.ndarray, corpus_share: tuple[float, ...]) -> np.ndarray:
    """[chosen], sum 1: a corpus has its share, within it every class has the same, within a class a speaker the root of
    its clips, so that nobody with many clips stands for the class."""
    weights = np.zeros(len(chosen))
    corpora, labels, speakers = clips.corpora[chosen], clips.labels[chosen], clips.speakers[chosen]
    for corpus in range(len(CORPORA)):
        classes = np.unique(labels[corpora == corpus])
        for label in classes:
            of_class = (corpora == corpus) & (labels == label)
            _, place, count = np.unique(speakers[of_class], return_inverse=True, return_counts=True)
            share = 1 / np.sqrt(count[place])
            weights[of_class] = share / share.sum() * corpus_share[corpus] / len(classes)
    return weights / weights.sum()


class CropSampler:
    """Draws clips and the lengths of windows; all by its own generator."""

    def __init__(
        self, clips: SpeechClips, chosen: np.ndarray, recipe: CropRecipe, generator: np.random.Generator
    ) -> None:
        self.clips, self.chosen, self.recipe, self.generator = clips, chosen, recipe, generator
        self.edges = np.cumsum(sampling_weights(clips, chosen, recipe.corpus_share))

    def draw(self, items: int) -> tuple[np.ndarray, np.ndarray]:
        """clips [items] (places) and wanted lengths [items] in samples, multiples of a state, at most the clip's."""
        places = np.searchsorted(self.edges, self.generator.random(items) * self.edges[-1], side="right")
        clips = self.chosen[places.clip(max=len(self.chosen) - 1)]
        longest = self.generator.choice(self.recipe.longest_s)
        shorter = self.generator.uniform(max(self.recipe.least_s, longest / 2), longest, items)
        wanted_s = np.where(self.generator.random(items) < 0.5, longest, shorter)
        wanted = np.minimum((wanted_s * SAMPLE_RATE_HZ).astype(np.int64), self.clips.lengths[clips])
        return clips, wanted // STATE_SAMPLES * STATE_SAMPLES
