"""From an outcome to what is written: events in `customers.feedback`, and what holds at a number. Pure.

Every id is made of the submit's, so that sending a form twice, from whichever gateway, states one thing; a promise and a
hold are the task's, so that the same task says them anew. `source` names the collector: figures for each are made from
topics. What stops contact stands first: a customer's records are read in their order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from urllib.parse import quote

import msgspec

from dispatcher.gateway.appending import Entry, to_points
from dispatcher.gateway.calls.completeness import chosen
from dispatcher.gateway.calls.disclosures import disclosures_of
from dispatcher.gateway.calls.outcomes import NUMBER, RULES, NextAction, Outcome
from dispatcher.gateway.calls.texts import clean
from schemas.codec import read
from schemas.journal import AmountOfInvoice, TaskRecord
from schemas.points import PointStated
from schemas.rejected import Rejected
from schemas.topics import CUSTOMERS_FEEDBACK
from schemas.values import Channel, Millis, from_millis

SOURCE: Final = "dispatcher/desk"
"""Before the collector in the `source` of what the desk states."""

_ID_BYTES: Final = 16


class Misstated(Exception):
    """A statement of ours that intake would not accept: a fault of the program; the message names reason and place."""


@dataclass(frozen=True, slots=True)
class Submit:
    """Who says it, under which id, when, and when the contact took place."""

    submit_id: str
    person: str
    at: Millis
    contacted_at: Millis


def source_of(person: str) -> str:
    """The `source` of what a collector states."""
    return f"{SOURCE}/{quote(person, safe='@')}"


def entries_of(
    outcome: Outcome, task: TaskRecord, amounts: tuple[AmountOfInvoice, ...], submit: Submit, point_key: bytes
) -> list[Entry]:
    """Everything that an outcome writes, what stops contact first.

    Raises:
        Misstated: intake would refuse it.
    """
    entries = [to_points(task.contact_point, point_key, stated) for stated in _points(outcome, submit)]
    events = _events(outcome, task, amounts, submit)
    return entries + [event(task.customer_id, kind, data, submit) for kind, data in events]


def hold_id(task_id: str, kind: str, target: str = "") -> str:
    """The hold that a task led to; said again, it is the same one."""
    return name_of(task_id, "hold", kind, target)


def missing(outcome: Outcome, named: tuple[str, ...]) -> tuple[str, ...]:
    """The disclosures of a conversation with the customer that the collector did not confirm."""
    return tuple(each for each in named if each not in outcome.said) if outcome.contact_class == "right_party" else ()


def event(customer_id: str, event_type: str, data: dict[str, object], submit: Submit) -> Entry:
    """An event about a customer, its id made of the submit's and of what it says.

    Raises:
        Misstated: intake would refuse it.
    """
    about = msgspec.json.encode(data, order="sorted").decode()
    value = msgspec.json.encode(
        {
            "specversion": "1.0",
            "type": event_type,
            "id": name_of(submit.submit_id, event_type, about),
            "source": source_of(submit.person),
            "subject": customer_id,
            "time": from_millis(submit.at).isoformat(),
            "data": {"customer_id": customer_id, **data},
        }
    )
    if isinstance(refused := read(CUSTOMERS_FEEDBACK, value), Rejected):
        raise Misstated(f"{event_type} would be refused: {refused.reason} at {refused.path}")
    return Entry(CUSTOMERS_FEEDBACK, customer_id.encode(), value)


_Event = tuple[str, dict[str, object]]


def _points(outcome: Outcome, submit: Submit) -> Iterator[PointStated]:
    """Who wants no calls says so for the number, whoever's it is."""
    if outcome.word == "do_not_call":
        name = name_of(submit.submit_id, "point")
        at = submit.at * 1000
        yield PointStated("call_task", "opted_out", at, source_of(submit.person), name, "do_not_call")


def _events(
    outcome: Outcome, task: TaskRecord, amounts: tuple[AmountOfInvoice, ...], submit: Submit
) -> Iterator[_Event]:
    rule = RULES[outcome.word]
    note = clean(outcome.note)
    if outcome.next_action == "escalate":
        yield _hold(task, "manual", "", note)
    if rule.hold is not None:
        # Only what is disputed can be some of the invoices; everything else is about the person.
        targets = outcome.invoices if rule.hold == "dispute" else ()
        for target in targets or ("",):
            yield _hold(task, rule.hold, target, note)
    for channel in rule.bars:
        yield _consent(task, channel, outcome)
    if "amount" in rule.needs:
        yield _promise(outcome, task, amounts)
    yield _reported(outcome, task, submit, note)


def _hold(task: TaskRecord, kind: str, target: str, note: str) -> _Event:
    data: dict[str, object] = {"hold_id": hold_id(task.task_id, kind, target), "kind": kind}
    data |= {"scope": "invoice", "target": target} if target else {"scope": "customer"}
    return "hold.placed", data | ({"note": note} if note else {})


def _consent(task: TaskRecord, channel: Channel, outcome: Outcome) -> _Event:
    data = {"contact_point": task.contact_point, "channel": channel, "allowed": False, "source": outcome.word}
    return "consent.changed", data


def _promise(outcome: Outcome, task: TaskRecord, amounts: tuple[AmountOfInvoice, ...]) -> _Event:
    owed = {each.invoice_id: each for each in amounts}
    invoices = [each for each in chosen(outcome, task) if each in owed]
    return "promise.made", {
        "promise_id": name_of(task.task_id, "promise"),
        "invoice_ids": invoices,
        "amount": outcome.amount,
        "currency": owed[invoices[0]].currency,
        "promised_on": outcome.day,
    }


def _reported(outcome: Outcome, task: TaskRecord, submit: Submit, note: str) -> _Event:
    """The contact itself. One whose next action is to call back leaves the task open: the same one is done again later."""
    rule = RULES[outcome.word]
    data: dict[str, object] = {
        "channel": "call_task",
        "direction": "outbound",
        "at": from_millis(submit.contacted_at).isoformat(),
        "by": "desk",
        "outcome": rule.told or outcome.word,
        "contact_class": outcome.contact_class,
        "number_status": NUMBER.get(outcome.word, outcome.number_status),
        "next_action": followed_by(outcome),
        "invoice_ids": chosen(outcome, task),
        "task_id": task.task_id,
    }
    named = tuple(each.id for each in disclosures_of(task.script))
    omitted = {"omitted": left_out} if (left_out := missing(outcome, named)) else {}
    return "contact.reported", data | ({"note": note} if note else {}) | omitted


def followed_by(outcome: Outcome) -> NextAction:
    """What follows: as the person says, else as the word implies."""
    return RULES[outcome.word].next_action if outcome.next_action == "none" else outcome.next_action


def name_of(*texts: str) -> str:
    """An id made of texts, the same for the same ones."""
    return "desk-" + blake2b(msgspec.msgpack.encode(texts), digest_size=_ID_BYTES).hexdigest()
