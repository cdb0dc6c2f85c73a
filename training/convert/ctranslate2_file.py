"""Read a CTranslate2 `model.bin`, without CTranslate2.

Layout, little-endian, as written by `ctranslate2/specs/model_spec.py`, binary version 6:
version, spec name, revision, count, then for each variable its name, rank, dimensions, type and bytes;
at the end a table of aliases.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

BINARY_VERSION = 6
TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}

Variables = dict[str, np.ndarray]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self, code: str) -> int:
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def text(self) -> str:
        """Length as uint16, then the bytes with a closing zero."""
        return self.take(self.number("H"))[:-1].decode()

    def take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def _variables(reader: _Reader) -> Iterator[tuple[str, np.ndarray]]:
    for _ in range(reader.number("I")):
        name = reader.text()
        shape = [reader.number("I") for _ in range(reader.number("B"))]
        dtype = TYPES[reader.number("B")]
        yield name, np.frombuffer(reader.take(reader.number("I")), dtype).reshape(shape)


def read_model(path: Path) -> Variables:
    """All variables by name. Raises ValueError when the version differs or bytes are left over."""
    reader = _Reader(path.read_bytes())
    version = reader.number("I")
    if version != BINARY_VERSION:
        raise ValueError(f"CTranslate2 binary version {version}, expected {BINARY_VERSION}")
    reader.text()  # spec name
    reader.number("I")  # revision
    variables = dict(_variables(reader))
    for _ in range(reader.number("I")):
        alias, target = reader.text(), reader.text()
        variables[alias] = variables[target]
    if reader.at != len(reader.data):
        raise ValueError(f"{len(reader.data) - reader.at} bytes left after the last alias")
    return variables
