"""From a customer's answer to what is written: events in `customers.feedback`, and what holds at a number or address. Pure.

The id of an event is made of the link, the answer and the moment at which the form was shown: pressing a button twice, or
sending the same form again, states one thing, and the same answer given anew next week states it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, assert_never

import msgspec

from dispatcher.gateway.appending import Entry, to_points
from dispatcher.gateway.page_answers import (
    Answer,
    Disputed,
    InstalmentsAsked,
    Paid,
    Preferred,
    Promised,
    Stopped,
    Time,
)
from schemas.links import CustomerLink
from schemas.points import PointStated
from schemas.topics import CUSTOMERS_FEEDBACK
from schemas.values import CHANNELS, to_date

SOURCE: Final = "dispatcher/page"
"""The `source` of what customers state on their page."""

_QUIET: Final[dict[Time, dict[str, object]]] = {
    "mornings": {"from": "00:00", "to": "12:00"},
    "afternoons": {"from": "12:00", "to": "17:00"},
    "evenings": {"from": "17:00", "to": "24:00"},
    "weekends": {"from": "00:00", "to": "24:00", "days": ["sat", "sun"]},
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Given:
    """When an answer was given (`at`, microseconds), and what `form` it was given in, the same for the same form."""

    at: int
    form: str


def entries_of(answer: Answer, link: CustomerLink, given: Given, point_key: bytes) -> list[Entry]:
    """Everything that an answer writes; what silences a number or address goes first."""
    entries: list[Entry] = []
    for event_type, data in _events(answer, link, given):
        name = _name(link, given.form, event_type, data)
        if isinstance(answer, Stopped):
            why = "one_click" if answer.by_mail_program else "page"
            stated = PointStated(link.channel, "opted_out", given.at, SOURCE, name, why)
            entries.append(to_points(link.point, point_key, stated))
        event = {
            "specversion": "1.0",
            "type": event_type,
            "id": name,
            "source": SOURCE,
            "subject": link.customer_id,
            "time": _instant(given.at),
            "data": {"customer_id": link.customer_id, **data},
        }
        entries.append(Entry(CUSTOMERS_FEEDBACK, link.customer_id.encode(), msgspec.json.encode(event)))
    return entries


_Event = tuple[str, dict[str, object]]
"""Its type, and its data without the customer."""


def _events(answer: Answer, link: CustomerLink, given: Given) -> Iterator[_Event]:
    match answer:
        case Paid(invoices):
            yield _reported(link, given, "paid_claimed", "check_payment", invoices, "")
        case InstalmentsAsked(invoices, note):
            yield _reported(link, given, "instalments_requested", "review", invoices, note)
        case Promised(invoices, amount, currency, day):
            data = {"invoice_ids": invoices, "amount": amount, "currency": currency, "promised_on": to_date(day)}
            yield "promise.made", {"promise_id": _thing(link, "promise", *invoices), **data}
        case Disputed(invoices, note):
            about = {"note": note} if note else {}
            for target in invoices:
                hold = {"hold_id": _thing(link, "dispute", target), "scope": "invoice", "target": target}
                yield "hold.placed", {**hold, "kind": "dispute", **about}
            if not invoices:
                hold_id = _thing(link, "dispute", link.contact_id)
                yield "hold.placed", {"hold_id": hold_id, "scope": "customer", "kind": "dispute", **about}
        case Preferred():
            yield "preference.stated", _wishes(answer)
        case Stopped():
            data = {"contact_point": link.point, "channel": link.channel, "allowed": False}
            source = "one-click unsubscribe" if answer.by_mail_program else "customer's page"
            yield "consent.changed", {**data, "source": source}
        case _:
            assert_never(answer)


def _reported(  # noqa: PLR0917  one report
    link: CustomerLink, given: Given, outcome: str, next_action: str, invoices: tuple[str, ...], note: str
) -> _Event:
    """An inbound contact. Nobody was spoken to, and a link proves no identity: it counts as no conversation."""
    data: dict[str, object] = {
        "channel": link.channel,
        "direction": "inbound",
        "at": _instant(given.at),
        "by": "customer",
        "outcome": outcome,
        "contact_class": "none",
        "contact_id": link.contact_id,
        "next_action": next_action,
        "invoice_ids": invoices,
    }
    return "contact.reported", {**data, "note": note} if note else data


def _wishes(answer: Preferred) -> dict[str, object]:
    order = [] if answer.first is None else [answer.first, *(each for each in CHANNELS if each != answer.first)]
    return {
        "channels": [each for each in order if each not in answer.blocked],
        "quiet_hours": [_QUIET[each] for each in answer.closed],
        "blocked_channels": answer.blocked,
    }


def _thing(link: CustomerLink, kind: str, *about: str) -> str:
    """The id of a promise or hold: the same customer means the same one by the same invoices, and states it anew."""
    return _digest(link.customer_id, kind, *about)


def _name(link: CustomerLink, form: str, event_type: str, data: dict[str, object]) -> str:
    said = {field: value for field, value in data.items() if field != "at"}
    content = msgspec.json.encode(said, order="sorted").decode()
    return _digest(link.customer_id, link.contact_id, link.point, form, event_type, content)


def _digest(*texts: str) -> str:
    return "page-" + blake2b(msgspec.msgpack.encode(texts), digest_size=_ID_BYTES).hexdigest()


def _instant(at_us: int) -> str:
    return (_EPOCH + timedelta(microseconds=at_us)).isoformat()
