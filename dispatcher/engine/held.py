"""Customers who are due while their channel has no credit: they wait here, in order, and are planned anew when it has.

A million due in the same minute is a queue and not a herd: each of them is looked at once to learn that there is no credit,
and then not again before there is. Mandatory contacts go first; of the others, creditors take turns, so that nobody waits
behind another one's herd. Nothing is written of it; their wake-ups stand in the state, so a restart knows them.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from dispatcher.core.decide import Lacking
from schemas.values import Channel

MOST_A_TICK = 32
"""How many a lane may add in a quarter of a second: looking at a million in vain would leave no time to send."""

WithCredit = Callable[[], frozenset[Channel]]
"""The channels that have credit now."""


class Held:
    """A queue for each channel and creditor, and one for mandatory contacts; who is in it already keeps the place."""

    def __init__(self) -> None:
        """Empty."""
        self._mandatory: dict[Channel, OrderedDict[bytes, None]] = {}
        self._others: dict[Channel, dict[str, OrderedDict[bytes, None]]] = {}

    def __len__(self) -> int:
        others = sum(len(keys) for creditors in self._others.values() for keys in creditors.values())
        return sum(map(len, self._mandatory.values())) + others

    def __bool__(self) -> bool:
        return any(self._mandatory.values()) or any(self._others.values())

    def add(self, lacking: Lacking, key: bytes) -> None:
        """This customer is due and lacks a credit."""
        if lacking.mandatory:
            self._mandatory.setdefault(lacking.channel, OrderedDict()).setdefault(key)
        else:
            creditors = self._others.setdefault(lacking.channel, {})
            creditors.setdefault(lacking.creditor_id, OrderedDict()).setdefault(key)

    def first(self) -> Iterator[bytes]:
        """Of each queue the customer who has waited longest in it."""
        for keys in (*self._mandatory.values(), *(k for each in self._others.values() for k in each.values())):
            if keys:
                yield next(iter(keys))

    def ready(self, with_credit: WithCredit, with_reserve: WithCredit) -> Iterator[bytes]:
        """Take out customers while their channel has credit; it is asked for each one, for each may use one up.

        `with_reserve` are the channels that have credit for mandatory contacts.
        """
        for channel, keys in list(self._mandatory.items()):
            while keys and channel in with_reserve():
                yield keys.popitem(last=False)[0]
        for channel, creditors in list(self._others.items()):
            while creditors and channel in with_credit():
                yield _next(creditors)


def _next(creditors: dict[str, OrderedDict[bytes, None]]) -> bytes:
    creditor = next(iter(creditors))
    keys = creditors.pop(creditor)
    key, _ = keys.popitem(last=False)
    if keys:
        creditors[creditor] = keys  # behind the others
    return key
