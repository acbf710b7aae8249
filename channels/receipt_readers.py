"""Who reads what the receivers of named adapters tell later. Twilio's word and mail systems' have ways of their own."""

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint

from channels.offers import Unusable, announced, offer
from channels.receipts import Receipts
from channels.registry import Accounts, RegistryProblems, is_built_in
from channels.webhook_receipts import WebhookReceipts


def readers(
    names: Iterable[str],
    accounts: Accounts,
    under: str | None,
    found: Callable[[], Iterable[EntryPoint]] = announced,
) -> dict[str, Receipts] | RegistryProblems:
    """The reader of each named adapter that has one, or everything that is wrong with them.

    `under` is the public address that the adapters' names are put behind for their providers to call; without one there are
    no readers of installed adapters, whose signatures may cover it. `found` is asked for them only if one is named.
    """
    made: dict[str, Receipts] = {}
    problems: list[str] = []
    for name in sorted(set(names)):
        reader = _reader(name, accounts, under, found)
        if isinstance(reader, str):
            problems.append(reader)
        elif reader is not None:
            made[name] = reader
    return RegistryProblems(tuple(problems)) if problems else made


def _reader(
    name: str, accounts: Accounts, under: str | None, found: Callable[[], Iterable[EntryPoint]]
) -> Receipts | str | None:
    if name == "webhook":
        return _webhook(accounts)
    if is_built_in(name) or under is None:
        return None
    return _installed(name, accounts, f"{under}/{name}", found())


def _webhook(accounts: Accounts) -> Receipts | None:
    return None if accounts.webhook is None else WebhookReceipts([accounts.webhook.secret])


def _installed(name: str, accounts: Accounts, address: str, found: Iterable[EntryPoint]) -> Receipts | str | None:
    offered = offer(name, found)
    if offered is None:
        return f"adapter {name} is announced by no installed package: install the one that offers it"
    if isinstance(offered, Unusable):
        return f"adapter {name} {offered.why}"
    if offered.receipts is None:
        return None
    try:
        return offered.receipts(address, accounts.options.get(name, {}))
    except ValueError as wrong:
        return f"adapter {name}: {wrong}"
