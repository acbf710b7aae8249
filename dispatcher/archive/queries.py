"""What others ask of the archive: one customer's timeline and contact records, and figures over many."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, Engine, Select, and_, func, or_, select, true

from dispatcher.archive.beside import SAID
from dispatcher.archive.cursors import Cursor
from dispatcher.archive.database import reading
from dispatcher.archive.journal_rows import LASTING, PERSONAL, Row, as_record, ids_of
from dispatcher.archive.looks import ByClock, Look, looked
from dispatcher.archive.standing import Standings
from dispatcher.archive.tables import (
    CONTACTS,
    DIGESTS,
    HOLDS,
    JUDGEMENTS,
    META,
    POLICIES,
    PROMISES,
    RECORDS,
    REPORTS,
    TALLIES,
    TEXTS,
)
from dispatcher.archive.timelines import Timelines
from dispatcher.archive.words import KEYED, WRAPPED, Words
from schemas.discretion import Discreet
from schemas.journal import JournalRecord
from schemas.master_keys import MasterKeys
from schemas.values import Day, Millis

Dimension = Literal["channel", "stage", "phase", "tier", "variant", "creditor_id", "policy", "task"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("channel", "stage", "tier", "variant")

_PROMISED_WITHIN_MS: Final = 24 * 60 * 60 * 1000
"""A promise belongs to the last contact before it, if that is so recent."""


class ContactRecord(Discreet, msgspec.Struct, frozen=True):
    """One contact as it has to be on file: when, by which way, what was said, what came of it, what was promised.

    `content_sha256` and `text` are those of what was said, where it is known and still kept. `promised_on` is ISO 8601.
    """

    attempt_id: str
    at: Millis
    channel: str | None
    task: str | None
    stage: str | None
    invoice_ids: tuple[str, ...]
    result: str
    code: str
    outcome: str | None
    contact_class: str | None
    next_action: str | None
    promised_on: str | None
    promised_amount: int | None
    promise_outcome: str | None
    content_sha256: str | None
    text: str | None
    responsible: str | None


class Count(msgspec.Struct, frozen=True):
    """How many contacts of one sort there were, and how many of them ended in each way."""

    sort: Mapping[str, str | None]
    contacts: int
    results: Mapping[str, int]


class Archive:
    """Reads an archive; each method is one look at one state of it."""

    def __init__(self, engine: Engine, key: bytes = b"", *, masters: MasterKeys | None = None) -> None:
        """Connects to nothing yet. `key` is the archive's: what events said is found by it.

        Without `masters` the words of a sealed archive are not shown.
        """
        self.engine = engine
        self._words = Words(masters)
        self.timelines = Timelines(engine, key, self._words)
        self.standings = Standings(engine, key)

    def look(self, customer_id: str, now: Millis, wanted: ByClock, after: Cursor | None = None) -> Look | None:
        """How a customer stands, and a page of their timeline; None: the journal has never named anybody of that id."""
        with reading(self.engine) as connection:
            return looked(connection, self.timelines, customer_id, now, wanted, after)

    def timeline(
        self, customer_id: str, *, invoice_id: str | None = None, until: Millis | None = None
    ) -> tuple[JournalRecord, ...]:
        """Everything of one customer in the order of the journal; only up to `until`, or about one invoice."""
        columns = (*LASTING, *PERSONAL)
        wanted = and_(
            RECORDS.c.customer_id == customer_id,
            true() if until is None else RECORDS.c.at <= until,
        )
        asked = (
            select(*(RECORDS.c[name] for name in columns)).where(wanted).order_by(RECORDS.c.partition, RECORDS.c.offset)
        )
        with reading(self.engine) as connection:
            rows = [Row(*row) for row in connection.execute(asked)]
        return tuple(as_record(row) for row in rows if invoice_id is None or invoice_id in ids_of(row.invoice_ids))

    def contacts(self, customer_id: str) -> tuple[ContactRecord, ...]:
        """The contact records of one customer, in the order of time."""
        with reading(self.engine) as connection:
            made = connection.execute(
                select(CONTACTS).where(CONTACTS.c.customer_id == customer_id).order_by(CONTACTS.c.claimed_at)
            ).all()
            ids = [row.attempt_id for row in made]
            reports = _latest(connection, select(REPORTS).where(REPORTS.c.customer_id == customer_id), "attempt_id")
            worded = select(TEXTS, WRAPPED).select_from(TEXTS.outerjoin(META, KEYED))
            texts = _latest(connection, worded.where(TEXTS.c.customer_id == customer_id), "attempt_id", SAID)
            said = {name: self._words.said(row) for name, row in texts.items()}
            digests = _latest(connection, select(DIGESTS).where(DIGESTS.c.attempt_id.in_(ids)), "attempt_id", SAID)
            promises = connection.execute(
                select(PROMISES, JUDGEMENTS.c.outcome)
                .select_from(PROMISES.outerjoin(JUDGEMENTS, JUDGEMENTS.c.key == PROMISES.c.key))
                .where(PROMISES.c.customer_id == customer_id)
                .order_by(PROMISES.c.stated_us)
            ).all()
        times = [(row.claimed_at or row.accepted_at or row.ended_at or 0) for row in made]
        records = []
        for row, at in zip(made, times, strict=True):
            later = min((other for other in times if other > at), default=None)
            heard_at = reports[row.attempt_id].at if row.attempt_id in reports else at
            promise = _promise(promises, heard_at, later)
            report, digest = (known.get(row.attempt_id) for known in (reports, digests))
            records.append(
                ContactRecord(
                    attempt_id=row.attempt_id,
                    at=at,
                    channel=row.channel,
                    task=row.task,
                    stage=row.stage,
                    invoice_ids=ids_of(row.invoice_ids),
                    result=row.result,
                    code=row.code,
                    outcome=row.outcome if report is None else report.outcome,
                    contact_class=None if report is None else report.contact_class,
                    next_action=None if report is None else report.next_action,
                    promised_on=None if promise is None else promise.promised_on,
                    promised_amount=None if promise is None else promise.amount,
                    promise_outcome=None if promise is None else promise.outcome,
                    content_sha256=None if digest is None else bytes(digest.sha256).hex(),
                    text=said.get(row.attempt_id),
                    responsible=row.responsible,
                )
            )
        return tuple(records)

    def results(self, since: Millis, until: Millis, by: Sequence[Dimension] = DIMENSIONS) -> tuple[Count, ...]:
        """Contacts claimed in [since, until) by sort, and how they ended. Without `by`: channel, stage, tier, variant."""
        sort = [CONTACTS.c[name] for name in by]
        asked = (
            select(*sort, CONTACTS.c.result, func.count())
            .where(CONTACTS.c.claimed_at >= since, CONTACTS.c.claimed_at < until)
            .group_by(*sort, CONTACTS.c.result)
        )
        found: dict[tuple[str | None, ...], dict[str, int]] = {}
        with reading(self.engine) as connection:
            for *named, result, n in connection.execute(asked):
                found.setdefault(tuple(named), {})[result] = n
        return tuple(
            Count(dict(zip(by, named, strict=True)), sum(results.values()), results)
            for named, results in sorted(found.items(), key=lambda each: tuple(name or "" for name in each[0]))
        )

    def decided(self, first: Day, last: Day, **only: str) -> Mapping[tuple[str, str, str], int]:
        """How many records the days brought, by kind, result and code; `only` says which (`stage="first"`)."""
        asked = (
            select(TALLIES.c.kind, TALLIES.c.result, TALLIES.c.code, func.sum(TALLIES.c.n))
            .where(
                TALLIES.c.day >= first,
                TALLIES.c.day <= last,
                *(TALLIES.c[name] == value for name, value in only.items()),
            )
            .group_by(TALLIES.c.kind, TALLIES.c.result, TALLIES.c.code)
        )
        with reading(self.engine) as connection:
            return {(row[0], row[1], row[2]): int(row[3]) for row in connection.execute(asked)}

    def open_holds(self, now: Millis, *kinds: str) -> Mapping[str, int]:
        """How many holds are open, by kind: complaints, disputes, hardship; all kinds, or these."""
        asked = (
            select(HOLDS.c.kind, func.count())
            .where(
                HOLDS.c.placed_us > HOLDS.c.released_us,
                or_(HOLDS.c.until.is_(None), HOLDS.c.until > now),
                HOLDS.c.kind.in_(kinds) if kinds else true(),
            )
            .group_by(HOLDS.c.kind)
        )
        with reading(self.engine) as connection:
            return {row[0]: row[1] for row in connection.execute(asked)}

    def promises(self, first: str, last: str) -> Mapping[str, int]:
        """What became of the promises for these days (ISO 8601): by outcome, `open` while nothing is known."""
        outcome = func.coalesce(JUDGEMENTS.c.outcome, "open")
        asked = (
            select(outcome.label("became"), func.count())
            .select_from(PROMISES.outerjoin(JUDGEMENTS, JUDGEMENTS.c.key == PROMISES.c.key))
            .where(PROMISES.c.promised_on >= first, PROMISES.c.promised_on <= last, PROMISES.c.cancelled.is_(False))
            .group_by("became")
        )
        with reading(self.engine) as connection:
            return {row[0]: row[1] for row in connection.execute(asked)}

    def policy(self, policy_hash: str) -> str | None:
        """The text of a policy that decided."""
        with reading(self.engine) as connection:
            return connection.execute(
                select(POLICIES.c.text).where(POLICIES.c.hash == policy_hash)
            ).scalar_one_or_none()


def _latest(
    connection: Connection, asked: Select[Any], by: str, kinds: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """The last row of each attempt; of some kinds, where the rows have them."""
    rows = connection.execute(asked.order_by("partition", "offset")).all()
    return {getattr(row, by): row for row in rows if getattr(row, by) and (kinds is None or row.kind in kinds)}


def _promise(promises: Sequence[Any], at: Millis, later: Millis | None) -> Any | None:  # noqa: ANN401 - a row
    """The first promise that was stated soon after a contact, and before the next one."""
    for each in promises:
        stated = each.stated_us // 1000
        if at <= stated <= at + _PROMISED_WITHIN_MS and (later is None or stated < later):
            return each
    return None
