"""All figures of the text model on one split, as JSON with 95 % intervals.

    python -m rapport_training.text.evaluate --data DATA --model FOLDER --split dev --out FIGURES.json
    python -m rapport_training.text.evaluate --data DATA --weights WEIGHTS --checkpoint OUT --split dev --out FIGURES.json

The first scores an exported int8 model one text at a time, as it is served (CLINC150 is scored with the checkpoint's
prototypes, so --checkpoint is needed for it); the second scores the checkpoint in PyTorch. `--split test` is for the one
evaluation at the end. With dev, thresholds are fitted on the rows that are scored, which flatters: said in the output.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..atomic_file import write_text_atomically
from ..corpora.texts import TextRow, read_texts
from ..labels import EMOTIONS
from ..service_language.evaluation_set import Half, load
from . import intent_sets
from .evaluation_noise import EvaluationNoise, word_error_rate
from .figures import (
    bootstrap_interval,
    decide_emotions,
    f1_scores,
    few_shot_accuracy,
    fit_thresholds,
    recall_at_false_alarms,
    unit,
)

WORD_ERRORS = 0.2
EXAMPLES, SEEDS, FALSE_ALARMS = 10, 20, 0.05
NOISE_SEED = 20


class Encoder(Protocol):
    def __call__(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """-> emotion probabilities [n, 7], embeddings [n, 384] of norm 1."""
        ...


def onnx_encoder(folder: Path) -> Encoder:
    from convert.model_folder import cpu_session

    from .token_pool import open_tokenizer

    manifest = json.loads((folder / "model.json").read_text())
    graph, tokenizer = cpu_session(folder / manifest["graphs"]["model"]["file"]), open_tokenizer(folder)

    def encode(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        rows = []
        for text in texts:
            ids = np.array([tokenizer.encode(text).ids])
            rows.append(graph.run(["emotion", "embedding"], {"input_ids": ids, "attention_mask": np.ones_like(ids)}))
        return np.concatenate([a for a, _ in rows]), unit(np.concatenate([b for _, b in rows]))

    return encode


def checkpoint_encoder(weights: Path, checkpoint: Path, device: str) -> Encoder:
    from .encoder import load

    model = load(weights, checkpoint, device)

    def encode(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        return model.emotion_logits(texts).sigmoid().cpu().numpy(), model.embedding(texts).cpu().numpy()

    return encode


def with_interval(statistic: Callable[[np.ndarray], float], rows: int) -> dict[str, float]:
    low, high = bootstrap_interval(statistic, rows)
    return {"value": statistic(np.arange(rows)), "low": low, "high": high, "rows": rows}


def share(hits: np.ndarray) -> dict[str, float]:
    return with_interval(lambda rows: float(hits[rows].mean()), len(hits))


def emotion_figures(encode: Encoder, data: Path, split: str) -> dict[str, Any]:
    """GoEmotions, thresholds fitted on dev."""

    def scored(part: str) -> tuple[np.ndarray, np.ndarray]:
        rows = read_texts(data, "goemotions", part)
        truth = np.array([[name in row.labels for name in EMOTIONS] for row in rows])
        return encode([row.text for row in rows])[0], truth

    dev_probabilities, dev_truth = scored("dev")
    thresholds = fit_thresholds(dev_probabilities, dev_truth)
    probabilities, truth = (dev_probabilities, dev_truth) if split == "dev" else scored(split)
    decided = decide_emotions(probabilities, thresholds)
    macro = with_interval(lambda rows: float(f1_scores(truth[rows], decided[rows]).mean()), len(truth))
    each = dict(zip(EMOTIONS, f1_scores(truth, decided).tolist(), strict=True))
    return {"macroF1": macro, "f1": each, "thresholds": thresholds.tolist(), "thresholdsFittedOn": "dev"}


def service_figures(encode: Encoder, data: Path, half: Half) -> dict[str, Any]:
    """Machine-labelled customer turns; `called` is the likeliest of the seven."""
    turns = load(data, half)
    called = encode([turn.text for turn in turns])[0].argmax(1)
    neutral = called == EMOTIONS.index("neutral")
    plain, upset = (np.array([getattr(turn, name) is True for turn in turns]) for name in ("plain_request", "upset"))
    unsworn = upset & np.array([turn.stratum != "offensive" for turn in turns])
    agreed = np.array([turn.label is not None for turn in turns])
    right = np.array([EMOTIONS[k] == turn.label for k, turn in zip(called, turns, strict=True)])
    return {
        "plainCalledNeutral": share(neutral[plain]),
        "upsetNotNeutral": share(~neutral[upset]),
        "upsetWithoutSwearingNotNeutral": share(~neutral[unsworn]),
        "accuracy": share(right[agreed]),
    }


def bitext_figures(
    encode: Encoder, data: Path, split: str, rows: np.ndarray, outside: np.ndarray, scale: float, limit: float
) -> dict[str, Any]:
    """Among the 27 without rejection, clean and noised; and what rejection keeps and catches."""
    own = intent_sets.bitext(data, split)
    noise = EvaluationNoise(own.texts, NOISE_SEED)
    noised = [noise(text, WORD_ERRORS) for text in own.texts]
    errors = float(np.mean([word_error_rate(a, b) for a, b in zip(own.texts, noised, strict=True)]))
    truth = np.array(own.labels)
    figures: dict[str, Any] = {"noisedWordErrorRate": errors}

    def rejected(embeddings: np.ndarray) -> np.ndarray:
        cosines = scale * np.concatenate([embeddings @ rows.T, embeddings @ outside.reshape(-1, 1)], 1)
        shares = np.exp(cosines - cosines.max(1, keepdims=True))
        return shares[:, -1] / shares.sum(1) > limit

    for name, texts in (("clean", own.texts), ("noised", noised)):
        embeddings = encode(texts)[1]
        figures[name] = share((embeddings @ rows.T).argmax(1) == truth)
        figures[f"{name}KeptInScope"] = share(~rejected(embeddings))
    oos = intent_sets.clinc_out_of_scope(data, split)
    figures["clincOutOfScopeRejected"] = share(rejected(encode(oos)[1]))
    return figures


def clinc_figures(encode: Encoder, data: Path, split: str, heads: dict[str, Any]) -> dict[str, Any]:
    """Accuracy among the 150, and recall of out of scope at 5 % false alarms by the score that dev chose."""
    import torch

    from .prototypes import Prototypes, scope_scores

    own = heads["intents"]["clinc150"]
    fitted = Prototypes(own["prototypes"], own["scale"])
    inside = intent_sets.clinc(data, split)
    place = {name: i for i, name in enumerate(own["names"])}
    truth = np.array([place[inside.names[label]] for label in inside.labels])
    embedded = torch.from_numpy(encode(inside.texts)[1]).float()
    outside = torch.from_numpy(encode(intent_sets.clinc_out_of_scope(data, split))[1]).float()
    right = ((embedded @ fitted.rows[:-1].t()).argmax(1).numpy()) == truth
    score = heads["clinc_scope_score"]
    scores_in, scores_out = scope_scores(fitted, embedded)[score], scope_scores(fitted, outside)[score]
    caught = scores_out < heads["clinc_scope_threshold"]
    return {
        "inScope": share(right),
        "score": score,
        "outOfScopeRecallAt5PercentFalseAlarms": recall_at_false_alarms(scores_in, scores_out, FALSE_ALARMS),
        "atDevThreshold": {
            "recall": share(caught),
            "falseAlarms": float((scores_in < heads["clinc_scope_threshold"]).mean()),
        },
    }


def custom_figures(encode: Encoder, data: Path, split: str) -> dict[str, Any]:
    """10 examples an intent, 20 draws; dev scores only intents kept for choosing, test the rest too."""
    figures: dict[str, Any] = {}
    for own in (intent_sets.check_hwu(data), intent_sets.check_nlupp(data)):
        figures[own.corpus] = _over_draws(few_shot_accuracy(encode(own.texts)[1], own.labels, EXAMPLES, SEEDS))
    if split != "test":
        return figures
    for domain, part in (("insurance", "dev"), ("banking", "test"), ("finance", "test")):
        rows = [row for row in read_texts(data, "dstc11_intents", part) if row.columns["domain"] == domain]
        figures[f"dstc11:{domain}"] = _over_draws(
            few_shot_accuracy(encode(_texts(rows))[1], _labels(rows), EXAMPLES, SEEDS)
        )
    train, test = read_texts(data, "banking77", "train"), read_texts(data, "banking77", "test")
    names = sorted({row.label for row in train})
    scored = encode(_texts(test))[1], [names.index(row.label) for row in test]
    found = few_shot_accuracy(
        encode(_texts(train))[1], [names.index(row.label) for row in train], EXAMPLES, SEEDS, scored
    )
    figures["banking77"] = _over_draws(found)
    return figures


def _texts(rows: Sequence[TextRow]) -> list[str]:
    return [row.text for row in rows]


def _labels(rows: Sequence[TextRow]) -> list[int]:
    names = sorted({row.label for row in rows})
    return [names.index(row.label) for row in rows]


def _over_draws(found: list[float]) -> dict[str, float]:
    """Mean, spread and the interval of the mean over draws of the examples."""
    low, high = bootstrap_interval(lambda rows: float(np.array(found)[rows].mean()), len(found))
    return {"value": float(np.mean(found)), "sd": float(np.std(found)), "low": low, "high": high, "draws": len(found)}


PARTS = ("emotion", "serviceLanguage", "bitext27", "custom", "clinc150")


def evaluate(
    encode: Encoder,
    data: Path,
    split: str,
    model: Path | None,
    checkpoint: Path | None,
    parts: Sequence[str] = PARTS,
) -> dict[str, Any]:
    from .text_checkpoint import read_heads

    heads = read_heads(checkpoint) if checkpoint is not None else None
    if model is not None:
        manifest, arrays = json.loads((model / "model.json").read_text()), np.load(model / "prototypes.npz")
        parameters = manifest["parameters"]
        bitext = (
            arrays["prototypes"],
            arrays["outOfScope"],
            parameters["intentScale"],
            parameters["outOfScopeMinProbability"],
        )
    elif heads is not None:
        own = heads["intents"]["bitext27"]
        rows = own["prototypes"].numpy()
        bitext = rows[:-1], rows[-1:], own["scale"], heads["out_of_scope_min_probability"]
    else:
        raise ValueError("give a model folder or a checkpoint")
    of: dict[str, Callable[[], Any]] = {
        "emotion": lambda: emotion_figures(encode, data, split),
        "serviceLanguage": lambda: service_figures(encode, data, "final" if split == "test" else "tuning"),
        "bitext27": lambda: bitext_figures(encode, data, split, *bitext),
        "custom": lambda: custom_figures(encode, data, split),
    }
    if heads is not None:
        of["clinc150"] = lambda: clinc_figures(encode, data, split, heads)
    return {"split": split} | {name: make() for name, make in of.items() if name in parts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="exported folder")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--only", choices=PARTS, action="append", help="of these parts; default: all")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    if args.model is None and (args.weights is None or args.checkpoint is None):
        parser.error("give --model, or --weights and --checkpoint")
    encode = onnx_encoder(args.model) if args.model else checkpoint_encoder(args.weights, args.checkpoint, args.device)
    figures = evaluate(encode, args.data, args.split, args.model, args.checkpoint, args.only or PARTS)
    text = json.dumps(figures, indent=1)
    write_text_atomically(args.out, text)
    print(text)


if __name__ == "__main__":
    main()
