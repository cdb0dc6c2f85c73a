"""Where training data comes from and what its licence allows. (G): stated by nobody at the source; general knowledge."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """what: in a few words, with the word that says how real it is. commercial: whether a model trained on it may be
    used commercially, as far as the licence says."""

    name: str
    what: str
    licence: str
    commercial: bool


SOURCES = {
    "ravdess": Source("RAVDESS", "acted English speech, 24 actors, two sentences", "CC BY-NC-SA 4.0 (G)", False),
    "nemo": Source("nEMO", "acted Polish speech, 9 speakers", "CC BY-NC-SA 4.0", False),
    "urdu": Source("URDU", "natural Urdu speech of talk shows", "research purposes only", False),
    "ferplus": Source(
        "FER+",
        "48 x 48 grey faces found on the web, the votes of ten people",
        "labels MIT; pictures for research (G)",
        False,
    ),
    "goemotions": Source("GoEmotions", "Reddit comments labelled by people", "CC BY 4.0 (G)", True),
    "bitext27": Source("Bitext 27", "customer requests made from templates", "CDLA-Sharing-1.0", True),
    "clinc150": Source("CLINC150", "requests to an assistant, and some out of scope", "CC BY 3.0", True),
    "hwu64": Source("HWU64", "commands to a home assistant", "CC BY 4.0", True),
    "multidogo_turn": Source("MultiDoGO", "customer turns of human service chats", "CDLA-Permissive-1.0", True),
    "meld": Source("MELD", "lines of a television series, without their labels", "GPL-3.0 repository; transcripts for research", False),
    "emorynlp": Source("EmoryNLP", "lines of the same series, without their labels", "as MELD", False),
    "tweeteval": Source("TweetEval emotion", "tweets, without their labels", "rules of SemEval-2018 and Twitter", False),
    "machine_written": Source(
        "our service turns", "written and labelled by a machine for training", "Apache-2.0", True
    ),
    "own": Source("the user's own data", "labelled by the user", "the user's own", True),
    "whisper": Source("Whisper base", "weights that the training starts from", "MIT (OpenAI)", True),
    "minilm": Source("MiniLM-L6", "weights that the training starts from", "Apache-2.0", True),
    "mpnet": Source("MPNet-base", "a teacher in training, not in the model", "Apache-2.0", True),
}

TRAINED_ON = {
    "whisper-base": ("whisper",),
    "text-minilm": (
        "minilm", "mpnet", "goemotions", "bitext27", "clinc150", "hwu64", "multidogo_turn", "meld", "emorynlp",
        "tweeteval", "machine_written",
    ),
    "fernet": ("ferplus",),
    "fusion": ("ravdess", "nemo", "urdu", "ferplus", "goemotions", "bitext27", "multidogo_turn", "machine_written"),
}  # fmt: skip
"""By model folder, when its manifest has no `trainedOn`."""


def is_non_commercial(sources: Iterable[str]) -> bool:
    return any(not SOURCES[name].commercial for name in sources)
