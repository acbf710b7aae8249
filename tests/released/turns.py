"""What the last release decided, turn by turn, so that it can be decided again."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby

from dispatcher.core.decide import Decision, decide
from dispatcher.sim.life import CAUGHT_UP
from schemas import inbox, state
from schemas.inbox import Arrival, Fact
from schemas.state import EMPTY, Customer
from tests.core.builders import arrival
from tests.released.record import Written
from tests.released.recorded import lived, policy


@dataclass(frozen=True)
class Then:
    """One turn of a customer: what was known before, what arrived, what the journal told, the state that it left."""

    customer_id: str
    at: int
    before: Customer
    heard: list[Arrival]
    journal: list[Written]
    left: Written

    @cached_property
    def after(self) -> Customer:
        return state.decode(self.left.value)

    @property
    def claimed(self) -> set[str]:
        return {each.meant["attempt_id"] for each in self.journal if each.meant["result"] == "claimed"}

    @cached_property
    def anew(self) -> Decision:
        """The same turn, by today's core, from the state that the last release had."""
        return self.again(self.before)

    def again(self, before: Customer) -> Decision:
        """The same turn, by today's core, from another state."""
        return decide(self.customer_id, before, self.heard, policy(), self.at, CAUGHT_UP)

    def next(self, at: int, *facts: Fact) -> Decision:
        """A turn of today's, from the state that was left."""
        heard = [arrival(fact, at) for fact in facts]
        return decide(self.customer_id, self.after, heard, policy(), at, CAUGHT_UP)


@cache
def turns() -> tuple[Then, ...]:
    """Every turn of everybody, customer by customer in the order of time."""
    return tuple(_turns())


def left_at(cut: int) -> dict[str, Then]:
    """The last turn of each customer up to an instant."""
    return {each.customer_id: each for each in turns() if each.at <= cut}


def _turns() -> Iterator[Then]:
    of_customers = [each for each in lived() if each.kind in {"arrival", "journal", "state"}]
    for key, records in groupby(sorted(of_customers, key=lambda each: each.key), lambda each: each.key):
        before = EMPTY
        for at, written in groupby(records, lambda each: each.at):
            parts = list(written)
            heard = [inbox.decode_arrival(each.value) for each in parts if each.kind == "arrival"]
            told = [each for each in parts if each.kind == "journal"]
            left = next(each for each in parts if each.kind == "state")
            yield Then(key.decode(), at, before, heard, told, left)
            before = state.decode(left.value)
