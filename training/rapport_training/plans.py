"""The four models and what their stages run. Voice, text and face stand alone; fusion is trained on what they answer."""

from .stages import STAGES, Command, Nothing, Plan, Settings, StageOf

BUDGET_SHARES = {"voice": 0.45, "text": 0.2, "face": 0.15, "fusion": 0.2}
"""Of one budget, when all models are trained."""


def _command(module: str, *arguments: object) -> Command:
    return Command(f"rapport_training.{module}", [str(argument) for argument in arguments])


def _prepare(model: str, part: str, starts_from_weights: bool) -> StageOf:
    def commands(settings: Settings) -> list[Command]:
        weights = (
            [_command("start_weights", "--out", settings.weights, "--model", model)] if starts_from_weights else []
        )
        return [_command("check_data", part, "--data", settings.data), *weights]

    return commands


def _train(model: str, *paths: str) -> StageOf:
    """The model's own training command; `paths` are the further folders that it takes."""

    def commands(settings: Settings) -> list[Command]:
        folders = {"encoders": settings.checkpoints, "cache": settings.work / "features"}
        further = [text for name in paths for text in (f"--{name}", folders[name])]
        folds = ["--folds", ",".join(settings.folds)] if model in BY_FOLD else []
        places = ["--data", settings.data, "--weights", settings.weights, "--out", settings.checkpoints, *further]
        return [_command(f"{model}.train", *places, *folds, *settings.flags())]

    return commands


BY_FOLD = ("voice", "fusion")
"""Models of which every fold of speakers has its own; text and face have splits of their corpora's own."""


def _evaluate_face(settings: Settings) -> list[Command]:
    model, out = settings.checkpoints / "face.pt", settings.figures / "face.json"
    return [_command("face.evaluate", "--data", settings.data, "--model", model, "--split", "valid", "--out", out)]


PLANS: dict[str, Plan] = {name: Plan(name, {stage: Nothing("not yet") for stage in STAGES}) for name in BUDGET_SHARES}
