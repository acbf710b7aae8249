"""What the journal still knows of a customer whose aggregate was lost: the contacts that were made.

Facts come again from the inbox; contacts do not, and none must be made twice. A claim that was not given back counts as
made; after one that was, the next attempt has the next number. One of which nothing more was journalled is open: its outcome
may stand in the inbox, else it is in doubt.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from dispatcher.core.draft import DONE_KEPT, KEPT
from dispatcher.core.lifecycle import SETTLED
from dispatcher.core.rules import PAYMENT_RECEIVED
from schemas.journal import JournalRecord
from schemas.state import Attempt, Contact, Customer, Invoice, Retry
from schemas.values import Day, to_millis

_OPEN_MS = 24 * 60 * 60 * 1000
UNKNOWN_DAY: Day = -1
"""Due date of a stage of which only the journal is left, until the invoice is stated again."""
_IN_HAND = frozenset({"accepted", "permitted", "refused"})
"""What the journal says of a task that stays in the hands of people."""
_ALL_PAID = 0
"""The mark of an acknowledgement after which no further one of the invoice is owed."""


def remembered(records: Iterable[JournalRecord]) -> Customer:
    """The aggregate of one customer, made of its records in order: contacts, stages used up, and the last number."""
    contacts: dict[str, Contact] = {}
    attempts: dict[str, Attempt] = {}
    handed: dict[str, Attempt] = {}
    retries: dict[str, Retry] = {}
    stages: dict[str, list[tuple[str, str]]] = {}
    sequence = 0
    for each in records:
        sequence = max(sequence, _number(each.record_id))
        if each.result in ("claimed", "merged") and each.contact_id is not None and each.stage is not None:
            stages.setdefault(each.contact_id, []).extend((invoice_id, each.stage) for invoice_id in each.invoice_ids)
        if each.result == "claimed" and each.attempt_id is not None and each.channel is not None:
            contacts[each.attempt_id] = _contact(each)
            attempts[each.attempt_id] = attempt = _attempt(each)
            retries.pop(attempt.contact_id, None)
        elif each.attempt_id is not None:
            ended = attempts.pop(each.attempt_id, None) or handed.pop(each.attempt_id, None)
            if ended is not None and each.result in _IN_HAND:
                handed[each.attempt_id] = ended
            if each.result == "permitted" and each.attempt_id in contacts:
                contacts[each.attempt_id] = replace(contacts[each.attempt_id], at=to_millis(each.at))
            if each.result == "released":
                contacts.pop(each.attempt_id, None)
            if _is_given_back(each):
                stages.pop(each.contact_id or "", None)
                if ended is not None:
                    retries[ended.contact_id] = _retry(ended, each)
    invoices = _invoices(stages, retries)
    kept = tuple(sorted(contacts.values(), key=lambda each: (each.at, each.attempt_id)))[-KEPT:]
    return Customer(sequence=sequence, contacts=kept, attempts=attempts, retries=retries, invoices=invoices)


def _invoices(stages: dict[str, list[tuple[str, str]]], retries: dict[str, Retry]) -> dict[str, Invoice]:
    """What is known of invoices: the stages that were used up, and that a contact waits to be tried again."""
    used: dict[str, list[str]] = {}
    for pairs in stages.values():
        for invoice_id, stage in pairs:
            used.setdefault(invoice_id, []).append(stage)
    waiting = {invoice_id: Invoice() for retry in retries.values() for invoice_id in retry.invoice_ids}
    return waiting | {
        invoice_id: Invoice(done=tuple((_mark(stage), stage) for stage in dict.fromkeys(names))[-DONE_KEPT:])
        for invoice_id, names in used.items()
    }


def with_day(done: tuple[tuple[Day, str], ...], due_on: Day) -> tuple[tuple[Day, str], ...]:
    """Stages used up, of an invoice that is stated: what is of an unknown day was of this one."""
    if all(day != UNKNOWN_DAY for day, _ in done):
        return done
    return tuple((due_on if day == UNKNOWN_DAY else day, stage) for day, stage in done)


def _is_given_back(record: JournalRecord) -> bool:
    """Whether the contact may be made again: a task that was withdrawn counts in the caps all the same."""
    withdrawn = record.result == "cancelled" and record.reasons[0].code not in SETTLED
    return record.result == "released" or withdrawn


def _mark(stage: str) -> Day:
    return _ALL_PAID if stage == PAYMENT_RECEIVED else UNKNOWN_DAY


def _number(name: str) -> int:
    number = name.rpartition(".")[2]
    return int(number) if number.isdecimal() else 0


def _contact(record: JournalRecord) -> Contact:
    if record.attempt_id is None or record.channel is None or record.stage is None:
        raise ValueError(f"{record.record_id} is no claim")
    return Contact(
        record.attempt_id,
        to_millis(record.at),
        record.channel,
        record.stage,
        record.creditor_id,
        record.invoice_ids,
    )


def _retry(attempt: Attempt, record: JournalRecord) -> Retry:
    return Retry(
        attempt.stage,
        attempt.creditor_id,
        attempt.invoice_ids,
        attempt.tried,
        attempt.number,
        0,
        record.reasons[0].code if record.reasons else "lease_expired",
        attempt.channel,
        attempt.spent,
    )


def _attempt(record: JournalRecord) -> Attempt:
    """Where it went is not in the journal: no provider can be asked about it."""
    contact = _contact(record)
    return Attempt(
        record.contact_id or contact.attempt_id.rpartition(".")[0],
        "claimed",
        contact.channel,
        contact.stage,
        contact.creditor_id,
        contact.invoice_ids,
        "",
        contact.at,
        contact.at + _OPEN_MS,
        number=_number(record.attempt_id or ""),
        spent=tuple((invoice_id, _mark(contact.stage), contact.stage) for invoice_id in contact.invoice_ids),
    )
