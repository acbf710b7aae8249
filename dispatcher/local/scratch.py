"""Folders for servers' data that go with the process that made them, at the latest when the next one is made.

A killed process cannot tidy up after itself. It does lose its file lock, and by that its folder is known.
"""

import fcntl
import shutil
import tempfile
from pathlib import Path
from typing import IO

_OWNER = "owner.lock"


class Scratch:
    """A new folder under the system's temporary directory, held until `remove` or the end of this process."""

    def __init__(self, prefix: str) -> None:
        _sweep(prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self._held = _claim(self.path)

    def remove(self) -> None:
        """Delete the folder with all it holds; a second call does nothing."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._held.close()


def _claim(folder: Path) -> IO[str]:
    # Locked first, named second: a lock file under its final name always tells the truth.
    unnamed = folder / "owner.new"
    handle = unnamed.open("w")
    fcntl.flock(handle, fcntl.LOCK_EX)
    unnamed.rename(folder / _OWNER)
    return handle


def _sweep(prefix: str) -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{prefix}*/{_OWNER}"):
        try:
            with lock.open("r+") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # its owner lives, or another sweep was quicker, or it is another user's
            continue
