"""A decision in words for people: what was decided, why, by which rule, and when that can change."""

from schemas.journal import JournalRecord, Reason
from schemas.reasons import SENTENCES

_RESULTS = {
    "planned": "planned",
    "claimed": "sent on its way",
    "accepted": "accepted by the channel",
    "delivered": "delivered",
    "undelivered": "not delivered",
    "deferred": "put off",
    "suppressed": "not made",
    "merged": "merged into another contact",
    "cancelled": "cancelled",
    "waiting": "waiting",
    "expired": "expired",
    "rejected": "refused",
    "in_doubt": "in doubt",
    "parked": "set aside",
    "released": "given back unsent",
    "recorded": "recorded",
}


def explain(record: JournalRecord) -> str:
    """One paragraph about a journal record; it names rules, never a person or an address."""
    subject = "The event was" if record.kind == "fact" else f"{_contact(record)} was"
    parts = [f"{subject} {_RESULTS[record.result]}.", *(_reason(reason) for reason in record.reasons)]
    if record.planned_for is not None:
        parts.append(f"It is due on {record.planned_for:%Y-%m-%d at %H:%M} UTC.")
    if record.next_at is not None:
        parts.append(f"The next look is on {record.next_at:%Y-%m-%d at %H:%M} UTC.")
    if record.tier is not None:
        parts.append(f"Tier: {record.tier} (rule {record.tier_rule}).")
    if record.responsible is not None:
        parts.append(f"Responsible: {record.responsible}.")
    return " ".join(parts)


def _contact(record: JournalRecord) -> str:
    what = "The contact" if record.stage is None else f"The contact of stage {record.stage}"
    return what if record.channel is None else f"{what} by {record.channel}"


def _reason(reason: Reason) -> str:
    seen = ", ".join(f"{name} {value}" for name, value in reason.inputs.items())
    marks = "; ".join(part for part in (f"rule {reason.rule}" if reason.rule else "", seen) if part)
    sentence = SENTENCES[reason.code]
    return f"{sentence} ({marks})" if marks else sentence
