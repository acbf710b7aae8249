"""A crowd whose reminders all fall due at the same instant.

It is planted: its aggregates are what the core makes of a profile and an invoice (one is decided, the others are it
with other numbers), written to the state topic with a watermark, as a worker that had read it all would leave it.
"""

import asyncio
from datetime import UTC, datetime
from typing import Literal

import msgspec

from channels.accounts import SmtpConfig
from channels.email_smtp import SmtpEmail
from channels.protocol import Prepared
from dispatcher import __version__
from dispatcher.core.decide import Conditions, decide
from dispatcher.core.policy import Policy
from dispatcher.engine.config import Connection
from dispatcher.engine.log_position import WATERMARK_KEY, Watermark
from dispatcher.engine.placement import partition_of
from dispatcher.engine.transactions import PartitionTransactions
from dispatcher.messages.rendering import Templates
from schemas import codec, inbox, state
from schemas.codec import Accepted
from schemas.inbox import Arrival, Cause, LogMark
from schemas.state import EMPTY
from schemas.values import to_millis
from tests.broker.installation import Installation, due, profile

DAWN = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)
"""When the crowd's invoices were stated: a Wednesday on which nobody may be contacted yet."""

DUE = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
_AT_ONCE = 10_000
_ZERO = b"0000000"
_EVERYTHING = Conditions("on", frozenset(), gate_open=True, credits=frozenset({"sms", "email", "call_task"}))


Reached = Literal["sms", "email"]
"""By what the crowd is reached."""


def customer(number: int) -> str:
    """The id of one of the crowd."""
    return f"crowd-{number:07d}"


def address(number: int) -> str:
    """The address of one of the crowd."""
    return f"crowd-{number:07d}@example.com"


def all_at_once(policy_text: str) -> str:
    """The policy, but all channels open at eight and nobody is spread over the half hour after that."""
    return policy_text.replace("spread_minutes = 30", "spread_minutes = 0").replace("07:00-21:00", "08:00-21:00")


async def plant(installed: Installation, policy: Policy, count: int, reached: Reached = "email") -> None:
    """Write the crowd's state, and positions that go with the inbox."""
    record = _planned(policy, reached)
    topic = installed.config.topic("reminders.state")
    parts: dict[int, list[tuple[bytes, bytes]]] = {}
    for number in range(count):
        digits = b"%07d" % number
        key = b"crowd-" + digits
        parts.setdefault(partition_of(key.decode(), installed.partitions), []).append(
            (key, record.replace(_ZERO, digits))
        )
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    for partition, identity in (await _identities(installed)).items():
        mark = Watermark(identity, 0, f"{policy.hash} {__version__}")
        writer = PartitionTransactions(
            Connection(installed.broker), f"crowd-{installed.prefix}{partition}", partition, 60
        )
        await writer.start()
        entries = [*parts.pop(partition, []), (WATERMARK_KEY, msgspec.msgpack.encode(mark))]
        for start in range(0, len(entries), _AT_ONCE):
            await writer.write([(topic, entries[start : start + _AT_ONCE])])
        await writer.close()


def _planned(policy: Policy, reached: Reached) -> bytes:
    """The record of number 0, who owes since dawn and is to be written to when the day begins."""
    told = decide(customer(0), EMPTY, _arrivals(reached), policy, to_millis(DAWN), _EVERYTHING)
    if told.wake_at != to_millis(DUE):
        raise AssertionError(f"the crowd would be due at {told.wake_at}, not at {to_millis(DUE)}")
    return state.encode(told.customer, told.wake_at, told.flags)


def mail_of(policy: Policy) -> bytes:
    """The mail that number 0 gets, as it goes over the line."""
    told = decide(customer(0), EMPTY, _arrivals("email"), policy, to_millis(DUE), _EVERYTHING)
    prepared = SmtpEmail(SmtpConfig("", 0, "none", "billing@energy.example")).prepare(
        Templates().render(told.claims[0], policy)
    )
    if not isinstance(prepared, Prepared) or not isinstance(prepared.payload, bytes):
        raise TypeError(str(prepared))
    return prepared.payload


def _arrivals(reached: Reached) -> list[Arrival]:
    phones = [{"number": f"+44770{0:07d}", "kind": "mobile"}] if reached == "sms" else []
    emails = [{"address": address(0), "kind": "private"}] if reached == "email" else []
    known: dict[str, object] = {"phones": phones, "emails": emails}
    published = [profile(customer(0), at=DAWN, **known), due(customer(0), f"I-{0:07d}", at=DAWN)]
    arrivals: list[Arrival] = []
    for offset, (topic, _, value) in enumerate(published):
        read = codec.read(topic, value)
        if not isinstance(read, Accepted):
            raise TypeError(str(read))
        arrivals.append(Arrival(read.at, Cause(topic, 0, offset, read.source, read.id), read.fact))
    return arrivals


async def _identities(installed: Installation) -> dict[int, str]:
    """The mark at the beginning of each inbox partition."""
    found: dict[int, str] = {}
    for each in await installed.records("reminders.inbox"):
        mark = inbox.decode_mark(each.value) if each.offset == 0 and each.value else None
        if isinstance(mark, LogMark):
            found[each.partition] = mark.identity
    return found
