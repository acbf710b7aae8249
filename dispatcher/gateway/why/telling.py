"""An entry of the timeline in words: what it is, why, by which rule, and when or by what that can change."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from dispatcher.archive.said import Said
from dispatcher.archive.timelines import CONTACTS, NON_CONTACTS, Entry
from dispatcher.core.explain import CHANGES
from dispatcher.gateway.reason_words import reason_sentence
from dispatcher.gateway.staff.people import Language
from dispatcher.gateway.why.clocks import Clock, Shown
from dispatcher.gateway.why.words import Badge, Words
from dispatcher.messages.formats import formats
from schemas.journal import JournalRecord, Reason
from schemas.trace import trace_id

Pair = tuple[str, str]
"""A label and what stands beside it."""

_PROBLEMS: Final = frozenset({"rejected", "undelivered", "in_doubt", "parked", "refused"})


@dataclass(frozen=True, slots=True)
class ToldReason:
    """One reason: a sentence, the rule that said so, and what it looked at."""

    sentence: str
    rule: str
    inputs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class ToldWords:
    """What was said or noted; `text`: None where it may no longer be kept."""

    title: str
    text: str | None = field(repr=False)
    sha256: str


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as a page shows it. `next`: the next possible instant, `change`: else what can change the answer.

    `trace_id` is that of the event that it goes back to, for whoever traces; empty if none is known.
    """

    badge: Badge
    title: str
    at: Shown
    about: tuple[Pair, ...]
    reasons: tuple[ToldReason, ...]
    planned_for: Shown | None
    next: Shown | None
    change: str | None
    words: tuple[ToldWords, ...]
    policy: str
    record_id: str
    trace_id: str


class Teller:
    """Tells entries in one language, on one clock; `locale` is how dates and amounts are written."""

    def __init__(self, words: Words, language: Language, locale: str, clock: Clock) -> None:
        self._words = words
        self._language = language
        self._clock = clock
        self._formats = formats(locale)

    def told(self, entry: Entry) -> Told:
        """An entry."""
        record = entry.record
        return Told(
            badge=badge_of(record),
            title=self.title(record),
            at=self._clock.shown(record.at),
            about=tuple(dict.fromkeys((*self._about(record), *self._said(entry.said)))),  # both may name the channel
            reasons=self.reasons(record),
            planned_for=None if record.planned_for is None else self._clock.shown(record.planned_for),
            next=None if record.next_at is None else self._clock.shown(record.next_at),
            change=self.change(record),
            words=tuple(
                ToldWords(self._words.kinds.get(each.kind, each.kind), each.text, each.sha256) for each in entry.words
            ),
            policy=record.policy[:12],
            record_id=record.record_id,
            trace_id=trace_id(record.known_trace),
        )

    def title(self, record: JournalRecord) -> str:
        """What it is, in a line."""
        rule = record.reasons[0].rule if record.reasons else ""
        if record.kind == "fact" and record.result == "recorded":
            return self._words.events.get(rule) or self._words.events.get(rule.partition(".")[0], rule)
        name, titles = f"{record.kind} {record.result}", self._words.titles
        return titles.get(f"{name} {rule}") or titles.get(name, name)

    def reasons(self, record: JournalRecord) -> tuple[ToldReason, ...]:
        """Why, in sentences. That an event was recorded is no reason that anybody asks for."""
        told = [each for each in record.reasons if (record.kind, each.code) != ("fact", "recorded")]
        return tuple(
            ToldReason(reason_sentence(each.code, record.result, self._language), each.rule, self._inputs(each))
            for each in told
        )

    def change(self, record: JournalRecord) -> str | None:
        """By what the answer can change, where time alone does not change it."""
        if record.kind != "decision" or record.next_at is not None:
            return None
        found = [each.code for each in record.reasons if each.code in CHANGES]
        return self._formats.listed([self._words.changes[code] for code in dict.fromkeys(found)]) or None

    def money(self, amount: int, currency: str | None) -> str:
        """An amount in minor units."""
        return str(amount) if currency is None else self._formats.money(amount, currency)

    def day(self, iso: str) -> str:
        """A civil day."""
        return self._formats.date(date.fromisoformat(iso).toordinal())

    def _inputs(self, reason: Reason) -> tuple[Pair, ...]:
        labels, value = self._words.labels, self._words.value
        return tuple((labels.get(name, name), value(str(seen))) for name, seen in reason.inputs.items())

    def _about(self, record: JournalRecord) -> Iterator[Pair]:
        label, value = self._words.labels, self._words.value
        if record.invoice_ids:
            yield label["invoices"], ", ".join(record.invoice_ids)
        for name, said in (
            ("stage", record.stage),
            ("channel", record.channel),
            ("task", record.task if record.task != "call" else None),
            ("tier", record.tier),
            ("variant", record.variant),
            ("responsible", record.responsible),
            ("creditor", record.creditor_id if record.creditor_id != "default" else None),
        ):
            if said is not None:
                yield label[name], value(said)

    def _said(self, said: Said | None) -> Iterator[Pair]:
        if said is None:
            return
        label = self._words.labels
        if said.amount is not None:
            yield (
                label["remains" if said.event == "invoice.settled" else "amount"],
                self.money(said.amount, said.currency),
            )
        for name, day in (("due_on", said.due_on), ("promised_on", said.promised_on)):
            if day is not None:
                yield label[name], self.day(day)
        for name, at in (("settled_at", said.settled_at), ("until", said.until)):
            if at is not None:
                shown = self._clock.of_millis(at)
                yield label[name], f"{shown.local} ({shown.utc} UTC)"
        if said.instalments:
            told = [f"{self.day(each.due_on)} {self.money(each.amount, said.currency)}" for each in said.instalments]
            yield label["instalments"], "; ".join(told)
        yield from self._plain(said)

    def _plain(self, said: Said) -> Iterator[Pair]:
        """What is a word of a closed list."""
        value = self._words.value
        allowed = None if said.allowed is None else ("yes" if said.allowed else "no")
        fields = {
            "reason": said.reason,
            "kind": said.kind,
            "scope": said.scope,
            "channel": said.channel,
            "channels": ", ".join(map(value, said.channels)) or None,
            "blocked": ", ".join(map(value, said.blocked)) or None,
            "allowed": allowed,
            "source": said.source,
            "direction": said.direction,
            "by": said.by,
            "outcome": said.outcome,
            "contact_class": said.contact_class,
            "number_status": said.number_status,
            "next_action": said.next_action,
            "omitted": ", ".join(said.omitted) or None,
            "score": None if said.score is None else str(said.score),
        }
        for name, word in fields.items():
            if word is not None:
                yield self._words.labels[name], value(word)


def badge_of(record: JournalRecord) -> Badge:
    """What sort of entry it is."""
    if record.result in _PROBLEMS:
        return "problem"
    if record.result in CONTACTS:
        return "contact"
    if record.result in NON_CONTACTS:
        return "no_contact"
    return "plan" if record.result == "planned" else "event"
