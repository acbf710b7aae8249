"""What each invoice comes to, and what of a statement was new: the later statement wins, and a repetition is no change."""

from collections.abc import Iterable
from typing import Final

import msgspec

from dispatcher.archive.facts import Row, Stated
from schemas.inbox import InvoiceSettled, InvoiceStated
from schemas.values import Day, Millis

Key = bytes


class Known(msgspec.Struct, frozen=True):
    """A row of `invoices` without its key, in the order of its columns."""

    customer_id: str
    invoice_id: str
    partition: int
    offset: int
    creditor_id: str | None = None
    kind: str | None = None
    due_day: Day | None = None
    amount_due: int | None = None
    currency: str | None = None
    stated_us: int = 0
    valued_us: int = 0
    overdue_at: Millis | None = None
    reason: str | None = None
    changed_us: int = 0


FOREVER: Final = 2**62
"""Until when the last change of an invoice holds, in microseconds."""


class Change(msgspec.Struct, frozen=True):
    """A row of `changes`, in the order of its columns."""

    key: bytes
    partition: int
    offset: int
    customer_id: str
    invoice_id: str
    stated_us: int
    event: str
    creditor_id: str | None
    kind: str | None
    due_day: Day | None
    amount_due: int
    currency: str
    reason: str | None
    settled_at: Millis | None
    since_us: int
    until_us: int
    was_amount: int | None


def heard(known: dict[Key, Known], statements: Iterable[Stated]) -> list[Row]:
    """Bring `known` up to date, and return the rows of what changed."""
    changes: list[Row] = []
    last: dict[Key, Row] = {}
    for each in statements:
        before = known.get(each.key) or Known(
            each.customer_id, each.fact.invoice_id, each.place.partition, each.place.offset
        )
        after = _after(before, each.fact, each.at_us)
        if _says_more(before, after):
            after = msgspec.structs.replace(after, changed_us=_since(before, each))
            row = _change(each, before, after)
            if each.key in last:
                last[each.key]["until_us"] = after.changed_us
            last[each.key] = row
            changes.append(row)
        known[each.key] = after
    return changes


def _since(before: Known, stated: Stated) -> int:
    """From when on a change holds: a payment from when it was made, and nothing from before an earlier change."""
    fact, since = stated.fact, stated.at_us
    if isinstance(fact, InvoiceSettled):
        since = min(since, fact.settled_at * 1000)
    return max(before.changed_us, since)


def again(known: dict[Key, Known], values: Change) -> None:
    """Bring `known` up to date with a row of `changes`: how `invoices` follows from them."""
    before = known.get(values.key) or Known(values.customer_id, values.invoice_id, values.partition, values.offset)
    settled = values.event == "settled"
    known[values.key] = msgspec.structs.replace(
        before,
        creditor_id=values.creditor_id,
        kind=values.kind,
        due_day=values.due_day,
        amount_due=values.amount_due,
        currency=values.currency,
        stated_us=before.stated_us if settled else values.stated_us,
        valued_us=values.stated_us,
        overdue_at=values.stated_us // 1000 if values.event == "overdue" else before.overdue_at,
        reason=values.reason,
        changed_us=values.since_us,
    )


def _after(before: Known, fact: InvoiceStated | InvoiceSettled, at_us: int) -> Known:
    valued = at_us >= before.valued_us
    if isinstance(fact, InvoiceSettled):
        if not valued:
            return before
        return msgspec.structs.replace(
            before, amount_due=fact.amount_due, currency=fact.currency, reason=fact.reason, valued_us=at_us
        )
    overdue_at = max(before.overdue_at or 0, at_us // 1000) if fact.overdue else before.overdue_at
    after = msgspec.structs.replace(before, overdue_at=overdue_at)
    if at_us >= before.stated_us:
        after = msgspec.structs.replace(
            after, creditor_id=fact.creditor_id, kind=fact.kind, due_day=fact.due_on, stated_us=at_us
        )
        if valued:
            after = msgspec.structs.replace(
                after, amount_due=fact.amount_due, currency=fact.currency, reason=None, valued_us=at_us
            )
    return after


def _says_more(before: Known, after: Known) -> bool:
    """Whether more than stamps differ."""
    if (before.overdue_at is None) != (after.overdue_at is None):
        return True
    said = ("due_day", "amount_due", "currency", "reason", "creditor_id", "kind")
    return any(getattr(before, name) != getattr(after, name) for name in said)


def _change(stated: Stated, before: Known, after: Known) -> Row:
    fact = stated.fact
    settled = isinstance(fact, InvoiceSettled)
    event = "settled" if settled else "overdue" if isinstance(fact, InvoiceStated) and fact.overdue else "due"
    return {
        "key": stated.key,
        "partition": stated.place.partition,
        "offset": stated.place.offset,
        "customer_id": after.customer_id,  # a pseudonym, if the customer was erased since the first statement
        "invoice_id": after.invoice_id,
        "stated_us": stated.at_us,
        "event": event,
        "creditor_id": after.creditor_id,
        "kind": after.kind,
        "due_day": after.due_day,
        "amount_due": after.amount_due if after.amount_due is not None else fact.amount_due,
        "currency": after.currency or fact.currency,
        "reason": after.reason,
        "settled_at": fact.settled_at if isinstance(fact, InvoiceSettled) else None,
        "since_us": after.changed_us,
        "until_us": FOREVER,
        "was_amount": before.amount_due,
    }
