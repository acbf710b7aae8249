"""What share of its weight an account deserves, by what comes of the calls to it. Pure: time is an argument.

Only what is the provider's fault counts as bad; a wrong number is not. Where most of the latest calls were bad, or ten in a
row, it gets nothing until probes, one call at a time, have succeeded a few times; then its share grows step by step. Where
some were bad, it loses half of its share, again and again while that goes on, and comes back in the same steps.
"""

from typing import Final

from channels.protocol import Deferred, NotStarted, Outcome, Rejected, Unknown
from dispatcher.engine.concurrency import presses
from dispatcher.engine.tally import Tally
from dispatcher.ops.labels import AccountState

_WINDOW_S: Final = 30.0
_LEAST_BAD: Final = 5
_OUT_AT: Final = 0.5
_OUT_AFTER: Final = 10
"""Bad calls in a row: what was good half a minute ago does not matter then."""
_EASED_AT: Final = 0.1
_EASED_EVERY_S: Final = 5.0
_HEALED_EVERY_S: Final = 10.0
_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 120.0
_PROBES: Final = 3
_BEGINS_AGAIN_AT: Final = 0.1
_LEAST_SHARE: Final = 0.05


def verdict(outcome: Outcome) -> bool | None:
    """Whether an outcome speaks for the account (True) or against it; None: it says nothing of it.

    Too many calls are no fault: limits, pauses and fewer calls at a time are the answer to that.
    """
    match outcome:
        case NotStarted():
            return None
        case Unknown() | Rejected("config"):
            return False
        case Deferred(_, "provider", _):
            return None if presses(outcome) else False
        case Deferred(_, "sender", _):
            return None
        case _:
            return True


class Health:
    """One account's."""

    def __init__(self) -> None:
        """Sound."""
        self.state: AccountState = "sound"
        self._share = 1.0
        self._calls = Tally(_WINDOW_S)
        self._bad_in_a_row = 0
        self._eased_at = -_HEALED_EVERY_S
        self._healed_at = 0.0
        self._pause_s = _FIRST_PAUSE_S
        self._probe_at = 0.0
        self._probes_left = 0
        self._probe_under_way = False

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self._share if self.state == "sound" else 0.0

    def wants_probe(self, now: float) -> bool:
        """Whether one call should be made to see how things are."""
        return self.state != "sound" and now >= self._probe_at and not self._probe_under_way

    def begins(self, now: float) -> None:
        """A call to the account begins."""
        if self.wants_probe(now):
            self.state = "probing"
            self._probe_under_way = True

    def heard(self, now: float, *, good: bool | None) -> None:
        """What came of a call; None: nothing that says anything of the account."""
        if self.state != "sound":
            self._probed(now, good=good)
        elif good is not None:
            self._calls.add(now, good=good)
            self._bad_in_a_row = 0 if good else self._bad_in_a_row + 1
            if not good:
                self._judge(now)

    def ease(self, now: float) -> None:
        """Halve the share, for whatever reason."""
        self._share = max(_LEAST_SHARE, self._share / 2)
        self._eased_at = now

    def heal(self, now: float) -> None:
        """Double the share, if nothing has been wrong for a while."""
        since = max(self._eased_at, self._healed_at)
        if self.state != "sound" or self._share >= 1.0 or now - since < _HEALED_EVERY_S or self._is_bad(now, _EASED_AT):
            return
        self._share = min(1.0, self._share * 2)
        self._healed_at = now

    def _judge(self, now: float) -> None:
        if self._bad_in_a_row >= _OUT_AFTER or self._is_bad(now, _OUT_AT):
            self._go_out(now)
        elif self._is_bad(now, _EASED_AT) and now - self._eased_at >= _EASED_EVERY_S:
            self.ease(now)

    def _is_bad(self, now: float, at: float) -> bool:
        good, bad = self._calls.counts(now)
        return bad >= _LEAST_BAD and bad >= at * (good + bad)

    def _go_out(self, now: float) -> None:
        self.state = "out"
        self._probe_at = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        self._probes_left = _PROBES
        self._calls.clear()
        self._bad_in_a_row = 0

    def _probed(self, now: float, *, good: bool | None) -> None:
        """A call that ended while the account was out: the probe, or one that had begun before; either is a word on it."""
        self._probe_under_way = False
        if good is False and self.state == "probing":
            self._go_out(now)
        elif good and self.state == "probing":
            self._probes_left -= 1
            if self._probes_left == 0:
                self.state = "sound"
                self._share = _BEGINS_AGAIN_AT
                self._healed_at = now
                self._pause_s = _FIRST_PAUSE_S
