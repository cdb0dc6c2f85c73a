"""The set of service language: halves by conversation, agreement as Cohen defined it, nothing decided where they differ."""

from pathlib import Path

import pandas as pd
import pytest

from rapport_training.service_language import sample as sampling
from rapport_training.service_language.agreement import PASS_A_FILE, agreed, cohen_kappa, confusion, report
from rapport_training.service_language.evaluation_set import keep_out_of_training, load
from rapport_training.service_language.passes import PassError, read_pass

IDS = ["t001", "t002", "t003", "t004"]
TEXTS = {"a:1": "Where is my parcel?", "a:2": "NA", "b:1": "this is a disgrace", "x-0": "close the account, please"}
PASS_A = [("neutral", 1, 0), ("neutral", 0, 0), ("anger", 0, 1), ("neutral", 1, 0)]
PASS_B = [("neutral", 1, 0), ("joy", 0, 0), ("disgust", 0, 1), ("neutral", 0, 0)]


def write_pass(path: Path, rows: list[tuple], ids: list[str] = IDS) -> Path:
    lines = [f"{i},{label},{plain},{upset}" for i, (label, plain, upset) in zip(ids, rows, strict=True)]
    path.write_text("\n".join(["id,label,plain_request,upset", *lines]) + "\n")
    return path


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    """Two corpora of a few rows, a sample of four turns and both passes."""
    (tmp_path / "text").mkdir()
    chats = [(i, TEXTS[i], "contentonly", "train", i[0]) for i in ("a:1", "a:2", "b:1")]
    columns = ["id", "text", "label", "split", "conversation_id"]
    pd.DataFrame(chats, columns=columns).to_csv(tmp_path / "text/multidogo_turn.csv.gz", index=False)
    bitext = [("x-0", TEXTS["x-0"], "delete_account", "train", "B")]
    pd.DataFrame(bitext, columns=["id", "text", "label", "split", "tags"]).to_csv(
        tmp_path / "text/bitext27.csv.gz", index=False
    )
    sources = ["multidogo_turn"] * 3 + ["bitext27"]
    halves = ["tuning", "tuning", "final", "final"]
    pd.DataFrame(
        {"id": IDS, "source": sources, "source_id": list(TEXTS), "stratum": ["random"] * 4, "half": halves}
    ).to_csv(tmp_path / "sample.csv", index=False)
    write_pass(tmp_path / "a.csv", PASS_A)
    write_pass(tmp_path / "b.csv", PASS_B)
    return tmp_path


