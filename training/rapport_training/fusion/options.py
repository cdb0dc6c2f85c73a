"""Options that all commands of fusion share."""

import argparse
import os
from pathlib import Path

import torch

from .feature_source import FeatureSource
from .served_source import ServedSource


def add_options(parser: argparse.ArgumentParser, budget_seconds: float) -> None:
    parser.add_argument("--data", type=Path, required=True, help="the corpora")
    parser.add_argument("--weights", type=Path, required=True, help="start weights of the encoders")
    parser.add_argument("--encoders", type=Path, required=True, help="folder with voice.<fold>.pt, text*.pt, face.pt")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and figures go")
    parser.add_argument("--cache", type=Path, help="where features are kept for later commands; default: OUT/features")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--budget-seconds", type=float, default=budget_seconds)
    parser.add_argument("--served", type=Path, help="a models folder: features from its int8 graphs, on the CPU")
    parser.add_argument("--threads", type=int, help="for reading and for the served encoders; default: at most 16")
    parser.add_argument("--smoke", action="store_true", help="a tiny part of everything, a few steps: for the CPU")


def source_of(args: argparse.Namespace) -> FeatureSource:
    device = torch.device(args.device)
    if device.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
    args.out.mkdir(parents=True, exist_ok=True)
    cache = args.cache or args.out / "features"
    threads = min(16, os.cpu_count() or 1)
    if args.served is not None:
        return ServedSource(
            args.served, args.data, args.weights, args.encoders, device, cache, args.smoke, args.threads or threads
        )
    return FeatureSource(args.data, args.weights, args.encoders, device, cache, args.smoke, args.threads or threads)
