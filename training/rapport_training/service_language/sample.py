"""Draws the customer turns of the evaluation set from the training parts of MultiDoGO and Bitext, and shows them to a labeller.

MultiDoGO turns are mostly neutral, so a part of each corpus is drawn at random and the rest by broad lists of words (in
MultiDoGO every turn that the list of feelings finds: there are some 50 in 28,000 texts), by complaint-like intents, by
MultiDoGO's label "outofdomain" and by Bitext's tag for offensive language. The lists only decide what is *read*; the label
comes from the reading. Shares measured on the set are therefore not shares of real traffic, and most of its upset turns are
templates with a swear word.

    python -m rapport_training.service_language.sample --write            draws anew and writes sample.csv (ids only)
    python -m rapport_training.service_language.sample --show 1 80        prints `id <tab> text` of rows 1 to 80
"""

import argparse
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

SEED = 20261128
SAMPLE_FILE = Path(__file__).with_name("sample.csv")
DATA_DIR = Path(__file__).parents[4] / "shared" / "data"

FEELING_WORDS = re.compile(
    r"\b(?:angr[iy]\w*|annoy\w*|frustrat\w*|furious|mad|upset\w*|unhappy|fed up|sick|tired|hate\w*|"
    r"ridiculous|unacceptable|useless|"
    r"terribl[ey]|horribl[ey]|awful\w*|worst|pathetic|stupid|idiot\w*|damn\w*|hell|crap\w*|rude\w*|"
    r"disgust\w*|gross|filthy|nasty|"
    r"shame\w*|joke|nonsense|worr(?:y|ie[ds]|ying)|afraid|scar(?:ed|y)|nervous|anxious|panic\w*|"
    r"unsafe|stress\w*|sad(?:ly|dened)?|"
    r"disappoint\w*|regret\w*|crying|hopeless|helpless|oh no|wtf|wth|omg|oh my|seriously|"
    r"never again|what the|not happy|not good|not fair|"
    r"unfair|waste\w*|ugh|argh|grr+|bad|poor|hurt\w*|suck\w*|freak\w*|desperate\w*|dang|shit\w*|"
    r"fuck\w*|bloody|bs|yikes|geez|jeez|"
    r"(?:my|oh|good|thank) god|goodness|gosh|come on|devastat\w*|heartbr\w*|mess(?:ed|y)?|nightmare|"
    r"robbed)\b|:\(|!!|\?\?",
    re.IGNORECASE,
)
TROUBLE_WORDS = re.compile(
    r"\b(?:lost|stole\w*|steal\w*|fraud\w*|scam\w*|cheat\w*|lie[ds]?|dirty|worse|concern\w*|died|"
    r"death|accidents?|broke\w*|crack\w*|"
    r"enough|nobody|no one|still|again|third time|waiting|forever|so long|too long|complain\w*|"
    r"troubles?|missed|missing|late|delay\w*|"
    r"emergency|hurry|oops|urgent\w*|asap|wrong|problems?|hope|why|funeral|hospital|crash\w*|fail\w*|slow|keeps)\b",
    re.IGNORECASE,
)
GLAD_WORDS = re.compile(
    r"\b(?:glad\w*|happy|love\w*|awesome|amazing|wonderful|fantastic|excellent|excit\w*|delight\w*|"
    r"yay|hooray|relie\w+|best|"
    r"wow|whoa|really\?|surpris\w*|unexpected\w*|unbelievable|no way|can'?t believe|haha\w*|lol|"
    r"so much|so kind|helpful|appreciate\w*)\b|:\)|:d\b",
    re.IGNORECASE,
)
WORD_LISTS = {"feeling_words": FEELING_WORDS, "trouble_words": TROUBLE_WORDS, "glad_words": GLAD_WORDS}
COMPLAINT_INTENTS = {
    "complaint",
    "payment_issue",
    "registration_problems",
    "contact_human_agent",
    "delete_account",
    "get_refund",
}
OFFENSIVE_TAG = "W"
"""Bitext's tag for offensive language."""


@dataclass(frozen=True)
class Stratum:
    """At most `size` turns drawn at random from the rows of `source` that belong to it."""

    name: str
    source: str
    size: int
    min_words: int = 4
    short: int = 0
    """Turns of fewer words besides: real chats are full of them, but they say little."""


STRATA = (
    Stratum("feeling_words", "multidogo_turn", 100, min_words=2),
    Stratum("outofdomain", "multidogo_turn", 60),
    Stratum("trouble_words", "multidogo_turn", 150),
    Stratum("glad_words", "multidogo_turn", 60),
    Stratum("random", "multidogo_turn", 120, short=8),
    Stratum("feeling_words", "bitext27", 40),
    Stratum("offensive", "bitext27", 110),
    Stratum("complaint", "bitext27", 60),
    Stratum("random", "bitext27", 60),
)
"""Drawn in this order, without putting back."""


