"""The text part from outside: noise, few-shot intents, pools, transformer, encoder, losses, checkpoint and export."""

import gzip
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from rapport_training.corpora.texts import CorpusError, read_texts
from rapport_training.craft import text_augment
from rapport_training.craft.few_shot import TooFewExamples, leave_one_out, prototype
from rapport_training.labels import EMOTIONS
from rapport_training.text import losses
from rapport_training.text.encoder import TextEncoder
from rapport_training.text.evaluation_noise import EvaluationNoise, word_error_rate
from rapport_training.text.figures import (
    decide_emotions,
    f1_scores,
    few_shot_accuracy,
    fit_thresholds,
    recall_at_false_alarms,
    unit,
)
from rapport_training.text.intent_sets import multidogo_label
from rapport_training.text.machine_written import machine_written
from rapport_training.text.prototypes import calibrated, fit_prototypes
from rapport_training.text.service_plain import plain_requests, swearing_requests
from rapport_training.text.start_weights import quantised, unpacked
from rapport_training.text.text_checkpoint import read_heads, read_pieces, write_text_checkpoint
from rapport_training.text.time_schedule import Phase, rate
from rapport_training.text.transformer import MINILM, MPNET, Transformer, distance_buckets

SENTENCES = [
    "where is my order i have been waiting for three weeks", "please cancel my subscription before the next payment",
    "i would like to change the shipping address of my parcel", "can you send me the invoice for last month",
]  # fmt: skip


def text_file(folder: Path, content: str) -> Path:
    (folder / "text").mkdir()
    (folder / "text" / "own.csv").write_text(content, encoding="utf-8")
    return folder


