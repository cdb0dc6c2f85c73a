"""A complete set of model folders that differs from another in what was trained: links to the files that stay, and own
files where something is written. The service loads such a set by RAPPORT_MODELS_DIR, the evaluation one for each fold."""

import shutil
from pathlib import Path

from convert.model_folder import folder_of, model_folders

BASE = Path(__file__).parents[2] / "models"
"""The set of the repository."""


def link_set(base: Path, out: Path) -> None:
    """Make `out` a set by links to the files of `base`; what is in `out` already stays as it is."""
    for folder in model_folders(base):
        for file in folder.rglob("*"):
            link = out / folder.name / file.relative_to(folder)
            if file.is_dir() or link.exists() or link.is_symlink():
                continue
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file.resolve())


def own_folder(models: Path, task: str) -> Path:
    """The folder of the model with this task, its files no longer links: writing into it changes no other set."""
    folder = folder_of(models, task)
    for file in folder.rglob("*"):
        if file.is_symlink():
            source = file.resolve()
            file.unlink()
            shutil.copyfile(source, file)
    return folder