def normalised(text: str) -> str:
    """What makes two texts the same: letters and figures only, lower case."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def half_of(source: str, row: pd.Series) -> str:
    """`tuning` or `final`: by conversation for MultiDoGO, by text for Bitext, which has no conversations."""
    key = row["conversation_id"] if source == "multidogo_turn" else normalised(row["text"])
    return "final" if hashlib.sha256(f"{SEED}:{key}".encode()).digest()[0] % 2 else "tuning"


def read_corpus(data_dir: Path, source: str) -> pd.DataFrame:
    """All rows of one corpus as strings, the text "NA" kept."""
    return pd.read_csv(data_dir / "text" / f"{source}.csv.gz", keep_default_na=False, dtype=str)


def candidates(data_dir: Path, source: str) -> pd.DataFrame:
    """Rows of the training part with distinct texts, none of which stands in the dev or test part as well."""
    rows = read_corpus(data_dir, source)
    rows["key"] = rows["text"].map(normalised)
    elsewhere = set(rows.loc[rows["split"] != "train", "key"])
    rows = rows[(rows["split"] == "train") & ~rows["key"].isin(elsewhere) & (rows["key"] != "")]
    rows = rows.drop_duplicates("key").reset_index(drop=True)
    rows["words"] = rows["key"].str.split().str.len()
    return rows


def in_stratum(stratum: Stratum, rows: pd.DataFrame) -> pd.Series:
    """Boolean mask over `rows`, the length of the turn left aside."""
    if stratum.name in WORD_LISTS:
        listed = rows["text"].str.contains(WORD_LISTS[stratum.name])
        return listed & ~rows["tags"].str.contains(OFFENSIVE_TAG) if "tags" in rows else listed
    if stratum.name == "outofdomain":
        return rows["label"].str.contains("outofdomain", regex=False)
    if stratum.name == "offensive":
        return rows["tags"].str.contains(OFFENSIVE_TAG)
    if stratum.name == "complaint":
        return rows["label"].isin(COMPLAINT_INTENTS)
    return pd.Series(True, index=rows.index)


def at_most(rows: pd.DataFrame, size: int) -> pd.DataFrame:
    """`size` rows at random, or all if there are fewer."""
    return rows.sample(min(size, len(rows)), random_state=SEED)


def draw(data_dir: Path) -> pd.DataFrame:
    """Columns id, source, source_id, stratum, half, in an order that tells the labeller nothing."""
    pools = {source: candidates(data_dir, source) for source in dict.fromkeys(s.source for s in STRATA)}
    drawn = []
    for stratum in STRATA:
        pool = pools[stratum.source]
        members = pool[in_stratum(stratum, pool)]
        long_enough = members["words"] >= stratum.min_words
        picked = at_most(members[long_enough], stratum.size - stratum.short)
        chosen = pd.concat([picked, at_most(members[~long_enough], stratum.short)])
        for _, row in chosen.iterrows():
            drawn.append((stratum.source, row["id"], stratum.name, half_of(stratum.source, row)))
        pools[stratum.source] = pool.drop(index=chosen.index)
    sample = pd.DataFrame(drawn, columns=["source", "source_id", "stratum", "half"])
    sample = sample.sample(frac=1, random_state=SEED).reset_index(drop=True)
    sample.insert(0, "id", [f"t{number:03d}" for number in range(1, len(sample) + 1)])
    return sample


def with_texts(sample: pd.DataFrame, data_dir: Path) -> pd.DataFrame:
    """The sample with a column `text`. KeyError names a turn that the corpus does not have."""
    texts = {}
    for source in sample["source"].unique():
        rows = read_corpus(data_dir, source)
        texts.update({(source, i): t for i, t in zip(rows["id"], rows["text"], strict=True)})
    keys = list(zip(sample["source"], sample["source_id"], strict=True))
    missing = [key for key in keys if key not in texts]
    if missing:
        raise KeyError(f"{len(missing)} turns of the sample are not in {data_dir}/text, the first is {missing[0]}")
    return sample.assign(text=[texts[key] for key in keys])


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(description="sample of customer turns for labelling")
    parser.add_argument("--data", type=Path, default=DATA_DIR)
    parser.add_argument("--write", action="store_true", help="draw anew and write sample.csv")
    parser.add_argument("--show", type=int, nargs=2, metavar=("FIRST", "LAST"), help="print rows, counted from 1")
    args = parser.parse_args()
    if args.write:
        sample = draw(args.data)
        sample.to_csv(SAMPLE_FILE, index=False, lineterminator="\n")
        print(sample.groupby(["source", "stratum", "half"]).size().unstack().to_string())
    if args.show:
        rows = pd.read_csv(SAMPLE_FILE, dtype=str).iloc[args.show[0] - 1 : args.show[1]]
        for _, row in with_texts(rows, args.data).iterrows():
            print(f"{row['id']}\t{row['text']}")


if __name__ == "__main__":
    main()
