"""The acts of the demonstration: which worker runs at which time, and what is published while it runs.

All instants are those of the settable clock. A day begins with a worker's start; its clock runs as fast as the real one
(but for the act that shows a sender too slow for its clock), so that nothing depends on how fast the machine is: what is
put off for hours stays put off until the next day's worker starts.
"""

from dataclasses import dataclass, field
from typing import Final

from dispatcher.settings import Sending
from schemas.reasons import ReasonCode


@dataclass(frozen=True, slots=True)
class Wave:
    """A file of events, published at once.

    The next one follows when nothing is left to do now, or, if `claim_of` names a customer, as soon as a contact with that
    customer is claimed.
    """

    name: str
    claim_of: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """From one start of a worker to its stop. `before`: published while no worker runs; `waves`: while it does.

    `again` are published once more under new ids, at the end.
    """

    clock: str
    waves: tuple[Wave, ...] = ()
    before: tuple[Wave, ...] = ()
    again: tuple[Wave, ...] = ()
    damaged: bool = False
    rate: float = 1.0


@dataclass(frozen=True, slots=True, repr=False)
class Act:
    """An installation of its own (topics, group, state) and its days.

    `shows`: end once these codes were seen, and tell only of them; empty: end when nothing is left to do now, and tell
    everything.
    """

    name: str
    title: str
    days: tuple[Day, ...]
    sending: Sending = "on"
    allowlist: tuple[str, ...] = ()
    partitions: int = 1
    shows: frozenset[ReasonCode] = field(default_factory=frozenset)


WEDNESDAY: Final = "2026-11-18T10:00:00+00:00"
THURSDAY: Final = "2026-11-19T15:00:00+00:00"

DESK: Final = Act(
    name="desk",
    title="two days of reminders",
    partitions=4,
    days=(
        Day(
            clock=WEDNESDAY,
            waves=(
                Wave("desk/1-customers"),
                Wave("desk/2-bills"),
                Wave("desk/3-afternoon"),
                Wave("desk/4-providers-in-trouble", claim_of="C-156"),
                Wave("desk/5-paid-meanwhile"),
            ),
            damaged=True,
        ),
        Day(
            clock=THURSDAY,
            before=(Wave("desk/6-overnight"),),
            waves=(Wave("desk/7-thursday"), Wave("desk/8-bounced-payment")),
            again=(Wave("desk/2-bills"),),
        ),
    ),
)


def _small(name: str) -> tuple[Wave, ...]:
    return Wave(f"{name}/1-customers"), Wave(f"{name}/2-bills")


def _mode(name: str, title: str, sending: Sending, allowlist: tuple[str, ...] = ()) -> Act:
    return Act(name, title, (Day(WEDNESDAY, _small(name)),), sending, allowlist)


HURRIED: Final = Act(
    name="hurried",
    title="a window that closes before the provider answers",
    # Twelve hours of a contact window pass in 2.2 seconds, and the provider asks to wait for three.
    days=(Day(WEDNESDAY, _small("hurried"), rate=20_000),),
    shows=frozenset({"lease_expired"}),
)

CHAINS: Final = (
    (DESK,),
    (_mode("off", "sending switched off", "off"), HURRIED),
    (
        _mode("shadow", "shadow mode", "shadow"),
        _mode("allowlist", "sending to an allowlist", "allowlist", ("+447700900203",)),
    ),
)
"""The acts, played in three chains at once: more workers at a time would only wait for each other."""

ACTS: Final = tuple(act for chain in CHAINS for act in chain)
