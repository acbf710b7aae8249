"""Customers who are due while their channel has no credit: they wait here, in order, and are planned anew when it has.

A million due in the same minute is a queue and not a herd: each of them is looked at once to learn that there is no credit,
and then not again before there is. Nothing is written of it; their wake-ups stand in the state, so a restart knows them.
"""

from collections.abc import Callable, Iterator

from schemas.values import Channel

MOST_A_TICK = 32
"""How many a lane may add in a quarter of a second: looking at a million in vain would leave no time to send."""


class Held:
    """A queue for each channel; who is in it already keeps the place."""

    def __init__(self) -> None:
        """Empty."""
        self._waiting: dict[Channel, dict[bytes, None]] = {}

    def __len__(self) -> int:
        return sum(len(keys) for keys in self._waiting.values())

    def add(self, channel: Channel, key: bytes) -> None:
        """This customer is due and lacks a credit of the channel."""
        self._waiting.setdefault(channel, {}).setdefault(key)

    def ready(self, with_credit: Callable[[], frozenset[Channel]]) -> Iterator[bytes]:
        """Take out customers while their channel has credit; it is asked for each one, for each may use one up."""
        for channel, keys in list(self._waiting.items()):
            while keys and channel in with_credit():
                key = next(iter(keys))
                del keys[key]
                yield key
