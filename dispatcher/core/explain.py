"""A decision in words for people: what happened and why, by which rule, and when, or by what, that can change.

Instants are read on the customer's own clock. Ids, codes and rules are named, never a person or an address.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from schemas.journal import JournalRecord, Reason, Result
from schemas.reasons import SENTENCES, ReasonCode

_RESULTS: dict[Result, str] = {
    "planned": "planned",
    "claimed": "sent on its way",
    "accepted": "accepted by the channel",
    "delivered": "delivered",
    "undelivered": "not delivered",
    "deferred": "put off",
    "suppressed": "not made",
    "merged": "merged into another contact",
    "cancelled": "cancelled",
    "waiting": "kept waiting",
    "expired": "expired",
    "rejected": "refused",
    "in_doubt": "in doubt",
    "parked": "set aside",
    "released": "given back unsent",
    "recorded": "recorded",
    "permitted": "free to be dialled",
    "refused": "not to be dialled",
}
"""What was done with a contact; what the reader cannot guess is said by the reasons."""

CHANGES: dict[ReasonCode, str] = {
    "hold": "when the hold is released",
    "plan": "when the plan is cancelled",
    "promise": "when the promise is cancelled",
    "paid": "when billing states that something is owed again",
    "cancelled": "when billing states that something is owed again",
    "erased": "when a profile names a new basis for contact",
    "waiting_for_profile": "when the customer's profile is published",
    "no_reachable_channel": "when the profile names a number or an address that the stage can use",
    "opted_out": "when the customer allows the channel again",
    "objection_unread": "when somebody has read what was answered",
    "unreachable_point": "when the profile names another number or address, or one that was verified since",
    "no_consent": "when a consent is on file",
    "blocked_channel": "when the customer no longer blocks the channel",
    "below_minimum": "when more is owed",
    "not_overdue": "when billing publishes invoice.overdue",
    "ladder_done": "when billing states another due date",
    "in_flight": "when the earlier contact has been answered",
    "unanswered": "when somebody finds out whether it was sent",
    "shadow": "when sending is switched on",
    "not_in_allowlist": "when sending is no longer limited",
}
"""What can change an answer that time alone does not change."""


def explain(record: JournalRecord, zone: str = "Etc/UTC") -> str:
    """One paragraph about a journal record, on the clock of an IANA zone."""
    clock = ZoneInfo(zone)
    parts = [f"On {_instant(record.at, clock)} {_subject(record)} was {_RESULTS[record.result]}{_when(record, clock)}."]
    parts += [_reason(reason, record.result) for reason in record.reasons]
    parts += [part for part in (_change(record, clock), _people(record)) if part]
    return " ".join([*parts, f"(Times in {zone}.)"])


def _instant(at: datetime, clock: ZoneInfo) -> str:
    return f"{at.astimezone(clock):%A %Y-%m-%d at %H:%M}"


def _when(record: JournalRecord, clock: ZoneInfo) -> str:
    return "" if record.planned_for is None else f" for {_instant(record.planned_for, clock)}"


def _subject(record: JournalRecord) -> str:
    about = f" about {' and '.join(record.invoice_ids)}" if record.invoice_ids else ""
    stage = "" if record.stage is None else f" of stage {record.stage}"
    if record.result in {"permitted", "refused"}:
        return f"the task{stage}{about}"
    if record.kind == "fact":
        return f"an event{about}"
    channel = "" if record.channel is None else f" by {record.channel}"
    return f"the contact{stage}{about}{channel}"


def sentence(code: ReasonCode, result: Result) -> str:
    """A reason in words; of what is only planned nobody knows yet whether anything will forbid it."""
    return "The stage begins then." if (result, code) == ("planned", "due") else SENTENCES[code]


def _reason(reason: Reason, result: Result) -> str:
    seen = [f"{name} {value}" for name, value in reason.inputs.items()]
    marks = "; ".join([f"rule {reason.rule}", *seen] if reason.rule else seen)
    said = sentence(reason.code, result)
    return f"{said} ({marks})" if marks else said


def _change(record: JournalRecord, clock: ZoneInfo) -> str:
    if record.next_at is not None:
        what = "The next stage begins" if record.result in ("claimed", "merged") else "This can change"
        return f"{what} on {_instant(record.next_at, clock)}."
    found = dict.fromkeys(CHANGES[each.code] for each in record.reasons if each.code in CHANGES)
    return f"This can change {' or '.join(found)}." if found and record.kind == "decision" else ""


def _people(record: JournalRecord) -> str:
    tier = "" if record.tier is None else f"The customer is in tier {record.tier} (rule {record.tier_rule})."
    who = "" if record.responsible is None else f"Responsible: {record.responsible}."
    return f"{tier} {who}".strip()
