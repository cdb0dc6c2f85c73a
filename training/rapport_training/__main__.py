"""Train a model of Rapport, or all of them.

    python -m rapport_training voice|text|face|fusion|all [STAGE...]

Stages, in this order; none named means all: prepare, features, train, evaluate, export, quantise, parity, card. A stage
that was done with the same settings and data is left out, and an interrupted training goes on from its checkpoint: type
the same command again. --smoke goes the whole way with a tiny part of everything, in minutes on a CPU.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from .device import chosen_device
from .folds import FOLDS, SHIPPED
from .plans import BUDGET_SHARES, PLANS
from .runner import TRAINING, StageFailed, run_plan
from .stages import STAGES, Settings

DATA = TRAINING.parents[1] / "shared" / "data"
"""Beside the repository."""
DEFAULT_FOLDS = (FOLDS[0], SHIPPED)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        "rapport_training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("model", choices=(*PLANS, "all"))
    made.add_argument("stages", nargs="*", metavar="STAGE", choices=(*STAGES, []), help=", ".join(STAGES))
    made.add_argument(
        "--data", type=Path, default=DATA, help="corpora, or your own folders (README); default: ../shared/data"
    )
    made.add_argument(
        "--work", type=Path, default=TRAINING / ".work", help="cache, checkpoints, figures; default: .work"
    )
    made.add_argument("--weights", type=Path, help="start weights; default: WORK/weights")
    made.add_argument("--out", type=Path, help="finished model folders; default: WORK/models")
    made.add_argument(
        "--folds",
        default=",".join(DEFAULT_FOLDS),
        help=f"of {','.join(FOLDS)} and {SHIPPED}; default: 0, which leaves speakers out to measure and to calibrate with, "
        f"and {SHIPPED}, the one to ship",
    )
    made.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    made.add_argument(
        "--budget-seconds",
        type=float,
        help="of training; shared when all are trained. Without it: a fixed number of steps",
    )
    made.add_argument("--seed", type=int, default=0)
    made.add_argument(
        "--smoke", action="store_true", help="a tiny subset and a few steps, in WORK/smoke: the path alone"
    )
    made.add_argument("--again", action="store_true", help="repeat stages that are done")
    return made


def settings_of(args: argparse.Namespace) -> Settings:
    """Raises ValueError, saying what to do, for a folder or a fold that is not there."""
    work = args.work.resolve() / ("smoke" if args.smoke else "")
    folds = tuple(args.folds.split(","))
    unknown = [fold for fold in folds if fold not in (*FOLDS, SHIPPED)]
    if unknown:
        raise ValueError(f"--folds {args.folds}: {unknown[0]!r} is none of {', '.join((*FOLDS, SHIPPED))}")
    if not args.data.is_dir():
        raise ValueError(f"--data {args.data} is not there: name the folder with the corpora or with your own data")
    if args.budget_seconds is not None and args.budget_seconds <= 0:
        raise ValueError(f"--budget-seconds {args.budget_seconds:g}: more than 0 is needed")
    return Settings(
        data=args.data.resolve(),
        work=work,
        # start weights do not depend on the run: smoke runs use the same
        weights=(args.weights or args.work / "weights").resolve(),
        out=(args.out or work / "models").resolve(),
        folds=folds,
        device=chosen_device(args.device),
        budget_seconds=args.budget_seconds,
        seed=args.seed,
        smoke=args.smoke,
    )


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    try:
        settings = settings_of(args)
        for name, plan in PLANS.items():
            if args.model not in (name, "all"):
                continue
            share = BUDGET_SHARES[name] if args.model == "all" else 1.0
            budget = None if settings.budget_seconds is None else settings.budget_seconds * share
            run_plan(plan, replace(settings, budget_seconds=budget), args.stages or STAGES, args.again)
    except (StageFailed, ValueError) as error:
        print(f"rapport_training: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("rapport_training: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
