"""Every record that intake takes becomes something: facts of one customer, or a record among the rejected."""

import asyncio
import json

import pytest

from dispatcher.engine.intake_batch import MOST_RECORDS, Batch, Writer
from dispatcher.engine.placement import partition_of
from dispatcher.engine.record import Record
from dispatcher.ops.metrics import Metrics
from schemas import inbox
from schemas.inbox import Cause, InvoiceSettled
from schemas.topics import BILLING_SETTLED, CUSTOMERS_FEEDBACK

PARTITIONS = 4
AT = "2026-03-04T10:00:00Z"
SETTLED = {
    "invoice_id": "I-1",
    "amount_due": 0,
    "currency": "GBP",
    "reason": "payment",
    "settled_at": AT,
}
OBJECTED = {"contact_point": "+447700900123", "channel": "sms", "allowed": False, "source": "STOP"}


def event(kind: str, customer: str = "C-1", **data: object) -> bytes:
    body = {"specversion": "1.0", "id": "1", "source": "/billing", "type": kind, "time": AT}
    return json.dumps(body | {"subject": customer, "data": {"customer_id": customer, **data}}).encode()


def record(topic: str, value: bytes, offset: int = 7, headers: tuple[tuple[str, bytes], ...] = ()) -> Record:
    return Record(topic, 2, offset, 1_772_000_000_000, b"any", value, headers)


class Shelves:
    """Keeps what it is handed; what is awaited of it is counted as standing."""

    def __init__(self) -> None:
        self.inbox: dict[int, list[tuple[bytes, bytes | None]]] = {}
        self.points: list[tuple[bytes, bytes | None]] = []
        self.rejected: list[tuple[bytes | None, dict[str, bytes]]] = []
        self.handed_over = self.standing = 0

    async def _stands(self) -> None:
        self.standing += 1

    def _one(self):
        self.handed_over += 1
        return self._stands()

    async def state_points(self, entries):
        self.points += entries
        return [self._one() for _ in entries]

    async def append(self, batches):
        self.inbox |= {partition: list(entries) for partition, entries in batches}
        return [self._one() for _ in self.inbox]

    async def reject(self, key, value, headers):
        self.rejected.append((value, dict(headers)))
        return self._one()


_writer: type[Writer] = Shelves


@pytest.fixture
def batch() -> Batch:
    return Batch(PARTITIONS, lambda consent, stamp, appended: (consent.contact_point.encode(), stamp[1].encode()))


def appended(batch: Batch) -> Shelves:
    shelves = Shelves()
    asyncio.run(batch.append(shelves))
    return shelves


def test_an_event_stands_in_its_customers_partition_with_its_place_in_the_topic(batch):
    batch.read(BILLING_SETTLED, record(BILLING_SETTLED, event("invoice.settled", **SETTLED)))

    ((key, value),) = appended(batch).inbox[partition_of("C-1", PARTITIONS)]
    arrival = inbox.decode_arrival(value)
    assert (key, type(arrival.fact), arrival.cause) == (
        b"C-1",
        InvoiceSettled,
        Cause(BILLING_SETTLED, 2, 7, "/billing", "1"),
    )


def test_events_of_one_partition_stay_in_their_order(batch):
    for number in range(3):
        value = event("invoice.settled", **SETTLED | {"invoice_id": f"I-{number}"})
        batch.read(BILLING_SETTLED, record(BILLING_SETTLED, value, offset=number))

    entries = appended(batch).inbox[partition_of("C-1", PARTITIONS)]
    assert [inbox.decode_arrival(value).cause.offset for _, value in entries] == [0, 1, 2]


def test_what_cannot_be_read_stands_among_the_rejected_as_it_was(batch):
    batch.read(BILLING_SETTLED, record(BILLING_SETTLED, b"{"))

    ((value, headers),) = appended(batch).rejected
    assert (value, headers["topic"], headers["partition"], headers["offset"]) == (b"{", b"billing.settled", b"2", b"7")


def test_an_event_in_binary_mode_is_rejected_by_that_name(batch):
    batch.read(BILLING_SETTLED, record(BILLING_SETTLED, b"{}", headers=(("ce_specversion", b"1.0"),)))

    ((_, headers),) = appended(batch).rejected
    assert headers["reason"] == b"binary_mode"


def test_a_word_about_a_number_is_kept_beside_the_customers_own_record(batch):
    batch.read(CUSTOMERS_FEEDBACK, record(CUSTOMERS_FEEDBACK, event("consent.changed", **OBJECTED)))

    shelves = appended(batch)
    assert (shelves.points, len(shelves.inbox)) == ([(b"+447700900123", b"/billing")], 1)


def test_it_is_appended_when_all_of_it_stands(batch):
    batch.read(CUSTOMERS_FEEDBACK, record(CUSTOMERS_FEEDBACK, event("consent.changed", **OBJECTED)))
    batch.read(BILLING_SETTLED, record(BILLING_SETTLED, b"{"))

    shelves = appended(batch)
    assert (shelves.handed_over, shelves.standing) == (3, 3)


def test_it_is_full_with_as_many_events_as_are_taken_at_a_time(batch):
    value = event("invoice.settled", **SETTLED)
    for _ in range(MOST_RECORDS - 1):
        batch.read(BILLING_SETTLED, record(BILLING_SETTLED, value))
    before = batch.full
    batch.read(BILLING_SETTLED, record(BILLING_SETTLED, value))

    assert (before, batch.full) == (False, True)


def test_what_came_in_is_counted_by_topic(batch):
    for value in (event("invoice.settled", **SETTLED), b"{", event("invoice.settled", **SETTLED)):
        batch.read(BILLING_SETTLED, record(BILLING_SETTLED, value))
    metrics = Metrics()
    batch.count(metrics)

    counted = {
        result: metrics.registry.get_sample_value(
            "dispatcher_events_total", {"topic": BILLING_SETTLED, "result": result}
        )
        for result in ("accepted", "rejected")
    }
    assert counted == {"accepted": 2, "rejected": 1}
