"""npz files as the product reads them: zip members stored, not compressed; float32, little-endian, C order."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

# a fixed time, so that the same arrays give the same bytes
TIME = (2000, 1, 1, 0, 0, 0)


def write_stored(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Member NAME.npy for every array, in the order given; ids too become float32 (exact up to 2 ** 24)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            data = io.BytesIO()
            # asarray and not ascontiguousarray: the latter makes a scalar one-dimensional
            np.lib.format.write_array(data, np.asarray(array, "<f4", order="C"), version=(1, 0))
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", TIME), data.getvalue())


def read_stored(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}
