"""What `CallDesk` answers: frozen values, one union for each question."""

from dataclasses import dataclass
from typing import Literal

from dispatcher.gateway.calls.disclosures import Disclosure
from dispatcher.gateway.calls.outcomes import Field, Word
from schemas.journal import AmountOfInvoice, Gate, Reason, TaskKind
from schemas.values import Millis


@dataclass(frozen=True, slots=True, repr=False)
class Work:
    """What a person needs to do a task: whom to reach, what to say, what is owed.

    `fresh`: the amounts are those of this moment, not of when the task was made. `outcomes`: what may be reported of it.
    """

    contact_point: str
    script: str
    amounts: tuple[AmountOfInvoice, ...]
    disclosures: tuple[Disclosure, ...]
    outcomes: tuple[Word, ...]
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Leased:
    """The task is the person's until `until`; every further step names `fence`.

    `masked` is the number without all but its last two digits. `work` is there as soon as the person may see it: at once
    for what is not dialled, after `dial` for a call. `call_back`: the customer asked to be called at this time. `tries`: how
    often it was dialled before. `is_late`: it was dialled and its time is over; the outcome is still wanted. `ended_by`: the
    case ended meanwhile, by this reason of the journal (`paid`); the outcome is wanted all the same. `zones`: one for each
    clock that the number may be under. `amounts`: what was owed when the task was made.
    """

    task_id: str
    fence: int
    until: Millis
    kind: TaskKind
    customer_id: str
    invoice_ids: tuple[str, ...]
    masked: str
    priority: int
    expires_at: Millis
    gate: Gate | None = None
    call_back: bool = False
    tries: int = 0
    dialled_at: Millis | None = None
    is_late: bool = False
    ended_by: str | None = None
    zones: tuple[str, ...] = ()
    amounts: tuple[AmountOfInvoice, ...] = ()
    work: Work | None = None


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """Nothing waits for this person; `next_at`: when something may, if that is known."""

    next_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """The task is not this person's (any more): its time was over, somebody else has it, or it is done.

    `dialled`: it cannot be given back, because what came of the call has to be reported.
    """

    why: Literal["over_time", "taken_back", "ended", "not_held", "dialled"]


@dataclass(frozen=True, slots=True, repr=False)
class Dialled:
    """The call may be made: number, script and amounts. The task stays with the person until its outcome is reported."""

    leased: Leased
    work: Work


@dataclass(frozen=True, slots=True)
class Refused:
    """The call must not be made now. `next_at`: when the task comes back; None: it left the queue. It is nobody's now."""

    reasons: tuple[Reason, ...]
    next_at: Millis | None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody could say in time whether the call may be made, so it must not. The task is still the person's: ask again."""

    why: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Kafka has every word of it, and the task is done. `missing`: disclosures that were not confirmed, by id.

    `comes_back_at`: the same task is offered again then. `again`: it had been recorded before; nothing was written twice.
    """

    missing: tuple[str, ...] = ()
    comes_back_at: Millis | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """The report is stored and will be published as soon as Kafka answers; nobody has to do anything. Why: one line."""

    why: str


Trouble = Literal[
    "missing",
    "not_fitting",
    "out_of_range",
    "currencies",
    "too_long",
    "not_of_task",
    "not_dialled",
    "other_task",
    "contradicts",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of an outcome, and a sentence that says what is expected."""

    field: Field | Literal["submit_id", "task"]
    trouble: Trouble
    words: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Nothing was recorded: these are to be mended first."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The task is in the queue again."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The task is where the supervisor wanted it."""


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """A supervisor has to do this."""


NextTask = Leased | NothingToDo
DialAnswer = Dialled | Refused | LeaseLost | NoAnswer
Renewed = Leased | LeaseLost
Reported = Recorded | Incomplete | LeaseLost | Kept
