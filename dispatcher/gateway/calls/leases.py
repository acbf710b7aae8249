"""The rules of a lease: how long, what it allows, when it is lost. Pure.

A fence grows with every lease of a task. It is never below the minutes since the epoch, so that a desk whose database was
lost does not hand out fences that customers' lanes have seen before.
"""

from dataclasses import dataclass
from typing import Final, Literal

from dispatcher.gateway.calls.results import LeaseLost
from schemas.journal import TaskKind
from schemas.values import Millis

_MINUTE_MS: Final = 60_000

TO_DIAL_MS: Final = 120_000
"""How long a task is kept for a person who has not dialled; renewing does not lengthen it."""

IN_CALL_MS: Final = 120_000
"""How long a dialled one is, after each renewal; then it is on the supervisor's list."""

TO_WORK_MS: Final = 1_800_000
"""How long what is not dialled (a letter, a visit) is kept, after each renewal."""

ASKING_MS: Final = 15_000
"""What is left of a lease, at least, while the customer's lane is asked."""

State = Literal["waiting", "leased", "dialled", "reported", "aside", "over"]


IN_HAND: Final[tuple[State, ...]] = ("dialled", "reported")
"""States in which somebody still has to say, or has just said, what came of it: nothing else ends them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a task stands: whose it is, under which fence, until when."""

    state: State
    kind: TaskKind
    holder: str | None
    fence: int
    until: Millis | None


def next_fence(before: int, now: Millis) -> int:
    """The fence of the next lease."""
    return max(before + 1, now // _MINUTE_MS)


def first_until(kind: TaskKind, now: Millis) -> Millis:
    """When a new lease ends."""
    return now + (TO_DIAL_MS if kind == "call" else TO_WORK_MS)


def renewed_until(standing: Standing, now: Millis) -> Millis:
    """When a lease ends that is renewed now: that of a call that was not dialled stays as it is."""
    if standing.state == "dialled":
        return now + IN_CALL_MS
    if standing.kind == "call":
        return standing.until or now
    return now + TO_WORK_MS


def lost(standing: Standing | None, person: str, fence: int, now: Millis) -> LeaseLost | None:
    """Why a person may not go on with a task under a fence; None: it is theirs.

    One that was dialled is theirs until somebody says what came of it, however late: nobody else can know.
    """
    if standing is None:
        return LeaseLost("not_held")
    if standing.state in {"over", "reported"}:
        return LeaseLost("ended")
    if standing.fence != fence:
        return LeaseLost("over_time" if standing.fence > fence else "not_held")
    if standing.holder != person:
        return LeaseLost("taken_back" if standing.holder is None else "not_held")
    if standing.state == "leased" and (standing.until or 0) <= now:
        return LeaseLost("over_time")
    return None if standing.state in {"leased", "dialled"} else LeaseLost("taken_back")
