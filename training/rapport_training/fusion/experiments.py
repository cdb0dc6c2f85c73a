"""All experiments of fusion side by side, each a process of its own, over the features that `train` has kept.

    python -m rapport_training.fusion.experiments --data D --weights W --encoders O --out O --cache C --device cuda

They share one device: small networks leave most of it idle. Their lines come as they are printed, each with its name.
"""

import argparse
import subprocess
import sys
from threading import Thread

from .options import add_options

MODULES = ("ablate", "research_au", "memory_experiment", "speaker_baseline", "intent_residual")


def command_of(module: str, args: argparse.Namespace) -> list[str]:
    paths = {"data": args.data, "weights": args.weights, "encoders": args.encoders, "out": args.out}
    if args.cache:
        paths["cache"] = args.cache
    options = [text for name, path in paths.items() for text in (f"--{name}", str(path))]
    options += ["--device", args.device, "--budget-seconds", str(args.budget_seconds)]
    return [sys.executable, "-m", f"rapport_training.fusion.{module}", *options, *(["--smoke"] if args.smoke else [])]


def run_all(modules: list[str], args: argparse.Namespace) -> dict[str, int]:
    """Exit status by module."""
    started = {
        module: subprocess.Popen(command_of(module, args), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for module in modules
    }

    def show(module: str) -> None:
        for line in started[module].stdout or []:
            print(f"{module}: {line}", end="", flush=True)

    threads = [Thread(target=show, args=(module,)) for module in modules]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {module: process.wait() for module, process in started.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, 90)
    parser.add_argument("--only", default=",".join(MODULES), help="names with commas between")
    args = parser.parse_args()
    ended = run_all(args.only.split(","), args)
    failed = {module: status for module, status in ended.items() if status}
    if failed:
        sys.exit(f"failed: {failed}")


if __name__ == "__main__":
    main()
