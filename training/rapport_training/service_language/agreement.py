"""How far two blind passes agree, and the labels on which they do.

    python -m rapport_training.service_language.agreement     prints the figures and writes labels.csv

The rule for disagreements: nobody decides afterwards. Each of label, plain_request and upset is kept where both passes say the
same and left empty where they differ; an empty one is left out of every figure that needs it, and the number left out is printed.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rapport_training.atomic_file import write_atomically
from rapport_training.labels import EMOTIONS
from rapport_training.service_language.passes import FLAGS, read_pass
from rapport_training.service_language.sample import SAMPLE_FILE

HERE = Path(__file__).parent
PASS_A_FILE, PASS_B_FILE, LABELS_FILE = HERE / "pass_a.csv", HERE / "pass_b.csv", HERE / "labels.csv"
JUDGED = ("label", *FLAGS)


def cohen_kappa(first: Sequence[object], second: Sequence[object]) -> float:
    """Cohen's kappa (Cohen 1960): agreement beyond what two independent labellers with these same shares would reach by chance.

    1 is full agreement, 0 is chance. NaN where it is not defined: no turns, or both gave one and the same value to all.
    """
    pairs = pd.DataFrame({"first": list(first), "second": list(second)})
    if pairs.empty:
        return float("nan")
    observed = (pairs["first"] == pairs["second"]).mean()
    shares = [pairs[side].value_counts(normalize=True) for side in ("first", "second")]
    expected = shares[0].mul(shares[1], fill_value=0.0).sum()
    return float("nan") if expected >= 1.0 else float((observed - expected) / (1.0 - expected))


def agreed(pass_a: pd.DataFrame, pass_b: pd.DataFrame) -> pd.DataFrame:
    """Columns label, plain_request, upset as text (flags 0 or 1), each empty where the passes differ."""
    kept = pass_a.copy()
    for flag in FLAGS:
        kept[flag] = kept[flag].map({True: "1", False: "0"})
    for column in JUDGED:
        kept[column] = kept[column].where(pass_a[column] == pass_b[column], "")
    return kept


def confusion(pass_a: pd.DataFrame, pass_b: pd.DataFrame) -> pd.DataFrame:
    """Turns by label, rows pass A, columns pass B, in the order of EMOTIONS."""
    table = pd.crosstab(pass_a["label"], pass_b["label"])
    return table.reindex(index=EMOTIONS, columns=EMOTIONS, fill_value=0)


def report(sample: pd.DataFrame, pass_a: pd.DataFrame, pass_b: pd.DataFrame) -> str:
    """The printed figures. Turns drawn for a swear word are easy to agree on, so kappa stands without them as well."""
    without_swearing = (sample.set_index("id")["stratum"] != "offensive").reindex(pass_a.index)
    lines = [f"{'kappa':14} {'all':>8} {'without the offensive stratum':>31}   turns that differ"]
    for column in JUDGED:
        first, second = pass_a[column], pass_b[column]
        every = cohen_kappa(first, second)
        fewer = cohen_kappa(first[without_swearing], second[without_swearing])
        lines.append(f"{column:14} {every:8.3f} {fewer:31.3f}   {(first != second).sum()} of {len(first)}")
    lines += ["", "turns by label, rows pass A, columns pass B", confusion(pass_a, pass_b).to_string(), ""]
    counted = agreed(pass_a, pass_b).join(sample.set_index("id")[["half", "stratum"]])
    for half, rows in counted.groupby("half"):
        upset = rows[rows["upset"] == "1"]
        lines.append(
            f"{half}: {len(rows)} turns, agreed: {(rows['plain_request'] == '1').sum()} plain requests, {len(upset)} upset "
            f"({(upset['stratum'] == 'offensive').sum()} drawn for a swear word)"
        )
    return "\n".join(lines)


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(description="agreement of the two blind passes")
    parser.add_argument("--pass-a", type=Path, default=PASS_A_FILE)
    parser.add_argument("--pass-b", type=Path, default=PASS_B_FILE)
    parser.add_argument("--out", type=Path, default=LABELS_FILE)
    args = parser.parse_args()
    sample = pd.read_csv(SAMPLE_FILE, dtype=str)
    ids = sample["id"].tolist()
    pass_a, pass_b = read_pass(args.pass_a, ids), read_pass(args.pass_b, ids)
    print(report(sample, pass_a, pass_b))
    labels = agreed(pass_a, pass_b)
    write_atomically(args.out, lambda path: labels.to_csv(path, lineterminator="\n"))


if __name__ == "__main__":
    main()
