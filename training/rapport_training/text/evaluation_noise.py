"""Recognition and typing errors for the evaluation only, at a stated share of wrong words.

It shares no table and no code with `craft/text_augment.py`, which training uses: words are replaced by words of the same
texts that sound alike by a phonetic key (after Soundex), are lost, or are followed by a common word; half of the rest are
mistyped by transposition, omission or a letter that looks alike.
"""

import random
from collections import defaultdict
from collections.abc import Sequence

SOUND_CLASSES = {
    **dict.fromkeys("bfpv", "1"), **dict.fromkeys("cgjkqsxz", "2"), **dict.fromkeys("dt", "3"), "l": "4",
    **dict.fromkeys("mn", "5"), "r": "6",
}  # fmt: skip
LOOK_ALIKES = {"o": "0", "l": "1", "i": "l", "e": "c", "m": "rn", "a": "o", "s": "5", "u": "v", "t": "f", "g": "q"}
COMMON = ("the", "a", "of", "is", "that", "it", "in", "on", "this", "be", "at", "by", "was", "do")
LOST, ADDED, HEARD = 0.25, 0.15, 0.35
"""Shares of the wrong words that are lost, followed by another, and replaced by one that sounds alike; the rest is mistyped."""


def sound_key(word: str) -> str:
    """First letter and the classes of up to three consonants behind it; vowels and repeats fall away."""
    classes = [SOUND_CLASSES.get(letter, "") for letter in word[1:]]
    kept = [c for i, c in enumerate(classes) if c and (i == 0 or c != classes[i - 1])]
    return word[:1] + "".join(kept[:3])


class EvaluationNoise:
    """Made from the texts that are scored, so that what is heard instead are words of the domain."""

    def __init__(self, texts: Sequence[str], seed: int) -> None:
        self.drawn = random.Random(seed)
        self.words: dict[str, list[str]] = defaultdict(list)
        for word in sorted({word for text in texts for word in _words(text)}):
            self.words[sound_key(word)].append(word)

    def __call__(self, text: str, word_errors: float) -> str:
        """The text in lower case with about `word_errors` of its words wrong; never empty."""
        out: list[str] = []
        for word in _words(text):
            if self.drawn.random() >= word_errors:
                out.append(word)
                continue
            kind = self.drawn.random()
            if kind < LOST:
                continue
            if kind < LOST + ADDED:
                out += [word, COMMON[self.drawn.randrange(len(COMMON))]]
            elif kind < LOST + ADDED + HEARD:
                out.append(self._heard(word))
            else:
                out.append(self._mistyped(word))
        return " ".join(out) or text

    def _heard(self, word: str) -> str:
        others = [other for other in self.words[sound_key(word)] if other != word]
        return others[self.drawn.randrange(len(others))] if others else self._mistyped(word)

    def _mistyped(self, word: str) -> str:
        if len(word) < 2:
            return word + word
        at = self.drawn.randrange(len(word) - 1)
        kind = self.drawn.randrange(3)
        if kind == 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if kind == 1:
            return word[:at] + word[at + 1 :]
        return word[:at] + LOOK_ALIKES.get(word[at], "") + word[at + 1 :]


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c in "' " else " " for c in text.lower()).split()


def word_error_rate(reference: str, other: str) -> float:
    """Word errors (Levenshtein) of `other` per word of `reference`, after the normalising of this file."""
    a, b = _words(reference), _words(other)
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, right in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1] / max(len(a), 1)