def both(fake: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    return read_pass(fake / "a.csv", IDS), read_pass(fake / "b.csv", IDS)


def test_kappa_is_cohens() -> None:
    # the worked example of two readers of 50 proposals: .70 observed, .50 by chance
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    assert cohen_kappa(["a", "b"], ["a", "b"]) == 1.0
    assert cohen_kappa(["a", "b"], ["b", "a"]) == -1.0


def test_kappa_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    first, second = list("aabbccabcabc"), list("aabbbcabbadc")
    assert cohen_kappa(first, second) == pytest.approx(metrics.cohen_kappa_score(first, second))


def test_kappa_of_a_single_value_is_not_a_number() -> None:
    assert pd.isna(cohen_kappa(["a", "a"], ["a", "a"]))
    assert pd.isna(cohen_kappa([], []))


def test_what_the_passes_differ_in_stays_open(fake: Path) -> None:
    kept = agreed(*both(fake))
    assert kept["label"].tolist() == ["neutral", "", "", "neutral"]
    assert kept["plain_request"].tolist() == ["1", "0", "0", ""]
    assert kept["upset"].tolist() == ["0", "0", "1", "0"]


def test_confusion_has_every_label_and_every_turn(fake: Path) -> None:
    table = confusion(*both(fake))
    assert table.shape == (7, 7)
    assert table.to_numpy().sum() == 4
    assert table.at["anger", "disgust"] == 1


def test_report_counts_what_both_agree_on_in_each_half(fake: Path) -> None:
    printed = report(pd.read_csv(fake / "sample.csv", dtype=str), *both(fake))
    assert "tuning: 2 turns, agreed: 1 plain requests, 0 upset" in printed
    assert "final: 2 turns, agreed: 0 plain requests, 1 upset" in printed


def test_load_joins_texts_and_labels_by_half(fake: Path) -> None:
    agreed(*both(fake)).to_csv(fake / "labels.csv")
    files = {"sample_file": fake / "sample.csv", "labels_file": fake / "labels.csv"}
    tuning, final = load(fake, "tuning", **files), load(fake, "final", **files)
    assert [turn.text for turn in tuning] == ["Where is my parcel?", "NA"]
    assert (tuning[0].label, tuning[0].plain_request, tuning[0].upset) == ("neutral", True, False)
    assert (final[0].label, final[0].upset) == (None, True)
    assert final[1].plain_request is None
    assert len(load(fake, **files)) == 4


def test_load_names_a_turn_that_the_corpus_lacks(fake: Path) -> None:
    agreed(*both(fake)).to_csv(fake / "labels.csv")
    sample = pd.read_csv(fake / "sample.csv", dtype=str)
    sample.loc[0, "source_id"] = "gone:7"
    sample.to_csv(fake / "sample.csv", index=False)
    with pytest.raises(KeyError, match="gone:7"):
        load(fake, sample_file=fake / "sample.csv", labels_file=fake / "labels.csv")


def test_training_can_tell_the_texts_to_leave_out(fake: Path) -> None:
    kept_out = keep_out_of_training(fake, fake / "sample.csv")
    assert sampling.normalised("where is my parcel") in kept_out
    assert sampling.normalised("where is my money") not in kept_out


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("rage", 0, 1), "none of"),
        (("anger", 1, 1), "plain request"),
        (("fear", 0, 0), "needs upset"),
        (("neutral", 0, 1), "not neutral"),
        (("neutral", "yes", 0), "must be 0 or 1"),
    ],
)
def test_a_pass_against_the_guideline_is_refused(tmp_path: Path, row: tuple, reason: str) -> None:
    path = write_pass(tmp_path / "a.csv", [*PASS_A[:3], row])
    with pytest.raises(PassError, match=f"a.csv: t004: .*{reason}"):
        read_pass(path, IDS)


def test_a_pass_of_other_turns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PassError, match="1 turns have no label, the first is t004"):
        read_pass(write_pass(tmp_path / "a.csv", PASS_A[:3], IDS[:3]), IDS)
    with pytest.raises(PassError, match="t003 is labelled twice"):
        read_pass(write_pass(tmp_path / "a.csv", PASS_A, ["t001", "t002", "t003", "t003"]), IDS)
    with pytest.raises(PassError, match="t009 is not in the sample"):
        read_pass(write_pass(tmp_path / "a.csv", [*PASS_A, PASS_A[0]], [*IDS, "t009"]), IDS)


def test_the_committed_sample_keeps_its_promises() -> None:
    sample = pd.read_csv(sampling.SAMPLE_FILE, dtype=str)
    assert len(sample) >= 640
    assert sample["id"].is_unique
    assert not sample.duplicated(["source", "source_id"]).any()
    assert set(sample["half"]) == {"tuning", "final"}
    chats = sample[sample["source"] == "multidogo_turn"]
    conversation = chats["source_id"].str.rsplit(":", n=1).str[0]
    assert chats.groupby(conversation)["half"].nunique().max() == 1
    assert len(read_pass(PASS_A_FILE, sample["id"].tolist())) == len(sample)


def test_drawing_again_gives_the_committed_sample() -> None:
    if not (sampling.DATA_DIR / "text/multidogo_turn.csv.gz").exists():
        pytest.skip("the text corpora are not here")
    pd.testing.assert_frame_equal(
        sampling.draw(sampling.DATA_DIR).reset_index(drop=True), pd.read_csv(sampling.SAMPLE_FILE, dtype=str)
    )
