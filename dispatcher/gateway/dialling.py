"""Whether a call task may be dialled now: asked of the customer's lane, the only one that knows what holds at this moment.

A task is permitted once at most, to one lease, whoever asks and from whichever gateway: what was permitted may have reached
the customer, and stays with a person until its outcome is told.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from schemas.journal import Reason
from schemas.values import Millis

ANSWERED_WITHIN_S: Final = 3.0
"""How long a person who is about to dial waits for the lane."""


@dataclass(frozen=True, slots=True)
class AmountNow:
    """What is owed of one invoice of the task at this moment, in minor units."""

    invoice_id: str
    amount_due: int
    currency: str


@dataclass(frozen=True, slots=True)
class Permitted:
    """Nothing forbids the call: it may begin until `until`. `amounts`: of the task's invoices that are still owed."""

    at: Millis
    until: Millis
    amounts: tuple[AmountNow, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The call is forbidden, by the first of `reasons` above all; where `next_at` is known, only time stands in its way.

    `is_over`: the task will never be dialled again; it leaves every queue.
    """

    reasons: tuple[Reason, ...]
    next_at: Millis | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody answered in time, so nobody may dial. `why` is one line for operators, without anybody's data.

    Ask again with the same fence: an answer that came late is given then, while it is fresh.
    """

    why: str


class Dial(Protocol):
    """Asks once, and waits for the answer to this very question."""

    async def __call__(self, customer_id: str, task_id: str, fence: int, by: str) -> Permitted | Refused | NoAnswer:
        """`fence` grows with every lease of the task, from 1; `by` is the collector's id, never a customer's."""
