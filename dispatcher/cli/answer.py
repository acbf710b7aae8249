"""The answer to "why": the journal of one customer up to an instant, and what is planned from there."""

import msgspec

from dispatcher.cli.journal import records
from dispatcher.cli.kafka import existing, on_kafka
from dispatcher.cli.policy_store import policy_in_force
from dispatcher.cli.prospect import Prospect, as_recorded, prospect
from dispatcher.core.explain import explain
from dispatcher.core.point_bars import PointBars
from dispatcher.core.policy import Policy
from dispatcher.core.zones import place_of
from dispatcher.engine.clients import Kafka
from dispatcher.engine.placement import partition_of
from dispatcher.settings import Settings
from schemas import points, topics
from schemas.journal import JournalRecord, decode_journal
from schemas.state import EMPTY, Customer, decode
from schemas.values import Millis, from_millis


class Answer(msgspec.Struct, frozen=True):
    """What is known of a customer: the journal up to an instant, and what is planned from there.

    `told`: the last decision about each invoice as a paragraph for people, on the customer's clock.
    """

    customer_id: str
    policy: str
    happened: tuple[JournalRecord, ...]
    next: Prospect
    told: tuple[str, ...] = ()


def answer(settings: Settings, customer: str, invoice: str | None, now: Millis) -> Answer | None:
    """Read journal and state, and ask the core; None if no event has ever named this customer.

    `invoice` leaves out what concerns only others. Where the journal goes on after `now`, the state is not what it
    was, and what was planned then is taken from the journal.
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
        planned = tuple(each for each in ahead.planned if invoice in each.invoice_ids)
        ahead = msgspec.structs.replace(ahead, planned=planned)
    return Answer(customer, policy.hash, happened, ahead, _told(happened, state))


def _told(happened: tuple[JournalRecord, ...], state: Customer | None) -> tuple[str, ...]:
    last = {name: each for each in happened if each.kind == "decision" for name in each.invoice_ids}
    profile = None if state is None else state.profile
    zone = "Etc/UTC" if profile is None else place_of(profile.timezone, profile.country, profile.region).zones[0]
    once = {last[name].record_id: last[name] for name in sorted(last)}
    return tuple(explain(each, zone) for each in once.values())


async def _read(
    kafka: Kafka, settings: Settings, customer: str
) -> tuple[Policy, list[JournalRecord], Customer | None, PointBars]:
    policy = await policy_in_force(kafka, settings)
    journalled = [
        decode_journal(record.value) async for record in records(kafka, settings, customer) if record.value is not None
    ]
    return policy, journalled, await _state(kafka, settings, customer), await _bars(kafka, settings)


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
