"""What experiments found so far, so that one that was interrupted goes on behind its last run."""

import json
from pathlib import Path
from typing import Any

from ..atomic_file import write_text_atomically


class KeptRuns:
    """The figures of every run in a file, by whatever says which run it was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def get(self, key: str) -> Any:
        return self.rows.get(key)

    def put(self, key: str, row: Any) -> None:
        self.rows[key] = row
        write_text_atomically(self.path, json.dumps(self.rows, indent=1))
