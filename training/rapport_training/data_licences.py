"""Where training data comes from and what its licence allows. (G): stated by nobody at the source; general knowledge."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path


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
    "meld": Source("MELD", "lines of a television series, without their labels", "transcripts for research (G)", False),
    "emorynlp": Source("EmoryNLP", "lines of the same series, without their labels", "as MELD", False),
    "tweeteval": Source(
        "TweetEval emotion", "tweets, without their labels", "rules of SemEval-2018 and Twitter", False
    ),
    "machine_written": Source(
        "our service turns", "written and labelled by a machine for training", "Apache-2.0", True
    ),
    "own": Source("the user's own data", "labelled by the user", "the user's own", True),
    "whisper": Source("Whisper base", "weights that the training starts from", "MIT (OpenAI)", True),
    "silero": Source("Silero VAD", "weights as they came; what they were trained on is not published", "MIT", True),
    "blazeface": Source(
        "BlazeFace", "weights as they came; what they were trained on is not published", "Apache-2.0 (G)", True
    ),
    "minilm": Source("MiniLM-L6", "weights that the training starts from", "Apache-2.0", True),
    "mpnet": Source("MPNet-base", "a teacher in training, not in the model", "Apache-2.0", True),
}

LISTED = ": made of "
"""Between what may be done and the list of sources, which a card has as a table."""
STARTS_FROM = {"voice": ("whisper",), "text": ("minilm", "mpnet"), "face": (), "fusion": ()}
PUBLIC = {
    "speech": ("ravdess", "nemo", "urdu"),
    "faces": ("ferplus",),
    "texts": (
        "goemotions", "bitext27", "clinc150", "hwu64", "multidogo_turn", "meld", "emorynlp", "tweeteval",
        "machine_written",
    ),
}  # fmt: skip
"""By the name of the user's own folder of the same kind."""
FUSION_TEXTS = ("goemotions", "bitext27", "multidogo_turn", "machine_written")
KINDS = {"voice": ("speech",), "text": ("texts",), "face": ("faces",), "fusion": ("speech", "faces", "texts")}
READY_MADE = {"whisper-base": ("whisper",), "silero-vad": ("silero",), "blazeface-front": ("blazeface",)}
MODEL_OF = {"text-minilm": "text", "fernet": "face", "fusion": "fusion"}
"""By model folder."""


def sources_of(model: str, data: Path | None = None) -> list[str]:
    """What a training of voice, text, face or fusion on this data folder uses; None: on the public corpora alone. Of texts
    these always are used."""
    found = list(STARTS_FROM[model])
    for kind in KINDS[model]:
        public = FUSION_TEXTS if (model, kind) == ("fusion", "texts") else PUBLIC[kind]
        found += [name for name in public if data is None or kind == "texts" or (data / name).is_dir()]
    own = data is not None and any((data / kind).is_dir() for kind in KINDS[model])
    return [*found, "own"] if own else found


def sources_of_folder(name: str) -> list[str]:
    """Of a model folder whose manifest has no `trainedOn`."""
    return sources_of(MODEL_OF[name]) if name in MODEL_OF else list(READY_MADE.get(name, ()))


def licence_of(sources: Collection[str]) -> str:
    """For the manifest: what may be done with a model of these sources, and why."""
    listed = ", ".join(f"{SOURCES[name].name} ({SOURCES[name].licence})" for name in sources)
    return f"{'non-commercial research only' if is_non_commercial(sources) else 'ours'}{LISTED}{listed}"


def is_non_commercial(sources: Iterable[str]) -> bool:
    return any(not SOURCES[name].commercial for name in sources)
