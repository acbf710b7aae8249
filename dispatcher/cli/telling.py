"""Journal records in words. They hold ids, codes and instants, never a name or an address."""

from collections.abc import Iterable
from datetime import datetime

from dispatcher.core.explain import sentence
from schemas.journal import JournalRecord, Reason, Result


def told(record: JournalRecord) -> str:
    """One record in one line: when, about what, what came of it, and why."""
    about = ",".join(record.invoice_ids) or "-"
    words = [
        shown(record.at),
        record.customer_id,
        about,
        record.stage or "-",
        record.channel or "-",
        record.result,
    ]
    if ahead := record.planned_for or record.next_at:
        words.append(f"not before {shown(ahead)}")
    return "  ".join([*words, sentences(record.reasons, record.result)])


def sentences(reasons: Iterable[Reason], result: Result) -> str:
    """Reasons of a result in words, each with the rule and the values that it looked at."""
    return " ".join(_sentence(reason, result) for reason in reasons)


def shown(instant: datetime) -> str:
    """An instant in UTC, to the second."""
    return instant.strftime("%Y-%m-%d %H:%M:%SZ")


def _sentence(reason: Reason, result: Result) -> str:
    looked_at = [f"{name}={value}" for name, value in sorted(reason.inputs.items())]
    detail = ", ".join([reason.rule, *looked_at] if reason.rule else looked_at)
    return f"{reason.code}: {sentence(reason.code, result)}" + (f" [{detail}]" if detail else "")
