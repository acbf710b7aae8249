"""What the check found: violations by invariant, what could not be judged, and what was looked at."""

from typing import Literal

import msgspec

from schemas.values import Millis

Invariant = Literal["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12"]

MEANING: dict[Invariant, str] = {
    "I1": "nothing is lost: every event is recorded or rejected, every claim gets its outcome",
    "I2": "no phantom: every message has a claim, every claim an open obligation, nothing is claimed twice",
    "I3": "one message a contact",
    "I4": "no contact in quiet hours",
    "I5": "no cap and no minimum gap is broken",
    "I6": "no contact after a payment, or while a hold, a promise or a plan stands",
    "I7": "no contact after an opt-out, a block or an erasure",
    "I8": "the journal is complete: numbered without a gap up to the number in the state, every event told once",
    "I9": "no status moves backwards",
    "I10": "nothing stands still: what was published has been read, what was read has been applied",
    "I11": "what was decided agrees with what is kept and with the tasks that were handed over",
    "I12": "no number and no address in the journal",
}
"""The invariants, in the words of an operator."""


class Violation(msgspec.Struct, frozen=True):
    """One thing that is not as it must be. `coordinates`: topic[partition]@offset, or a provider's journal and line."""

    invariant: Invariant
    customer_id: str
    coordinates: str
    says: str


class Looked(msgspec.Struct):
    """How much was looked at. `repeated`: events known by their id; `open`: too young to be judged.

    `sent_again`: contacts that reached a provider twice, told by the journal to have been in doubt.
    """

    events: int = 0
    repeated: int = 0
    rejected: int = 0
    journal: int = 0
    customers: int = 0
    claims: int = 0
    messages: int = 0
    open: int = 0
    sent_again: int = 0


class Report(msgspec.Struct, frozen=True):
    """The answer. `cannot_judge` says what is missing for a verdict, `not_judged` what this checker does not look at."""

    violations: dict[Invariant, int]
    rows: tuple[Violation, ...]
    cannot_judge: tuple[str, ...]
    not_judged: tuple[str, ...]
    looked: Looked


class Findings:
    """Collects; what is older than `since` (milliseconds) is left out."""

    def __init__(self, since: Millis | None = None) -> None:
        """Nothing has been found yet."""
        self.looked = Looked()
        self._since = since
        self._rows: list[Violation] = []
        self._cannot: dict[str, None] = {}
        self._not: dict[str, None] = {}

    def judges(self, at: Millis | None) -> bool:
        """Whether something that happened then is to be judged; what has no time always is."""
        return self._since is None or at is None or at >= self._since

    def add(
        self, invariant: Invariant, customer_id: str, coordinates: str, says: str, at: Millis | None = None
    ) -> None:
        """A violation, and when it happened."""
        if self.judges(at):
            self._rows.append(Violation(invariant, customer_id, coordinates, says))

    def cannot_judge(self, why: str) -> None:
        """Something is missing; said once."""
        self._cannot[why] = None

    def does_not_judge(self, what: str) -> None:
        """Something this checker has no opinion on; said once."""
        self._not[what] = None

    def report(self) -> Report:
        """All of it, in the order of the invariants."""
        rows = sorted(self._rows, key=lambda each: (int(each.invariant[1:]), each.customer_id, each.coordinates))
        counts = {invariant: sum(each.invariant == invariant for each in rows) for invariant in MEANING}
        return Report(counts, tuple(rows), tuple(self._cannot), tuple(self._not), self.looked)
