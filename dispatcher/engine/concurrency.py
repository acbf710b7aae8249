"""How many calls at a time an account takes: fewer at once when it says so, one more at a time while it says nothing.

Additive increase, multiplicative decrease: it rests on the provider's own word (429, 421, a full queue).
"""

from typing import Final

from channels.protocol import Deferred, Outcome

_LOWERED: Final = 0.7
_AT_MOST_EVERY_S: Final = 1.0
"""Calls that were under way together are refused together: that is one word, not many."""

_LIMIT_CODES: Final = frozenset({"429", "20429", "63038"})
_SMTP_BUSY: Final = "421"


def presses(outcome: Outcome) -> bool:
    """Whether an outcome says that we ask too much of the account; one that says that it is out of order does not."""
    if not isinstance(outcome, Deferred) or outcome.scope == "message":
        return False
    return outcome.scope == "sender" or outcome.code in _LIMIT_CODES or outcome.code.startswith(_SMTP_BUSY)


class Concurrency:
    """`limit` calls may be under way; from 1 to `most`."""

    def __init__(self, most: int) -> None:
        """As many as there may be."""
        self._most = most
        self._exact = float(most)
        self._lowered_at: float | None = None
        self.limit = most

    def pressed(self, now: float) -> None:
        """The account was asked too much."""
        if self._lowered_at is not None and now - self._lowered_at < _AT_MOST_EVERY_S:
            return
        self._lowered_at = now
        self._set(max(1.0, self._exact * _LOWERED))

    def went_well(self) -> None:
        """A call was taken: after `limit` of these, one more at a time."""
        if self.limit < self._most:
            self._set(min(float(self._most), self._exact + 1 / self._exact))

    def _set(self, exact: float) -> None:
        self._exact = exact
        self.limit = int(exact)
