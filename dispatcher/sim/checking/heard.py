"""What was published about one customer and has arrived, and what it says now: the latest statement of each thing wins."""

from collections.abc import Callable, Iterable

from schemas.inbox import (
    Arrival,
    ConsentChanged,
    ContactReported,
    CustomerErased,
    HoldPlaced,
    HoldReleased,
    InvoiceSettled,
    InvoiceStated,
    PlanAgreed,
    PlanCancelled,
    ProfileStated,
    PromiseCancelled,
    PromiseMade,
)


class Heard:
    """All arrivals so far, by type."""

    def __init__(self) -> None:
        self._said: dict[type, list[Arrival]] = {}

    def hears(self, arrival: Arrival) -> None:
        """One more, in whatever order."""
        self._said.setdefault(type(arrival.fact), []).append(arrival)

    def _all(self, *types: type) -> list[Arrival]:
        return [arrival for each in types for arrival in self._said.get(each, ())]

    def profile(self) -> ProfileStated | None:
        """Who the customer is, as stated last."""
        latest = _latest(self._all(ProfileStated))
        return latest.fact if latest is not None and isinstance(latest.fact, ProfileStated) else None

    def erased(self) -> bool:
        """Whether an erasure was asked for."""
        return CustomerErased in self._said

    def due_on(self, invoice_id: str) -> int | None:
        """The due date that was stated last."""
        latest = _latest(each for each in self._all(InvoiceStated) if _invoice(each) == invoice_id)
        return latest.fact.due_on if latest is not None and isinstance(latest.fact, InvoiceStated) else None

    def open_amount(self, invoice_id: str) -> int:
        """What remains of an invoice, by statement or settlement, whichever was made last."""
        latest = _latest(each for each in self._all(InvoiceStated, InvoiceSettled) if _invoice(each) == invoice_id)
        known = latest is not None and isinstance(latest.fact, InvoiceStated | InvoiceSettled)
        return latest.fact.amount_due if known else 0  # type: ignore[union-attr]  # `known` says so

    def holds(self) -> list[tuple[int, HoldPlaced]]:
        """Holds that were not released, whatever their end, with the instant at which each was placed (milliseconds)."""
        last = _last_by(self._all(HoldPlaced, HoldReleased), lambda fact: fact.hold_id)
        return [(each.at // 1000, each.fact) for each in last if isinstance(each.fact, HoldPlaced)]

    def promises(self) -> list[PromiseMade]:
        """Promises that were not cancelled."""
        last = _last_by(self._all(PromiseMade, PromiseCancelled), lambda fact: fact.promise_id)
        return [each.fact for each in last if isinstance(each.fact, PromiseMade)]

    def plans(self) -> list[tuple[int, PlanAgreed]]:
        """Plans that were not cancelled, with the instant at which each was agreed (microseconds)."""
        last = _last_by(self._all(PlanAgreed, PlanCancelled), lambda fact: fact.plan_id)
        return [(each.at, each.fact) for each in last if isinstance(each.fact, PlanAgreed)]

    def payments(self, invoice_id: str, since: int) -> list[tuple[int, int]]:
        """(settled at, amount) of every settlement told after `since` (microseconds) that lowered what was open."""
        said = [each for each in self._all(InvoiceStated, InvoiceSettled) if _invoice(each) == invoice_id]
        paid: list[tuple[int, int]] = []
        before = 0
        for each in sorted(said, key=lambda each: each.stamp):
            fact = each.fact
            if isinstance(fact, InvoiceSettled) and each.at > since and fact.amount_due < before:
                paid.append((fact.settled_at, before - fact.amount_due))
            if isinstance(fact, InvoiceSettled | InvoiceStated):
                before = fact.amount_due
        return paid

    def remained(self, invoice_id: str) -> int | None:
        """The least that a payment left of an invoice; None: nothing was paid."""
        said = [each for each in self._all(InvoiceStated, InvoiceSettled) if _invoice(each) == invoice_id]
        least: int | None = None
        before = 0
        for each in sorted(said, key=lambda each: each.stamp):
            fact = each.fact
            if isinstance(fact, InvoiceSettled) and fact.reason == "payment" and fact.amount_due < before:
                least = fact.amount_due if least is None else min(least, fact.amount_due)
            if isinstance(fact, InvoiceSettled | InvoiceStated):
                before = fact.amount_due
        return least

    def allowed(self, channel: str, point: str) -> bool | None:
        """What the customer said last of a channel at a number or address; None: nothing."""
        said = [each for each in self._all(ConsentChanged) if _concerns(each, channel, point)]
        latest = _latest(said)
        return latest.fact.allowed if latest is not None and isinstance(latest.fact, ConsentChanged) else None

    def contacts_of_others(self) -> list[tuple[int, str]]:
        """(instant, channel) of contacts that somebody else made and reported; each event counts once."""
        told = {(each.cause.source, each.cause.id): each.fact for each in self._all(ContactReported)}
        others = [fact for fact in told.values() if isinstance(fact, ContactReported) and _is_own_doing(fact)]
        return [(fact.at, fact.channel) for fact in others]


def _latest(said: Iterable[Arrival]) -> Arrival | None:
    return max(said, key=lambda each: each.stamp, default=None)


def _last_by(said: Iterable[Arrival], name: Callable[..., str]) -> list[Arrival]:
    last: dict[str, Arrival] = {}
    for each in said:
        before = last.get(name(each.fact))
        if before is None or each.stamp > before.stamp:
            last[name(each.fact)] = each
    return list(last.values())


def _invoice(arrival: Arrival) -> str:
    fact = arrival.fact
    return fact.invoice_id if isinstance(fact, InvoiceStated | InvoiceSettled) else ""


def _concerns(arrival: Arrival, channel: str, point: str) -> bool:
    fact = arrival.fact
    return isinstance(fact, ConsentChanged) and (fact.channel, fact.contact_point) == (channel, point)


def _is_own_doing(fact: ContactReported) -> bool:
    return fact.direction == "outbound" and fact.task_id is None and fact.contact_id is None
