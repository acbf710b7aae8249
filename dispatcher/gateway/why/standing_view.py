"""How a customer stands, in words: what is owed and why nothing is said of it, and what pauses contacts."""

from dataclasses import dataclass

from dispatcher.archive.standing import Hold, Owed, Plan, Promise, Standing
from dispatcher.gateway.why.clocks import Clock, Shown
from dispatcher.gateway.why.telling import Teller, ToldReason
from dispatcher.gateway.why.words import Words
from schemas.values import to_date


@dataclass(frozen=True, slots=True)
class ToldOwed:
    """An open invoice; `decided`: the last decision about it in a line, None: none of late."""

    invoice_id: str
    amount: str
    due: str | None
    overdue_since: Shown | None
    decided: str | None
    reasons: tuple[ToldReason, ...]
    next: Shown | None
    change: str | None


@dataclass(frozen=True, slots=True)
class ToldStanding:
    """All of it; holds, promises and plans are a line each."""

    owed: tuple[ToldOwed, ...]
    holds: tuple[str, ...]
    promises: tuple[str, ...]
    plans: tuple[str, ...]
    fresh: Shown | None

    @property
    def is_clear(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.owed or self.holds or self.promises or self.plans)


def told_standing(standing: Standing, teller: Teller, words: Words, clock: Clock) -> ToldStanding:
    """A standing in words."""
    return ToldStanding(
        tuple(_owed(each, teller, clock) for each in standing.owed),
        tuple(_hold(each, words, clock) for each in standing.holds),
        tuple(_promise(each, teller) for each in standing.promises),
        tuple(_plan(each, teller) for each in standing.plans),
        None if standing.written_up_to is None else clock.of_millis(standing.written_up_to),
    )


def _owed(owed: Owed, teller: Teller, clock: Clock) -> ToldOwed:
    decided = owed.decided
    return ToldOwed(
        owed.invoice_id,
        "" if owed.amount is None else teller.money(owed.amount, owed.currency),
        None if owed.due_day is None else teller.day(to_date(owed.due_day).isoformat()),
        None if owed.overdue_at is None else clock.of_millis(owed.overdue_at),
        None if decided is None else teller.title(decided),
        () if decided is None else teller.reasons(decided),
        None if decided is None or decided.next_at is None else clock.shown(decided.next_at),
        None if decided is None else teller.change(decided),
    )


def _hold(hold: Hold, words: Words, clock: Clock) -> str:
    about = words.value(hold.scope or "") if hold.invoice_id is None else hold.invoice_id
    until = (
        words.until_released if hold.until is None else words.until.format(instant=clock.of_millis(hold.until).local)
    )
    since = words.since.format(instant=clock.of_millis(hold.since).local)
    return " · ".join(filter(None, (words.value(hold.kind or ""), about, since, until)))


def _promise(promise: Promise, teller: Teller) -> str:
    amount = "" if promise.amount is None else teller.money(promise.amount, promise.currency)
    day = "" if promise.promised_on is None else teller.day(promise.promised_on)
    return " · ".join(filter(None, (amount, day, ", ".join(promise.invoice_ids))))


def _plan(plan: Plan, teller: Teller) -> str:
    parts = [f"{teller.day(each.due_on)} {teller.money(each.amount, plan.currency)}" for each in plan.instalments]
    return " · ".join(filter(None, ("; ".join(parts), ", ".join(plan.invoice_ids))))
