"""Bad input ends among the rejected records, with its place and its reason, while its partition goes on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from dispatcher.engine.clients import Appended, Headers, Record
from schemas.refusals import RejectReason
from tests.broker.conftest import House
from tests.broker.installation import due, facts_of, profile
from tests.broker.operations import metric

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET_NAME = "Zaphod Beeblebrox"
SECRET_NUMBER = "+447700900999"
SECRET_ADDRESS = "zaphod@heartofgold.example"
PARTITION = 0


@dataclass(frozen=True)
class Bad:
    """A record that must be refused, the reason and the path that its refusal names."""

    name: str
    reason: RejectReason
    path: str
    value: Callable[[House], bytes]
    topic: str = "customers.updated"
    headers: Headers = ()


def person(change: Callable[[dict[str, Any]], None]) -> Callable[[House], bytes]:
    """A profile with the secrets in it, changed for the worse."""

    def value(house: House) -> bytes:
        _, _, good = profile(
            "bad-person",
            at=house.opened,
            name=SECRET_NAME,
            phones=[{"number": SECRET_NUMBER, "kind": "mobile"}],
            emails=[{"address": SECRET_ADDRESS, "kind": "private"}],
        )
        body = json.loads(good)
        change(body)
        return json.dumps(body).encode()

    return value


def invoice(**data: object) -> Callable[[House], bytes]:
    def value(house: House) -> bytes:
        return due("bad-invoice", "I-1", at=house.opened, **data)[2]

    return value


def set_data(**changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda body: body["data"].update(changes)


BAD = (
    Bad("malformed JSON", "malformed_json", "", lambda _: f'{{"id": "x", "name": "{SECRET_NAME}'.encode()),
    Bad("no JSON at all", "malformed_json", "", lambda _: SECRET_NUMBER.encode() + b" \xff\xfe"),
    Bad("nothing", "empty", "", lambda _: b""),
    Bad("a list", "not_an_event", "", lambda _: json.dumps([SECRET_NAME]).encode()),
    Bad("an unknown type", "unknown_type", "type", person(lambda body: body.update(type="customer.promoted"))),
    Bad("a type of another topic", "wrong_topic", "type", invoice()),
    Bad("a missing field", "missing_field", "data.country", person(lambda body: body["data"].pop("country"))),
    Bad("a field of another kind", "wrong_type", "data.phones", person(set_data(phones=SECRET_NUMBER))),
    Bad("an unknown zone", "unknown_zone", "data.timezone", person(set_data(timezone="Europe/Magrathea"))),
    Bad("an unknown country", "unknown_country", "data.country", person(set_data(country="ZZ"))),
    Bad(
        "a bad number",
        "invalid_phone",
        "data.phones[0].number",
        person(set_data(phones=[{"number": "12", "kind": "mobile"}])),
    ),
    Bad("an impossible date", "impossible_date", "data.due_on", invoice(due_on="2026-02-30"), "billing.due"),
    Bad("an unknown currency", "unknown_currency", "data.currency", invoice(currency="ZZZ"), "billing.due"),
    Bad("a negative amount", "invalid_value", "data.amount_due", invoice(amount_due=-1), "billing.due"),
    Bad("another subject", "subject_differs", "subject", person(lambda body: body.update(subject=SECRET_NAME))),
    Bad("one megabyte", "too_large", "", person(set_data(address=SECRET_NAME * 58_000))),
    Bad("a NUL byte", "nul_byte", "", lambda house: person(lambda _: None)(house) + b"\x00"),
    Bad("an escaped NUL", "nul_byte", "", person(set_data(name=SECRET_NAME + "\x00"))),
    Bad("deep nesting", "too_deep", "", lambda _: b'{"id": "deep", "data": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"),
    Bad(
        "binary mode",
        "binary_mode",
        "",
        lambda _: json.dumps({"customer_id": "c", "name": SECRET_NAME}).encode(),
        headers=[("ce_specversion", b"1.0"), ("ce_id", b"b-1"), ("ce_type", b"customer.updated"), ("ce_source", b"/x")],
    ),
)


@dataclass(frozen=True)
class Aftermath:
    """Where each bad record was put, the rejected records by that place, and the rejections that were counted."""

    at: dict[str, Appended]
    rejected: dict[tuple[str, str, str], Record]
    counted: float


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def aftermath(house: House) -> Aftermath:
    """All bad records, a good one behind each on the same partition; returns when the good ones have been applied."""
    installed = house.installed
    at: dict[str, Appended] = {}
    good: list[str] = []
    before = await rejections_counted(house)
    for number, bad in enumerate(BAD):
        value = bad.value(house)
        at[bad.name] = await installed.append(bad.topic, value, partition=PARTITION, headers=bad.headers)
        good.append(f"good-{number}")
        make = profile if bad.topic == "customers.updated" else lambda who, **more: due(who, "I-1", in_days=40, **more)
        _, key, event = make(f"after-bad-{number}", at=house.opened, event_id=good[-1])
        await installed.append(bad.topic, event, key, partition=PARTITION)
    await installed.until(facts_of(good))
    rejected = {}
    for record in await installed.records("reminders.rejected"):
        told = told_by(record)
        rejected[told["topic"].removeprefix(installed.prefix), told["partition"], told["offset"]] = record
    return Aftermath(at, rejected, await rejections_counted(house) - before)


async def rejections_counted(house: House) -> float:
    counted = [
        await metric(house.worker, f'dispatcher_events_total{{result="rejected",topic="{topic}"}}')
        for topic in ("customers.updated", "billing.due")
    ]
    return sum(each or 0 for each in counted)


def told_by(record: Record) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


def place(bad: Bad, aftermath: Aftermath) -> tuple[str, str, str]:
    at = aftermath.at[bad.name]
    return bad.topic, str(at.partition), str(at.offset)


each_bad = pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name.replace(" ", "-"))


@each_bad
async def test_a_bad_record_is_set_aside_as_it_came(house: House, aftermath: Aftermath, bad: Bad):
    assert aftermath.rejected[place(bad, aftermath)].value == bad.value(house)


@each_bad
async def test_the_reason_and_the_place_in_the_record_are_named(aftermath: Aftermath, bad: Bad):
    told = told_by(aftermath.rejected[place(bad, aftermath)])

    assert (told["reason"], told["path"]) == (bad.reason, bad.path)


@each_bad
async def test_headers_tell_nothing_personal(aftermath: Aftermath, bad: Bad):
    told = str(told_by(aftermath.rejected[place(bad, aftermath)]))

    assert [secret for secret in (SECRET_NAME, SECRET_NUMBER, SECRET_ADDRESS) if secret in told] == []


async def test_nothing_good_is_set_aside(aftermath: Aftermath):
    assert set(aftermath.rejected) == {place(bad, aftermath) for bad in BAD}


async def test_rejections_are_counted(aftermath: Aftermath):
    assert aftermath.counted == len(BAD)


async def test_the_log_tells_nothing_personal(house: House, aftermath: Aftermath):
    said = house.worker.output()

    assert [secret for secret in (SECRET_NAME, SECRET_NUMBER, SECRET_ADDRESS) if secret in said] == []


async def test_a_statement_that_is_dated_years_ahead_is_taken_and_counted(house: House):
    _, key, event = profile("years-ahead", at=datetime(2199, 1, 1, tzinfo=UTC), event_id="ahead-1")
    before = await metric(house.worker, "dispatcher_events_dated_ahead_total") or 0

    await house.installed.append("customers.updated", event, key, partition=PARTITION)
    await house.installed.until(facts_of(["ahead-1"]))

    assert await metric(house.worker, "dispatcher_events_dated_ahead_total") == before + 1
