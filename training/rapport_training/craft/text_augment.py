"""What happens to words on their way: typing errors, chat shorthand, a recogniser's mishearings; and synonyms, masking.

Text in, text out, all randomness from the generator given; `mask_tokens` works on token ids. Used in training only: the
evaluation has a noise generator of its own (`text/evaluation_noise.py`) that shares nothing with this file.
"""

import random
import re
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Drawn = random.Random

KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

SHORTHAND = {
    "you": "u", "your": "ur", "are": "r", "please": "pls", "thanks": "thx", "because": "cuz", "why": "y", "and": "n",
    "message": "msg", "with": "w", "to": "2", "for": "4", "tomorrow": "tmrw", "really": "rly", "about": "abt",
    "people": "ppl", "password": "pw", "account": "acc", "number": "no", "information": "info", "know": "kno",
    "what": "wat", "before": "b4", "something": "smth", "okay": "k", "great": "gr8", "minutes": "mins",
}  # fmt: skip
RUN_TOGETHER = {"want to": "wanna", "going to": "gonna", "have to": "hafta", "give me": "gimme", "let me": "lemme",
                "i do not": "i dont", "do not know": "dunno", "kind of": "kinda"}  # fmt: skip
SOUND_ALIKES = {
    "to": "two", "too": "to", "their": "there", "there": "their", "know": "no", "for": "four", "buy": "by",
    "right": "write", "order": "odor", "account": "a count", "cancel": "council", "check": "czech", "where": "wear",
    "refund": "re fund", "invoice": "in voice", "bill": "build", "delivery": "deliver he", "address": "a dress",
    "password": "pass word", "new": "knew", "one": "won", "newsletter": "news letter", "payment": "pay meant",
    "review": "re view", "edit": "added", "see": "sea", "mail": "male", "card": "car", "bank": "bang", "rate": "rait",
    "flight": "fright", "claim": "clam", "which": "witch", "would": "wood", "our": "are", "hear": "here",
    "purchase": "per chess", "receive": "receipt", "change": "chain", "shipping": "chipping", "need": "knead",
}  # fmt: skip
NEAR_SOUNDS = ("bp", "dt", "gk", "vf", "zs", "mn", "lr", "ae", "ei", "ou", "cs", "jg")
FILLERS = ("uh", "um", "you know", "like", "so", "well", "i mean", "okay so", "yeah", "hmm", "right", "erm")
SYNONYMS = (
    ("want", "would like", "wish", "need"), ("buy", "purchase", "get"), ("cancel", "call off", "stop", "undo"),
    ("change", "modify", "alter", "update"), ("help", "assist", "support"), ("find", "locate", "look up"),
    ("order", "purchase"), ("problem", "issue", "trouble"), ("delete", "remove", "erase", "close"),
    ("tell", "inform", "let me know"), ("fix", "repair", "solve"), ("check", "verify", "look at", "see"),
    ("receive", "get"), ("send", "mail", "forward"), ("show", "display"), ("create", "open", "set up", "make"),
    ("bill", "invoice"), ("money", "cash", "funds"), ("cost", "price", "fee"), ("start", "begin"), ("phone", "mobile"),
    ("can", "could"), ("quick", "fast"), ("wrong", "incorrect"), ("big", "large"), ("talk", "speak", "chat"),
    ("employee", "agent", "representative", "person"), ("angry", "mad", "furious"), ("happy", "glad", "pleased"),
    ("sad", "unhappy", "down"), ("afraid", "scared", "worried"), ("broken", "damaged", "faulty"),
)  # fmt: skip


def typing_errors(text: str, drawn: Drawn, rate: float) -> str:
    """Each letter is lost, doubled, swapped with the next or hit beside its key with probability `rate`."""
    out: list[str] = []
    i = 0
    while i < len(text):
        letter = text[i]
        if letter.isalpha() and drawn.random() < rate:
            kind = drawn.randrange(4)
            if kind == 1:
                out.append(letter * 2)
            elif kind == 2 and i + 1 < len(text):
                out.append(text[i + 1] + letter)
                i += 1
            elif kind == 3:
                out.append(_beside(letter, drawn))
        else:
            out.append(letter)
        i += 1
    return "".join(out)


def _beside(letter: str, drawn: Drawn) -> str:
    for row in KEY_ROWS:
        place = row.find(letter.lower())
        if place >= 0:
            return row[max(0, min(len(row) - 1, place + (1 if drawn.random() < 0.5 else -1)))]
    return letter


