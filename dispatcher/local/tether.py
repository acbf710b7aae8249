"""Start a command that does not outlive the process that asked for it, however that one ends.

Run as a script, it asks the kernel to be killed with its parent, then becomes the command. (A `preexec_fn`
does the same inside a fork of a threaded process, which Python warns of.) Linux only: elsewhere the command
just runs. The kernel watches the *thread* that started it, which must live as long as the command should.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def tethered(command: Sequence[str | Path]) -> list[str]:
    """The command line that runs `command` (it begins with an absolute path) tied to the calling process."""
    # -I -S: nothing of the environment is read, and the interpreter is up in some 15 ms.
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *map(str, command)]


def _become(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the kernel was asked
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
