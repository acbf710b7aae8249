"""Faults that strike the Twilio stand-in by chance: the same for the same seed, whatever the order of requests."""

import random
from dataclasses import dataclass
from typing import Protocol

from dispatcher.local.twilio_courses import Step
from dispatcher.local.twilio_faults import TOO_MANY_REQUESTS, Cut, Fault


class CallbackPlan(Protocol):
    """Which callbacks of a message are really made, and when."""

    def arranged(self, sid: str, callbacks: tuple[Step, ...]) -> tuple[Step, ...]:
        """The callbacks as they will be made; `after_s` says when, their order nothing."""
        ...


@dataclass(frozen=True, slots=True)
class InOrder:
    """Every callback once, in time."""

    def arranged(self, sid: str, callbacks: tuple[Step, ...]) -> tuple[Step, ...]:  # noqa: ARG002, D102
        return callbacks


@dataclass(frozen=True, slots=True)
class CallbackFaults:
    """Shares, 0 to 1: of callbacks that are made twice or never, of messages whose callbacks come in any order or late.

    A repetition comes within `spread_s` seconds, a late callback so much later: up to `late_s`.
    """

    seed: int
    duplicate: float = 0.0
    reorder: float = 0.0
    drop: float = 0.0
    late: float = 0.0
    spread_s: float = 10.0
    late_s: float = 3600.0

    def arranged(self, sid: str, callbacks: tuple[Step, ...]) -> tuple[Step, ...]:
        """Those of one message; what strikes it depends on the seed and the message alone."""
        rnd = random.Random(f"{self.seed} {sid}")  # noqa: S311 - chance for tests
        made = [step for step in callbacks if rnd.random() >= self.drop]
        made += [_after(step, rnd.uniform(0, self.spread_s)) for step in made if rnd.random() < self.duplicate]
        if rnd.random() < self.reorder:
            times = [step.after_s for step in made]
            rnd.shuffle(times)
            made = [step._replace(after_s=after_s) for step, after_s in zip(made, times, strict=True)]
        if rnd.random() < self.late:
            made = [_after(step, rnd.uniform(0, self.late_s)) for step in made]
        return tuple(made)


def _after(step: Step, seconds: float) -> Step:
    return step._replace(after_s=step.after_s + seconds)


class RequestFaults:
    """Shares, 0 to 1, of requests at which a burst of refusals for their rate begins, or whose answer is lost after all.

    `burst` is how many requests in a row are refused.
    """

    def __init__(self, seed: int, *, limited: float = 0.0, burst: int = 20, lost: float = 0.0) -> None:
        self._rnd = random.Random(seed)  # noqa: S311 - chance for tests
        self._limited, self._burst, self._lost = limited, burst, lost
        self._left = 0

    def next(self) -> Fault | None:
        """What meets the next request."""
        if not self._left and self._rnd.random() < self._limited:
            self._left = self._burst
        if self._left:
            self._left -= 1
            return TOO_MANY_REQUESTS
        return Cut(created=True) if self._rnd.random() < self._lost else None
