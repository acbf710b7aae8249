"""The interpreter's own clockwork, set for a worker: one busy thread, one that waits for Kafka, garbage without cycles.

An event's objects die by their reference counts. With the default threshold of 700 the cyclic collector walks them all the
same, tens of times a second, and now and then everything that waits for the lanes: a tenth of a worker's processor time.
And whenever the consumer's thread wants to run while the loop computes, it waits for the switch interval, 5 ms by default.
"""

import ctypes
import gc
import sys

_YOUNG = 50_000
_MIDDLE = 20
_OLD = 100
_SWITCH_S = 0.0005


def tune() -> None:
    """Leave what is loaded now out of later collections, which are seldom, and hand the interpreter over soon."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    sys.setswitchinterval(_SWITCH_S)


def tidy() -> None:
    """Collect everything, and give what is free back to the system: after much was read at once, and let go again.

    With collections as seldom as `tune` makes them, what stands in circles (closed clients, failed tasks) would stay.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc; others give back by themselves
    if trim is not None:
        trim(0)
