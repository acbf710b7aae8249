"""The stand-ins' own journals: what they took, on the disk before they say so."""

import json
import os
from collections.abc import Mapping
from pathlib import Path


class DurableLines:
    """One JSON object a line, appended to a file; without a path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        """Opens the file."""
        self._file = None if path is None else path.open("a", encoding="utf-8")

    def add(self, line: Mapping[str, object]) -> None:
        """Write one line and wait for the disk."""
        if self._file is None:
            return
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
