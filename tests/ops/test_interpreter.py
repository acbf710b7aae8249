"""What was read at once and let go again does not stay in the process."""

import gc
import resource
import sys
import weakref
from pathlib import Path

import pytest

from dispatcher.ops import interpreter

MIB = 1 << 20
PAGE = resource.getpagesize()


class Circle:
    """Garbage that no count of references frees."""

    def __init__(self) -> None:
        self.itself = self


def resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE


def test_what_stands_in_a_circle_is_gone_afterwards():
    gc.disable()
    try:
        seen = weakref.ref(Circle())
        assert seen() is not None

        interpreter.tidy()

        assert seen() is None
    finally:
        gc.enable()


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is told by /proc")
def test_what_is_free_between_things_that_are_kept_goes_back_to_the_system():
    blocks = [bytes([n % 256]) * 3_000 for n in range(40_000)]
    kept = blocks[::40]
    before = resident()
    del blocks

    interpreter.tidy()

    assert before - resident() > 50 * MIB
    assert kept