def chat_style(text: str, drawn: Drawn, rate: float = 0.03) -> str:
    """Lower case, no punctuation, shorthand, dropped vowels, and typing errors at `rate` a letter."""
    text = re.sub(r"[^\w\s']", "", text.lower())
    for words, short in RUN_TOGETHER.items():
        if words in text and drawn.random() < 0.6:
            text = text.replace(words, short)
    words = [SHORTHAND[w] if w in SHORTHAND and drawn.random() < 0.5 else w for w in text.split()]
    words = [re.sub(r"(?<=\w)[aeiou](?=\w)", "", w) if len(w) > 4 and drawn.random() < 0.06 else w for w in words]
    return typing_errors(" ".join(words), drawn, rate)


def misheard(text: str, drawn: Drawn, word_errors: float, vocabulary: Sequence[str] = ()) -> str:
    """As a recogniser might write it: about `word_errors` of the words are lost, replaced or added.

    vocabulary: words that a replaced word may become (a recogniser writes words that exist).
    """
    words = re.sub(r"[^\w\s']", " ", text.lower()).split()
    out: list[str] = []
    if drawn.random() < 0.3:
        out.append(drawn.choice(FILLERS))
    for word in words:
        if drawn.random() >= word_errors:
            out.append(word)
            continue
        kind = drawn.random()
        if kind < 0.2:
            continue
        if kind < 0.35:
            out += [word, drawn.choice(FILLERS) if drawn.random() < 0.7 else word]
        elif kind < 0.6:
            out.append(SOUND_ALIKES.get(word) or _near_sound(word, drawn))
        elif kind < 0.8 and vocabulary:
            out.append(drawn.choice(vocabulary))
        elif kind < 0.9 and len(word) > 4:
            cut = drawn.randrange(2, len(word) - 1)
            out.append(f"{word[:cut]} {word[cut:]}")
        else:
            out.append(typing_errors(word, drawn, 0.3))
    return " ".join(out) or text


def _near_sound(word: str, drawn: Drawn) -> str:
    """One or two letters become one that sounds close."""
    letters = list(word)
    for _ in range(1 + int(len(word) > 5)):
        i = drawn.randrange(len(letters))
        for pair in NEAR_SOUNDS:
            if letters[i] in pair:
                letters[i] = pair[1 - pair.index(letters[i])]
                break
    return "".join(letters)


def with_synonyms(text: str, drawn: Drawn, rate: float = 0.4) -> str:
    """Words of the table become one of their synonyms with probability `rate`."""

    def replaced(match: re.Match[str]) -> str:
        choices = _BY_WORD[match[0].lower()]
        return drawn.choice(choices) if drawn.random() < rate else match[0]

    return _SYNONYM.sub(replaced, text)


_BY_WORD = {
    word: [w for group in SYNONYMS if word in group for w in group if w != word] for g in SYNONYMS for word in g
}
_SYNONYM = re.compile(
    r"\b(" + "|".join(sorted(map(re.escape, _BY_WORD), key=len, reverse=True)) + r")\b", re.IGNORECASE
)


def noised(text: str, drawn: Drawn, vocabulary: Sequence[str] = ()) -> str:
    """One kind of noise at a random strength, half of the time over synonyms."""
    if drawn.random() < 0.5:
        text = with_synonyms(text, drawn)
    kinds: tuple[Callable[[], str], ...] = (
        lambda: typing_errors(text, drawn, drawn.uniform(0.02, 0.12)),
        lambda: chat_style(text, drawn, drawn.uniform(0.0, 0.08)),
        lambda: misheard(text, drawn, drawn.uniform(0.05, 0.35), vocabulary),
        lambda: misheard(text, drawn, drawn.uniform(0.05, 0.35), vocabulary),
    )
    return drawn.choice(kinds)()


def mask_tokens(
    ids: Tensor, mask: Tensor, rate: float, mask_id: int, generator: torch.Generator | None = None
) -> Tensor:
    """ids int64 [B, T] with each token but the first and the last of a row masked with probability `rate`."""
    chance = torch.rand(ids.shape, device=ids.device, generator=generator)
    inner = (mask > 0).clone()
    inner[:, 0] = False
    last = mask.long().sum(1) - 1
    inner[torch.arange(len(ids), device=ids.device), last.clamp(min=0)] = False
    return torch.where(inner & (chance < rate), mask_id, ids)
