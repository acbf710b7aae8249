"""The answer to "why": the journal of one customer up to an instant, and what is planned from there.

The journal is read in the archive, where there is one that has everything, else in its topic, which takes longer.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from dispatcher.cli.archived import Archived, Beside, Unusable, archived, behind
from dispatcher.cli.ending import stop
from dispatcher.cli.journal import records
from dispatcher.cli.kafka import existing, on_kafka
from dispatcher.cli.policy_store import policy_in_force
from dispatcher.cli.prospect import Prospect, as_recorded, prospect
from dispatcher.core.explain import explain
from dispatcher.core.point_bars import PointBars
from dispatcher.core.policy import Policy
from dispatcher.core.zones import place_of
from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import Connection
from dispatcher.engine.placement import partition_of
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings, client_options
from schemas import points, topics
from schemas.journal import JournalRecord, decode_journal
from schemas.state import EMPTY, Customer, decode
from schemas.values import Millis, from_millis

Source = Literal["archive", "topics"]


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the journal was read in. Of the archive: up to when it was written, and how many records it lacked.

    `behind` is None where Kafka was not asked, or did not answer.
    """

    source: Source = "topics"
    written_up_to: datetime | None = None
    behind: int | None = None


class Answer(msgspec.Struct, frozen=True):
    """What is known of a customer: the journal up to an instant, and what is planned from there.

    `told`: the last decision about each invoice as a paragraph for people, on the customer's clock. `beside`: what the
    archive has beside the journal, by its records' ids.
    """

    customer_id: str
    policy: str
    happened: tuple[JournalRecord, ...]
    next: Prospect
    told: tuple[str, ...] = ()
    origin: Origin = Origin()
    beside: tuple[Beside, ...] = ()


def answer(
    settings: Settings, customer: str, invoice: str | None, now: Millis, source: Source | None = None
) -> Answer | None:
    """What is known of a customer; None if no event has ever named this id.

    `invoice` leaves out what concerns only others. `source`: None: the archive, where there is one that has everything,
    else the topics.
    """
    if source == "topics":
        return _from_topics(settings, customer, invoice, now)
    try:
        found = archived(settings, customer, invoice, now)
    except Unusable as unusable:
        if source == "archive":
            stop(ExitCode.SETTINGS, str(unusable))
        return _from_topics(settings, customer, invoice, now)
    if source == "archive":
        return None if found is None else _from_archive(customer, found, now, None)
    if found is None:
        return _from_topics(settings, customer, invoice, now)
    lacks = _lacks(settings, customer, found)
    if lacks is None:
        return _from_archive(customer, found, now, None)
    return (
        _from_topics(settings, customer, invoice, now) if lacks else _from_both(settings, customer, invoice, now, found)
    )


def _from_archive(customer: str, found: Archived, now: Millis, lacks: int | None) -> Answer:
    """As it was recorded: nothing is asked of Kafka, nor of the policy that is in force."""
    happened = found.happened
    return Answer(
        customer,
        happened[-1].policy if happened else "",
        happened,
        as_recorded(happened, now),
        _paragraphs(happened, found.zone),
        Origin("archive", found.written_up_to, lacks),
        found.beside,
    )


def _from_both(settings: Settings, customer: str, invoice: str | None, now: Millis, found: Archived) -> Answer:
    """What happened out of the archive, which has everything; what is planned from the customer's state."""
    recorded = _from_archive(customer, found, now, 0)
    if found.goes_on:
        return recorded
    policy, state, bars = on_kafka(settings, lambda kafka: _now(kafka, settings, customer))
    ahead = prospect(customer, EMPTY if state is None else state, policy, now, settings, bars)
    return msgspec.structs.replace(recorded, policy=policy.hash, next=_about(invoice, ahead))


def _about(invoice: str | None, ahead: Prospect) -> Prospect:
    if invoice is None:
        return ahead
    planned = tuple(each for each in ahead.planned if invoice in each.invoice_ids)
    return msgspec.structs.replace(ahead, planned=planned)


def _lacks(settings: Settings, customer: str, found: Archived) -> int | None:
    """How many records the archive lacks; None where Kafka does not answer."""

    async def asked() -> int:
        async with Kafka(Connection(settings.bootstrap_servers, client_options(settings.kafka))) as kafka:
            return await behind(kafka, settings, customer, found.positions)

    try:
        return asyncio.run(asked())
    except KafkaAway:
        return None


def _from_topics(settings: Settings, customer: str, invoice: str | None, now: Millis) -> Answer | None:
    """Read journal and state, and ask the core.

    Where the journal goes on after `now`, the state is not what it was, and what was planned then is taken from the
    journal.
    """
    policy, journalled, state, bars = on_kafka(settings, lambda kafka: _read(kafka, settings, customer))
    if state is None and not journalled:
        return None
    happened = tuple(record for record in journalled if record.at <= from_millis(now))
    if len(happened) < len(journalled):
        ahead = as_recorded(happened, now)
    else:
        ahead = prospect(customer, EMPTY if state is None else state, policy, now, settings, bars)
    if invoice is not None:
        happened = tuple(record for record in happened if invoice in record.invoice_ids)
    return Answer(customer, policy.hash, happened, _about(invoice, ahead), _told(happened, state))


def _told(happened: tuple[JournalRecord, ...], state: Customer | None) -> tuple[str, ...]:
    profile = None if state is None else state.profile
    zone = "Etc/UTC" if profile is None else place_of(profile.timezone, profile.country, profile.region).zones[0]
    return _paragraphs(happened, zone)


def _paragraphs(happened: Sequence[JournalRecord], zone: str) -> tuple[str, ...]:
    last = {name: each for each in happened if each.kind == "decision" for name in each.invoice_ids}
    once = {last[name].record_id: last[name] for name in sorted(last)}
    return tuple(explain(each, zone) for each in once.values())


async def _read(
    kafka: Kafka, settings: Settings, customer: str
) -> tuple[Policy, list[JournalRecord], Customer | None, PointBars]:
    policy, state, bars = await _now(kafka, settings, customer)
    journalled = [
        decode_journal(record.value) async for record in records(kafka, settings, customer) if record.value is not None
    ]
    return policy, journalled, state, bars


async def _now(kafka: Kafka, settings: Settings, customer: str) -> tuple[Policy, Customer | None, PointBars]:
    policy = await policy_in_force(kafka, settings)
    return policy, await _state(kafka, settings, customer), await _bars(kafka, settings)


async def _bars(kafka: Kafka, settings: Settings) -> PointBars:
    """What is barred at numbers and addresses as the topic ends now."""
    bars = PointBars(settings.point_key)
    async for record in kafka.read(settings.topic(topics.POINTS), partition=0):
        bars.state(record.key or b"", points.decode(record.value or b""))
    return bars


async def _state(kafka: Kafka, settings: Settings, customer: str) -> Customer | None:
    topic, key = settings.topic(topics.STATE), customer.encode()
    partition = partition_of(customer, await existing(kafka, topic))
    found = None
    async for record in kafka.read(topic, partition=partition):
        if record.key == key:
            found = record.value
    return None if found is None else decode(found)