def test_reads_a_users_own_chats(tmp_path: Path) -> None:
    data = text_file(
        tmp_path, "id,text,label,split,channel\n1,hello there,joy|surprise,train,chat\n2,bye,joy,dev,chat\n"
    )
    rows = read_texts(data, "own", "train")
    assert [(r.text, r.labels, r.columns["channel"]) for r in rows] == [("hello there", ("joy", "surprise"), "chat")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id,text,label\n1,a,b\n", "no column split"),
        ("id,text,label,split\n1,a,,train\n", "row 2: no label"),
        ("id,text,label,split\n1,a,b,validation\n", "row 2: split is 'validation'"),
        ("id,text,label,split\n1, ,b,train\n", "row 2: no text"),
        ("id,text,label,split\n1,a,b,dev\n", "no rows of the split train"),
    ],
)
def test_names_file_and_reason_of_bad_text_data(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        read_texts(text_file(tmp_path, content), "own", "train")


@pytest.mark.parametrize("place", [0, 20, -6], ids=["its head", "its middle", "its end"])
def test_names_a_damaged_archive_of_texts(tmp_path: Path, place: int) -> None:
    (tmp_path / "text").mkdir()
    whole = bytearray(gzip.compress(b"id,text,label,split\n" + b"".join(b"%d,a,b,train\n" % i for i in range(50))))
    whole[place] ^= 0xFF
    (tmp_path / "text" / "own.csv.gz").write_bytes(whole)
    with pytest.raises(CorpusError, match=r"own\.csv\.gz cannot be read"):
        read_texts(tmp_path, "own", "train")


def test_misheard_errs_about_as_often_as_told() -> None:
    drawn = random.Random(1)
    rates = [word_error_rate(s, text_augment.misheard(s, drawn, 0.2, ["hotel"])) for s in SENTENCES * 100]
    assert 0.12 < float(np.mean(rates)) < 0.35


def test_noise_is_the_same_for_the_same_seed_and_never_empty() -> None:
    first = [text_augment.noised(s, random.Random(3)) for s in (*SENTENCES, "ok")]
    assert first == [text_augment.noised(s, random.Random(3)) for s in (*SENTENCES, "ok")]
    assert all(first)
    assert first != [*SENTENCES, "ok"]


def test_synonyms_change_words_of_the_table_only() -> None:
    changed = text_augment.with_synonyms("please cancel my order", random.Random(0), rate=1.0)
    assert changed.split()[0] == "please"
    assert "cancel" not in changed


def test_masking_spares_first_last_and_padding() -> None:
    ids = torch.tensor([[101, 5, 6, 7, 102, 0, 0], [101, 5, 6, 7, 8, 9, 102]])
    masked = text_augment.mask_tokens(ids, (ids > 0).float(), 1.0, 103)
    assert masked.tolist() == [[101, 103, 103, 103, 102, 0, 0], [101, 103, 103, 103, 103, 103, 102]]


def test_evaluation_noise_makes_a_fifth_of_the_words_wrong() -> None:
    noise = EvaluationNoise(SENTENCES, 0)
    rates = [word_error_rate(s, noise(s, 0.2)) for s in SENTENCES * 200]
    assert 0.15 < float(np.mean(rates)) < 0.25


def test_evaluation_noise_shares_nothing_with_the_noise_of_training() -> None:
    source = Path(EvaluationNoise.__init__.__code__.co_filename).read_text()
    imports = [line for line in source.splitlines() if line.startswith(("import", "from"))]
    assert not any("augment" in line for line in imports)


def test_few_shot_prototypes_find_their_intents() -> None:
    drawn = np.random.default_rng(0)
    centres = unit(drawn.normal(size=(4, 32)))
    labels = np.repeat(np.arange(4), 30)
    rows = unit(centres[labels] + 0.1 * drawn.normal(size=(120, 32)))
    assert np.mean(few_shot_accuracy(rows, labels.tolist(), 5, 3)) > 0.95
    assert np.mean(few_shot_accuracy(unit(drawn.normal(size=(120, 32))), labels.tolist(), 5, 3)) < 0.5


def test_leave_one_out_tells_what_a_twin_intent_takes() -> None:
    drawn = np.random.default_rng(0)
    base = unit(drawn.normal(size=(2, 32)))
    old = unit(base[[0] * 10 + [1] * 10] + 0.15 * drawn.normal(size=(20, 32)))
    names = ["refund", "address"]
    twin = unit(base[0] + 0.15 * drawn.normal(size=(5, 32)))
    effect = leave_one_out(twin, names, base, old, ["refund"] * 10 + ["address"] * 10)
    assert effect.mistaken_for.get("refund", 0) > 0
    assert set(effect.taken) <= {"refund"}
    apart = unit(unit(drawn.normal(size=32)) + 0.1 * drawn.normal(size=(5, 32)))
    assert leave_one_out(apart, names, base, old, ["refund"] * 10 + ["address"] * 10).taken_share == 0
    with pytest.raises(TooFewExamples):
        leave_one_out(twin[:1], names, base)
    with pytest.raises(ValueError, match="no direction"):
        prototype(np.stack([base[0], -base[0]]))


def test_thresholds_bring_a_rare_class_back() -> None:
    drawn = np.random.default_rng(0)
    truth = np.stack([drawn.random(4000) < 0.05, drawn.random(4000) < 0.6], 1)
    truth[:, 1] |= ~truth[:, 0]  # every row has one
    shown = np.clip(0.15 * truth + 0.1 * drawn.random((4000, 2)), 0, 1)  # never above .5
    assert f1_scores(truth, shown > 0.5).mean() == 0
    assert f1_scores(truth, decide_emotions(shown, fit_thresholds(shown, truth))).mean() > 0.8


def test_recall_at_false_alarms() -> None:
    inside, outside = np.linspace(0, 1, 101), np.array([-1.0, 0.01, 0.5, 0.9])
    assert recall_at_false_alarms(inside, outside, 0.05) == 0.5


def test_machine_written_sentences_are_many_in_every_emotion_and_topics_do_not_decide() -> None:
    rows = machine_written(600, 0)
    for emotion in EMOTIONS:
        own = {text for text, label in rows if label == emotion}
        assert len(own) == 600
        assert any("my card" in text for text in own)
    assert machine_written(600, 0) == rows


class Row:
    def __init__(self, text: str, *labels: str, domain: str = "airline") -> None:
        self.text, self.labels, self.columns = text, labels, {"domain": domain}
        self.label = "|".join(labels)


def test_weak_labels_of_service_turns() -> None:
    rows = [
        Row("i need to move my flight to friday", "bookflight"),
        Row("i am worried about my flight on friday", "bookflight"),
        Row("where is my damn boarding pass", "getboardingpass"),
        Row("hello good morning to you", "openinggreeting"),
    ]
    assert plain_requests(rows) == ["i need to move my flight to friday"]
    assert swearing_requests(rows) == ["where is my damn boarding pass"]
    assert multidogo_label(rows[0]) == "airline:bookflight"
    assert multidogo_label(rows[3]) == "openinggreeting"
    assert multidogo_label(Row("x", "a", "b")) is None


def test_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    for shape in (MINILM, MPNET):
        body = Transformer(type(shape)(**{**shape.__dict__, "layers": 2, "words": 200})).eval()
        ids = torch.randint(1, 200, (1, 7))
        padded = torch.cat([ids, torch.zeros(1, 5, dtype=torch.long)], 1)
        mask = (padded > 0).float()
        with torch.no_grad():
            assert torch.allclose(body(ids, torch.ones(1, 7)), body(padded, mask)[:, :7], atol=1e-5)


def test_distance_buckets_are_exact_near_by_and_tell_direction() -> None:
    buckets = distance_buckets(64, 32, torch.device("cpu"))
    assert buckets[10, 10] == 0
    assert buckets[10, 7] == 3
    assert buckets[7, 10] == 19  # 3 ahead, in the half of what lies ahead
    assert buckets[63, 0] == buckets[62, 0]  # far away they fall together
    assert int(buckets.max()) < 32


def test_eight_bit_start_weights_keep_their_direction() -> None:
    matrix = torch.randn(128, 256)
    packed = quantised({"m": matrix, "v": matrix[0]})
    back = unpacked(packed)
    assert packed["m"].dtype == torch.int8
    assert torch.cosine_similarity(back["m"], matrix, dim=1).min() > 0.999
    assert torch.equal(back["v"], matrix[0])


def small_encoder() -> TextEncoder:
    torch.manual_seed(0)
    return TextEncoder(Transformer(MINILM)).eval()


def test_the_emotion_branch_moves_without_the_sentence_space() -> None:
    net = small_encoder()
    ids, mask = torch.randint(5, 1000, (2, 9)), torch.ones(2, 9)
    with torch.no_grad():
        before = net(ids, mask)
        for value in net.emotion_layers.parameters():
            value.mul_(1.1)
        after = net(ids, mask)
    assert torch.equal(before[1], after[1])
    assert not torch.allclose(before[0], after[0])
    logits, _ = net.emotion(ids, mask, frozen_below=True)
    logits.sum().backward()
    assert all(value.grad is None for value in net.shared.parameters())
    assert all(value.grad is not None for value in net.emotion_layers.parameters())


def test_checkpoint_comes_back_in_pieces_that_can_be_carried(tmp_path: Path) -> None:
    net = small_encoder()
    assert read_pieces(tmp_path) is None
    write_text_checkpoint(tmp_path, {n: net.state_dict()[n] for n in net.trained_names()}, {"alpha": 0.7})
    pieces = sorted(tmp_path.glob("text.encoder.*.pt"))
    assert len(pieces) == 2
    assert all(path.stat().st_size <= 15_000_000 for path in pieces)
    back = (read_pieces(tmp_path) or {}) | read_heads(tmp_path)["emotion_head"]
    assert set(back) == set(net.trained_names())
    assert not any("words" in name for name in back)
    pieces[1].unlink()
    with pytest.raises(FileNotFoundError, match=r"text\.encoder\.1\.pt"):
        read_pieces(tmp_path)


def test_losses_fall_when_the_answer_is_right() -> None:
    labels = torch.tensor([0, 0, 1, 1])
    together = torch.nn.functional.normalize(torch.tensor([[1.0, 0], [1, 0.1], [0, 1], [0.1, 1]]), dim=-1)
    mixed = together[[0, 2, 1, 3]]
    assert losses.contrastive_loss(together, labels) < losses.contrastive_loss(mixed, labels)
    assert losses.contrastive_loss(together, torch.arange(4)) == 0  # everyone alone
    assert losses.similarity_loss(together, together) < 1e-6
    assert losses.similarity_loss(mixed, together) > 0.1
    target = torch.tensor([[1.0, 0.0], [float("nan"), float("nan")]])
    right = losses.emotion_loss(torch.tensor([[9.0, -9.0], [5.0, 5.0]]), target)
    assert right < 0.01  # the unlabelled row counts nothing


def test_fitted_prototypes_tell_labels_and_what_is_out_of_scope() -> None:
    torch.manual_seed(0)
    centres = torch.nn.functional.normalize(torch.randn(6, 32), dim=-1)
    labels = torch.arange(5).repeat_interleave(40)
    inside = torch.nn.functional.normalize(centres[labels] + 0.1 * torch.randn(200, 32), dim=-1)
    outside = torch.nn.functional.normalize(centres[5] + 0.1 * torch.randn(40, 32), dim=-1)
    found = fit_prototypes(inside, labels, outside, 5)
    everything, truth = torch.cat([inside, outside]), torch.cat([labels, torch.full((40,), 5)])
    found = calibrated(found, everything, truth)
    assert (found.probabilities(everything).argmax(1) == truth).float().mean() > 0.98


def test_a_phase_ends_by_steps_or_by_the_clock() -> None:
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    shares = list(Phase(optimiser, 1e6, 5).steps(lambda: None))
    assert len(shares) == 5
    assert len(list(Phase(optimiser, 1e-9, 10**6).steps(lambda: None))) <= 2
    assert rate(0.06) == pytest.approx(1.0)
    assert rate(1.0) == pytest.approx(0.02)
