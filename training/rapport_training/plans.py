"""The four models and what their stages run. Voice, text and face stand alone; fusion is trained on what they answer."""

from .folds import SHIPPED
from .stages import Command, Nothing, Plan, Settings, StageOf

BUDGET_SHARES = {"voice": 0.45, "text": 0.2, "face": 0.15, "fusion": 0.2}
"""Of one budget, when all models are trained."""
CPU_LENGTH = {
    "voice": ["--steps", "1100", "--batch", "32"],
    "text": ["--emotion-teachers", "0", "--steps-share", "0.15"],
    "face": ["--teacher-share", "0", "--epochs", "30"],
    "fusion": ["--steps", "1500"],
}
"""Made to fit 170 minutes on two cores without instructions for bf16; a teacher alone would take longer."""
GPU_LENGTH: dict[str, list[str]] = {"voice": [], "text": [], "face": [], "fusion": ["--steps", "3000"]}
SMOKE_LENGTH: dict[str, list[str]] = {
    "voice": [],
    "text": ["--emotion-teachers", "1"],
    "face": ["--epochs", "1"],
    "fusion": [],
}
BY_FOLD = ("voice", "fusion")
"""Models of which every fold of speakers has its own; text and face have splits of their corpora's own."""


def _command(module: str, *arguments: object) -> Command:
    return Command(f"rapport_training.{module}", [str(argument) for argument in arguments])


def _folds(model: str, settings: Settings) -> str:
    return ",".join(settings.folds) if model in BY_FOLD else SHIPPED


def _length(model: str, settings: Settings) -> list[str]:
    """How long to train and from which seed. By the clock the model's own command decides."""
    seed = ["--seed", str(settings.seed)]
    if settings.smoke:
        return [*SMOKE_LENGTH[model], *seed]
    if settings.budget_seconds is not None:
        return seed
    return [*(CPU_LENGTH if settings.device == "cpu" else GPU_LENGTH)[model], *seed]


def _prepare(part: str, weights_of: str | None) -> StageOf:
    """The data looked through, and the start weights brought."""

    def commands(settings: Settings) -> list[Command]:
        looked = _command("check_data", part, "--data", settings.data)
        if weights_of is None:
            return [looked]
        return [looked, _command("start_weights", "--out", settings.weights, "--model", weights_of)]

    return commands


def _on_corpora(model: str, module: str, *further: str) -> StageOf:
    """A command of the model's own; `further` folders that it takes beside the common ones."""

    def commands(settings: Settings) -> list[Command]:
        places = {"data": settings.data, "weights": settings.weights, "out": settings.checkpoints}
        places |= {name: {"encoders": settings.checkpoints, "cache": settings.features}[name] for name in further}
        named = [part for name, path in places.items() for part in (f"--{name}", path)]
        folds = ["--folds", _folds(model, settings)] if model in BY_FOLD else []
        length = _length(model, settings) if module == "train" else []
        return [_command(f"{model}.{module}", *named, *folds, *length, *settings.flags())]

    return commands


def _graphs(stage: str, model: str) -> StageOf:
    def commands(settings: Settings) -> list[Command]:
        places = {
            "data": settings.data,
            "weights": settings.weights,
            "checkpoints": settings.checkpoints,
            "graphs": settings.work / "graphs",
            "models": settings.out,
            "figures": settings.figures,
        }
        named = [part for name, path in places.items() for part in (f"--{name}", path)]
        smoke = ["--smoke"] if settings.smoke else []
        sets = ["--sets", ",".join(settings.folds)] if stage == "quantise" and model not in BY_FOLD else []
        return [_command("graph_stage", stage, model, "--folds", _folds(model, settings), *named, *sets, *smoke)]

    return commands


def _cards(settings: Settings) -> list[Command]:
    return [_command("card", settings.out / fold) for fold in settings.folds]


def _plan(model: str, prepare: StageOf, features: StageOf, train: StageOf, evaluate: StageOf) -> Plan:
    """The stages behind training are the same commands for every model."""
    stages = {
        "prepare": prepare,
        "features": features,
        "train": train,
        "evaluate": evaluate,
        **{stage: _graphs(stage, model) for stage in ("export", "quantise", "parity")},
        "card": _cards,
    }
    return Plan(model, stages)


def _evaluate_face(settings: Settings) -> list[Command]:
    if settings.smoke:
        return []  # nine ways to degrade every picture, and intervals: minutes of no use for a network of a few steps
    model, out = settings.checkpoints / "face.pt", settings.figures / "face.json"
    return [_command("face.evaluate", "--data", settings.data, "--model", model, "--split", "valid", "--out", out)]


def _evaluate_text(settings: Settings) -> list[Command]:
    places = ("--data", settings.data, "--weights", settings.weights, "--checkpoint", settings.checkpoints)
    only = ("--only", "serviceLanguage") if settings.smoke else ()
    return [_command("text.evaluate", *places, "--split", "dev", *only, "--out", settings.figures / "text.json")]


WITHIN_TRAINING = Nothing(
    "training measures the held-out speakers of each fold itself, and `npm run eval` what is served"
)

PLANS = {
    plan.model: plan
    for plan in (
        _plan(
            "voice",
            _prepare("speech", "voice"),
            Nothing("its encoder is trained, so that its states change at every step"),
            _on_corpora("voice", "train"),
            WITHIN_TRAINING,
        ),
        _plan(
            "text",
            _prepare("texts", "text"),
            Nothing("its encoder is trained"),
            _on_corpora("text", "train"),
            _evaluate_text,
        ),
        _plan(
            "face",
            _prepare("faces", None),
            Nothing("it starts from pixels"),
            _on_corpora("face", "train"),
            _evaluate_face,
        ),
        _plan(
            "fusion",
            Nothing("voice, text and face have looked through the data"),
            _on_corpora("fusion", "make_features", "encoders", "cache"),
            _on_corpora("fusion", "train", "encoders", "cache"),
            WITHIN_TRAINING,
        ),
    )
}
