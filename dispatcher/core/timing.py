"""The earliest instant at which a channel may be used: gap, caps and hours together.

They are solved as one, so that a contact put off by a cap is put off to the hour at which it can really be made. What waited
for an opening is released over the policy's spread, mandatory contacts in its first half. A customer's place in the spread
is the same for every contact and for the start of days, so that no contact falls due before its own release.
"""

from functools import lru_cache

import msgspec

from dispatcher.core.caps import Asked, Limit, gap_ends, limit
from dispatcher.core.pages import because
from dispatcher.core.regimes import Regime
from dispatcher.core.rules import Stage, Window
from dispatcher.core.turn import Turn
from dispatcher.core.windows import WEEK, closed_rule, kind_of_day, opening
from dispatcher.core.zones import Place
from schemas.inbox import QuietSpan
from schemas.journal import Reason
from schemas.reasons import ReasonCode
from schemas.state import Contact
from schemas.values import Millis

_MIN_GAP = (Reason("min_gap", "min_gap_hours"),)


class Slot(msgspec.Struct, frozen=True, gc=False):
    """When a contact may start (`at`), until when (`end`), and what it first waits for (None: it need not wait).

    `found` is False where no opening exists within three weeks; `at` is then when to look again.
    """

    at: Millis
    end: Millis
    waits_for: tuple[Reason, ...] | None
    found: bool


def slot_of(  # noqa: PLR0917  what time depends on
    turn: Turn,
    quiet: tuple[QuietSpan, ...],
    asked: Asked,
    contact_id: str | None,
    stage: Stage,
    regime: Regime,
    clocks: Place,
) -> Slot:
    """The slot of a stage's contact; `contact_id` if it was tried before, `clocks` those on which hours are read."""
    spread = turn.spread // 2 if stage.mandatory else turn.spread
    return slot_beside(turn, turn.contacts, spread, quiet, asked, contact_id, stage, regime, clocks)


def slot_beside(  # noqa: PLR0917  what time depends on
    turn: Turn,
    contacts: tuple[Contact, ...],
    spread: Millis,
    quiet: tuple[QuietSpan, ...],
    asked: Asked,
    contact_id: str | None,
    stage: Stage,
    regime: Regime,
    clocks: Place,
) -> Slot:
    """The same beside these contacts, openings being delayed by `spread`."""
    policy, place, now = turn.policy, turn.place, turn.now
    at = now
    first: tuple[Reason, ...] | None = None
    if contacts:
        min_gap = stage.min_gap
        free_at = gap_ends(policy.min_gap if min_gap is None else min_gap, contacts, contact_id)
        if free_at > now:
            first = _MIN_GAP if min_gap is None else because("min_gap", f"{stage.rule}.min_gap_hours")
            at = free_at
    channel = asked.channel
    window = regime.windows[channel]
    while True:  # every round ends later, and behind the last contact no cap is reached
        reached = limit(regime.caps, contacts, asked, place, at, turn.attempts) if contacts else None
        if reached is not None:
            at = reached.until
            first = first or (reason_of(reached),)
            continue
        free = opening(window, clocks, quiet, at, spread)
        if free is None:
            break
        if free.start <= at:
            return Slot(at, free.end, first, True)  # noqa: FBT003
        first = first or _closed(window, clocks, at)
        at = free.start
    return Slot((now // WEEK + 1) * WEEK, 0, first or _closed(window, clocks, now), False)  # noqa: FBT003


def reason_of(reached: Limit) -> Reason:
    """The reason that a cap gives, with what it counted."""
    cap = reached.cap
    seen: dict[str, str | int] = {"contacts": reached.count, "most": cap.max}
    if cap.counts != "claims" or cap.scope != "person":
        seen |= {"counts": cap.counts, "scope": cap.scope}
    return Reason(reached.code, reached.rule, seen)


def _closed(window: Window, place: Place, at: Millis) -> tuple[Reason, ...]:
    """Why a window is closed, with the clocks on which it is, what they were taken from, and how sure that is."""
    kind = kind_of_day(place, at)
    rule = closed_rule(window, place, at) if window.also else window.rule
    return _hours(place, "holiday" if kind == "holiday" else "quiet_hours", f"{rule}.{kind}")


@lru_cache(maxsize=4096)
def _hours(place: Place, code: ReasonCode, rule: str) -> tuple[Reason, ...]:
    seen: dict[str, str | int] = {
        "zone": " ".join(place.zones),
        "zone_from": place.source,
        "zone_confidence": place.confidence,
    }
    return (Reason(code, rule, seen),)
