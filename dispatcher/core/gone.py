"""What was forgotten and must not come back: a bounded memory of ids, and the time of the last statement about each.

Replaying a topic brings statements about things that an aggregate no longer holds. Those that are not newer than what was
known are outdated, whatever their ids as events. When this memory overflows, its oldest entry leaves its time behind:
statements up to then about unknown things are taken to be old. Holds are the exception: a hold that is believed without
need stops a contact, which is the harmless mistake.
"""

from typing import Literal

from dispatcher.core.identity import DIGEST_BYTES, event_digest
from schemas.state import History

Kind = Literal["invoice", "promise", "plan", "hold"]

ENTRY_BYTES = DIGEST_BYTES + 8
GONE_KEPT = 64


def is_gone(history: History, kind: Kind, name: str, at: int) -> bool:
    """Whether a statement made at `at` (microseconds) about an unknown thing says nothing new of a forgotten one."""
    if at <= history.gone_before and kind != "hold":
        return True
    found = _find(history.gone, event_digest(kind, name))
    return found >= 0 and at <= _time(history.gone, found)


def with_gone(history: History, kind: Kind, name: str, at: int) -> tuple[bytes, int]:
    """`gone` and `gone_before` after one more thing was forgotten, about which the last statement was made at `at`."""
    gone, before = history.gone, history.gone_before
    digest = event_digest(kind, name)
    found = _find(gone, digest)
    if found >= 0:
        at = max(at, _time(gone, found))
        gone = gone[:found] + gone[found + ENTRY_BYTES :]
    entries = [gone[start : start + ENTRY_BYTES] for start in range(0, len(gone), ENTRY_BYTES)]
    entries.append(digest + at.to_bytes(8, "big"))
    entries.sort(key=lambda entry: (entry[DIGEST_BYTES:], entry))
    if len(entries) > GONE_KEPT:
        before = max(before, _time(entries[0], 0))
        del entries[0]
    return b"".join(entries), before


def _find(gone: bytes, digest: bytes) -> int:
    at = gone.find(digest)
    while at >= 0 and at % ENTRY_BYTES:
        at = gone.find(digest, at + 1)
    return at


def _time(gone: bytes, start: int) -> int:
    return int.from_bytes(gone[start + DIGEST_BYTES : start + ENTRY_BYTES], "big")
