"""Too little processor time and too little memory, made on purpose and never for long."""

import contextlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dispatcher.local.tether import tethered

BUSY_PER_CORE = 4

_SPIN = "while True: pass"
_KIB = 1024


@contextmanager
def starved_of_time(busy_per_core: int = BUSY_PER_CORE) -> Iterator[None]:
    """Processes of our own priority that only compute, so many a core; they end with this, or with us."""
    count = busy_per_core * (os.cpu_count() or 1)
    spinning = [subprocess.Popen(tethered([sys.executable, "-I", "-S", "-c", _SPIN])) for _ in range(count)]
    try:
        yield
    finally:
        for each in spinning:
            each.kill()
        for each in spinning:
            each.wait()


def leave_no_memory(pid: int) -> None:
    """From now on a process gets no further memory; what it has it keeps. It may have ended already."""
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        has = _data_bytes(pid)
        resource.prlimit(pid, resource.RLIMIT_DATA, (has, has))


def _data_bytes(pid: int) -> int:
    """What the kernel compares with that limit."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * _KIB for line in lines if line.startswith("VmData:"))
