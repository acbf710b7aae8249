"""What the lane's answer in the journal means to whoever asked whether a task may be dialled."""

from typing import Final

from dispatcher.gateway.dialling import AmountNow, Permitted, Refused
from schemas.journal import JournalRecord, Reason
from schemas.reasons import ReasonCode
from schemas.values import to_millis

_STAYS: Final[frozenset[ReasonCode]] = frozenset(
    {
        "already_dialled",
        "cap",
        "cool_down",
        "holiday",
        "input_behind",
        "lease_overtaken",
        "min_gap",
        "not_in_allowlist",
        "paused",
        "quiet_hours",
        "shadow",
        "waiting_for_profile",
    }
)
"""Reasons that leave a task where it is; after any other one it has ended."""

_OWED: Final = "due."
"""What names of inputs begin with that say what is owed of an invoice."""


def answer_of(record: JournalRecord) -> Permitted | Refused | None:
    """The answer in a record; None: it is none."""
    match record.result:
        case "permitted":
            return _permitted(record, record.reasons[0])
        case "refused":
            next_at = None if record.next_at is None else to_millis(record.next_at)
            return Refused(record.reasons, next_at, record.reasons[0].code not in _STAYS)
        case _:
            return None


def _permitted(record: JournalRecord, reason: Reason) -> Permitted:
    at = to_millis(record.at)
    until = reason.inputs.get("until", at)
    owed = [(name.removeprefix(_OWED), str(said)) for name, said in reason.inputs.items() if name.startswith(_OWED)]
    return Permitted(at, int(until), tuple(_amount(invoice_id, said) for invoice_id, said in owed))


def _amount(invoice_id: str, said: str) -> AmountNow:
    amount, _, currency = said.partition(" ")
    return AmountNow(invoice_id, int(amount), currency)
