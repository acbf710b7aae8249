"""The whole check, customer by customer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dispatcher.verify.attempts import judge_attempts
from dispatcher.verify.completeness import (
    Extents,
    cut_away,
    judge_events,
    judge_journal,
    judge_privacy,
    judge_progress,
)
from dispatcher.verify.dials import dials_of, judge_dials, of_what_is_owed
from dispatcher.verify.findings import Findings, Report
from dispatcher.verify.history import Claim, Coordinates, History, claims_of, shown
from dispatcher.verify.keeping import Kept, judge_state, judge_tasks, judge_waiting
from dispatcher.verify.known import Known
from dispatcher.verify.limits import judge_limits
from dispatcher.verify.providers import Message, Providers
from dispatcher.verify.reading import Reader
from dispatcher.verify.rules import Rules
from dispatcher.verify.stops import judge_stops
from schemas import state
from schemas.topics import STATE
from schemas.values import Channel, Millis

_BEYOND = (
    "I8: that the same inputs give the same decisions (`simulate` replays them)",
    "I11: counters of running processes (/metrics); state, tasks and journal are compared",
)


def check(
    reader: Reader,
    *,
    extents: Extents,
    taken: Mapping[tuple[str, int], int],
    settled: Millis,
    messages: Mapping[Channel, Sequence[Message]] | None = None,
    since: Millis | None = None,
) -> Report:
    """Judges everything that was read. All instants are milliseconds.

    `extents`: what each partition still holds. `taken`: intake's committed positions. What was appended after `settled`, on
    the broker's clock, may still be under way. `since` leaves out what happened before. `messages`: providers' own journals.
    """
    spool, out = reader.spool, Findings(since)
    spool.close_intake()
    looked = out.looked
    looked.events, looked.journal, looked.rejected = reader.events, reader.records, reader.rejected
    case = _Case(reader, extents, taken, settled, Providers(messages or {}), out)
    for customer_id in spool.customers():
        looked.customers += 1
        case.judge(customer_id)
    for where, appended in spool.not_rejected():
        _judge_unreadable(where, appended, settled, out)
    case.providers.judge(out)
    _admit(reader, case.cut, out)
    return out.report()


@dataclass(frozen=True, slots=True)
class _Case:
    """What customers are judged by, and what was found of them; `cut`: up to where retention took records of theirs."""

    reader: Reader
    extents: Extents
    taken: Mapping[tuple[str, int], int]
    settled: Millis
    providers: Providers
    out: Findings
    cut: dict[tuple[str, int], int] = field(default_factory=dict)

    def judge(self, customer_id: str) -> None:
        spool, rules, extents, settled, out = self.reader.spool, self.reader.rules, self.extents, self.settled, self.out
        history = History(customer_id, spool.events_of(customer_id), spool.journal_of(customer_id))
        lost = cut_away(history, extents)
        history = History(customer_id, history.events, history.journal, not lost)
        judge_events(history, self.taken, settled, out)
        judge_journal(history, extents, out)
        judge_privacy(history, out)
        judge_progress(history, self.reader.latest, out)
        made = claims_of(history.journal)
        claims = list(_with_what_was_known(history, made))
        calls = list(_with_what_was_known(history, dials_of(history.journal, made)))
        out.looked.claims += len(claims)
        if lost and any(out.judges(claim.at) for claim, _ in claims):
            self._count(lost)
        judge_attempts(history, claims, settled, out)
        self._judge_kept(history, [claim for claim, _ in claims])
        judge_dials(history, [call for call, _ in calls], out)
        if history.whole:
            told = [*claims, *((of_what_is_owed(call, known), known) for call, known in calls)]
            judge_stops(history, told, rules, self.reader.points, out)
            judge_limits(customer_id, told, rules, out)
        _name_unknown(claims, rules, out)
        self.providers.collect(history, claims, rules)

    def _judge_kept(self, history: History, claims: Sequence[Claim]) -> None:
        customer_id, spool = history.customer_id, self.reader.spool
        judge_waiting(history, spool.waiting_of(customer_id), self.settled, self.out)
        judge_tasks(history, spool.tasks_of(customer_id), self.extents, self.out)
        if not any(topic == STATE for topic, _ in self.extents):
            return
        found = spool.state_of(customer_id)
        try:
            kept = None if found is None else Kept(state.decode(found[1]), found[0])
        except ValueError as fault:
            self.out.cannot_judge(f"I11: {fault}")
            return
        judge_state(history, claims, kept, self.extents, self.settled, self.out)

    def _count(self, lost: Sequence[Coordinates]) -> None:
        for topic, partition, offset in lost:
            self.cut[topic, partition] = max(offset, self.cut.get((topic, partition), 0))


def _with_what_was_known(history: History, claims: Sequence[Claim]) -> Iterator[tuple[Claim, Known]]:
    """Each claim with what had been applied before it."""
    facts = list(history.facts())
    for claim in claims:
        known = Known()
        for index, arrival in facts:
            if index < claim.index:
                known.apply(arrival)
        yield claim, known


def _judge_unreadable(where: Coordinates, appended: Millis, settled: Millis, out: Findings) -> None:
    if appended > settled:
        out.looked.open += 1
    else:
        out.add("I1", "", shown(where), "unreadable, and not rejected", appended)


def _name_unknown(claims: Sequence[tuple[Claim, Known]], rules: Mapping[str, Rules], out: Findings) -> None:
    for claim, _ in claims:
        policy = claim.policy
        if policy not in rules and out.judges(claim.at):
            out.cannot_judge(f"hours, limits and agreements (I4 to I6): policy {policy} is not at hand (--policy FILE)")


def _admit(reader: Reader, cut: Mapping[tuple[str, int], int], out: Findings) -> None:
    for (topic, partition), offset in sorted(cut.items()):
        out.cannot_judge(
            f"I2, I4 to I7 of some customers: retention removed {topic}[{partition}] up to offset {offset}"
        )
    for each in reader.unreadable:
        out.cannot_judge(each)
    for policy in reader.rules.values():
        for key in policy.unread:
            out.does_not_judge(f"policy {policy.hash}: {key}")
    for beyond in _BEYOND:
        out.does_not_judge(beyond)
