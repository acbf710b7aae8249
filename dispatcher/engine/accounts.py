"""The accounts of one channel: which of them takes the next message, how much all of them may be asked, and how they are."""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Final

from channels.protocol import Accepted, Deferred, Outcome, Rejected
from dispatcher.engine.account import Account
from dispatcher.engine.account_health import verdict
from dispatcher.engine.balance import Balance
from dispatcher.engine.telling import Ended
from dispatcher.ops.metrics import Metrics

_NOBODY: Final[frozenset[str]] = frozenset()


def may_go_elsewhere(outcome: Ended) -> bool:
    """Whether another account may take the message: it was certainly not sent, and for no fault of its own.

    What may have been sent stays with the account that was called, whatever else could take it.
    """
    match outcome:
        case Deferred(_, scope, _):
            return scope != "message"
        case Rejected(refusal, _):
            return refusal == "config"
        case _:
            return False


class Accounts:
    """At least one."""

    def __init__(self, accounts: Sequence[Account], metrics: Metrics) -> None:
        """Nothing is known of any of them yet."""
        self._accounts = accounts
        self._by_name = {account.name: account for account in accounts}
        self._balance = Balance({account.name: account.supply.weight for account in accounts})
        self._metrics = metrics
        for account in accounts:
            account.listener = partial(self._heard, account.name)

    @property
    def limited(self) -> bool:
        """Whether units have to be counted."""
        return any(account.limited for account in self._accounts)

    @property
    def calls(self) -> int:
        """How many are under way."""
        return sum([account.calls for account in self._accounts])

    def divide(self, share: float, now: float) -> None:
        """This worker has a share (0 to 1) of all partitions, and of each account's limit."""
        for account in self._accounts:
            account.divide(share, now)

    def bound(self, now: float) -> int:
        """How many claims may stand open for all of them."""
        usable = self._balance.usable
        return sum([account.bound(now) for account in self._accounts if usable(account.name, now)])

    def free(self, now: float, but: AbstractSet[str] = _NOBODY) -> Account | None:
        """The account that takes the next message now; none `but` names."""
        ready: list[str] = []
        for account in self._accounts:
            if account.is_free(now) and account.name not in but:
                if account.wait(now) <= 0.0:
                    ready.append(account.name)
                else:
                    self._metrics.limit_waited(account.name)
        chosen = self._balance.pick(ready, now) if ready else None
        return None if chosen is None else self._by_name[chosen]

    def has_other(self, but: AbstractSet[str], now: float) -> bool:
        """Whether an account that `but` does not name will take messages as soon as it has a place."""
        return any(
            account.name not in but and account.bound(now) > 0 and self._balance.usable(account.name, now)
            for account in self._accounts
        )

    def wait(self, now: float) -> float | None:
        """Seconds until a limit lets a message start somewhere; None: limits are not what is waited for."""
        return min([account.wait(now) for account in self._accounts if account.is_free(now)], default=None)

    def begin(self, account: Account, units: int, now: float) -> None:
        """A message of so many units takes a place."""
        self._balance.begins(account.name, now)
        account.begin(units, now)

    def sent(self, account: str, attempt_id: str, outcome: Ended, now: float) -> None:
        """What came of an attempt at an account."""
        if isinstance(outcome, Accepted):
            self._balance.sent(account, attempt_id, now)

    def received(self, attempt_id: str, now: float, *, delivered: bool) -> None:
        """A receipt of a message came."""
        self._balance.received(attempt_id, now, delivered=delivered)

    def review(self, now: float) -> None:
        """Once a second: shift what has to be shifted, and show how the accounts are."""
        self._balance.review(now)
        for account in self._accounts:
            name = account.name
            self._metrics.account(name, self._balance.state(name), self._balance.share(name), account.concurrency.limit)

    async def close(self) -> None:
        """Close all adapters."""
        await asyncio.gather(*(account.adapter.close() for account in self._accounts))

    def _heard(self, name: str, outcome: Outcome, now: float) -> None:
        self._balance.heard(name, now, good=verdict(outcome))
