"""What becomes of a message that Twilio took: its statuses, each so many seconds after it was created."""

from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

Status = Literal["accepted", "queued", "sent", "delivered", "undelivered", "failed"]


class Step(NamedTuple):
    """A status, with Twilio's error code where it has one, `after_s` seconds after the creation."""

    after_s: float
    status: Status
    error: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The statuses that follow the first one, and which are told when; `told` None: each as soon as it is reached."""

    steps: tuple[Step, ...]
    told: tuple[Step, ...] | None = None

    @property
    def callbacks(self) -> tuple[Step, ...]:
        """What the message's callback address hears, in the order of time."""
        return self.steps if self.told is None else self.told


_QUEUED_S: Final = 0.2
_SENT_S: Final = 1.0
_DELIVERED_S: Final = 3.0
_HOUR_S: Final = 3600.0

_SENT: Final = Step(_SENT_S, "sent")
_DELIVERED: Final = Step(_DELIVERED_S, "delivered")

DELIVERED: Final = Course((_SENT, _DELIVERED))
NEVER_CONFIRMED: Final = Course((_SENT,))
"""The carrier has it and never says more."""

UNTOLD: Final = replace(DELIVERED, told=())
LATE: Final = replace(DELIVERED, told=(_SENT, _DELIVERED._replace(after_s=_HOUR_S)))
TWICE: Final = replace(DELIVERED, told=(_SENT, _SENT, _DELIVERED, _DELIVERED))
BACKWARDS: Final = replace(DELIVERED, told=(_DELIVERED, _SENT._replace(after_s=_DELIVERED_S + 1)))
AFTER_ALL: Final = Course((_SENT, Step(_DELIVERED_S, "undelivered", 30008), Step(_DELIVERED_S + 2, "delivered")))
"""A message in several parts: the carrier loses one, sends it again, and reports both."""


def undelivered(error: int) -> Course:
    """The carrier had it and could not deliver it."""
    return Course((_SENT, Step(_DELIVERED_S, "undelivered", error)))


def failed(error: int) -> Course:
    """It never left Twilio."""
    return Course((Step(_SENT_S, "failed", error),))


def of_a_service(course: Course) -> Course:
    """The same for a message of a Messaging Service, which is queued only after a sender was picked, and says so."""
    queued = Step(_QUEUED_S, "queued")
    told = None if course.told is None or not course.told else (queued, *course.told)
    return Course((queued, *course.steps), () if course.told == () else told)


def reached(course: Course, elapsed_s: float, first: Status) -> Step:
    """Where a message stands so many seconds after its creation."""
    passed = [step for step in course.steps if step.after_s <= elapsed_s]
    return passed[-1] if passed else Step(0.0, first)
