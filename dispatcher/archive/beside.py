"""What stands beside the records of a timeline: what their events said, and the words that were sent or noted."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Connection,
    FromClause,
    LargeBinary,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)

from dispatcher.archive import words
from dispatcher.archive.said import Said, decode
from dispatcher.archive.sealing import event_key
from dispatcher.archive.tables import DIGESTS, META, STATEMENTS, TEXTS
from schemas import topics
from schemas.discretion import Discreet
from schemas.journal import JournalRecord

SAID: Final = ("sms", "email", "script")
"""Kinds of texts that were said to somebody; others are notes."""


class Words(Discreet, msgspec.Struct, frozen=True):
    """What was said in a contact, or noted of it: `text` until it may no longer be kept, the hash for good."""

    kind: str
    sha256: str
    text: str | None


class Beside(msgspec.Struct, frozen=True):
    """What was found: statements and notes by the keys of their events, sent words by attempts."""

    said: Mapping[bytes, Said]
    notes: Mapping[bytes, tuple[Words, ...]]
    sent: Mapping[str, tuple[Words, ...]]


NOTHING: Final = Beside({}, {}, {})


def is_statement(record: JournalRecord) -> bool:
    """Whether it stands for what an event said. A report that closes an attempt is told by the attempt's end alone."""
    return record.kind == "fact" or rule_of(record) == "contact.reported"


def rule_of(record: JournalRecord) -> str:
    """The rule of the first reason."""
    return record.reasons[0].rule if record.reasons else ""


def key_of(key: bytes, record: JournalRecord) -> bytes:
    """What finds the event behind a record. `key` is the archive's."""
    cause = record.cause
    return b"" if cause is None else event_key(key, record.customer_id, cause.source, cause.id)


def beside(connection: Connection, key: bytes, records: Sequence[JournalRecord], sealed: words.Words) -> Beside:
    """What stands beside these records, in one query; none where nothing can."""
    events = {key_of(key, each) for each in records if is_statement(each)}
    attempts = {each.attempt_id for each in records if each.result == "claimed" and each.attempt_id}
    if not events and not attempts:
        return NOTHING
    said: dict[bytes, Said] = {}
    notes: dict[bytes, tuple[Words, ...]] = {}
    sent: dict[str, tuple[Words, ...]] = {}
    asked = {"events": sorted(events), "attempts": sorted(attempts)}
    for row in sorted(connection.execute(_ASKED, asked), key=_place):
        worded = () if row.sha256 is None else (Words(row.kind, bytes(row.sha256).hex(), sealed.said(row)),)
        if row.event is None:
            sent[row.attempt_id] = (*sent.get(row.attempt_id, ()), *worded)
        else:
            event = bytes(row.event)
            notes[event] = worded
            if row.details is not None:
                said[event] = decode(row.details)
    return Beside(said, notes, sent)


def _place(row: Any) -> tuple[str, int, int]:  # noqa: ANN401 - a row
    return row.topic, row.partition, row.offset


def _worded(digests: FromClause) -> FromClause:
    """Digests with their texts, if those are still kept, and the keys of these."""
    same = and_(*(TEXTS.c[name] == DIGESTS.c[name] for name in ("topic", "partition", "offset")))
    return digests.outerjoin(TEXTS, same).outerjoin(META, words.KEYED)


def _both() -> Sequence[Select[Any]]:
    noted = and_(
        DIGESTS.c.topic == topics.INBOX,
        DIGESTS.c.partition == STATEMENTS.c.partition,
        DIGESTS.c.offset == STATEMENTS.c.offset,
    )
    found = (DIGESTS.c.kind, DIGESTS.c.sha256, TEXTS.c.customer_id, TEXTS.c.body, words.WRAPPED)
    statements = (
        select(
            STATEMENTS.c.key.label("event"),
            STATEMENTS.c.details,
            cast(null(), Text).label("attempt_id"),
            literal(topics.INBOX, Text).label("topic"),
            STATEMENTS.c.partition,
            STATEMENTS.c.offset,
            *found,
        )
        .select_from(_worded(STATEMENTS.outerjoin(DIGESTS, noted)))
        .where(STATEMENTS.c.key.in_(bindparam("events", expanding=True)))
    )
    sent = (
        select(
            cast(null(), LargeBinary).label("event"),
            cast(null(), Text).label("details"),
            DIGESTS.c.attempt_id,
            DIGESTS.c.topic,
            DIGESTS.c.partition,
            DIGESTS.c.offset,
            *found,
        )
        .select_from(_worded(DIGESTS))
        .where(DIGESTS.c.attempt_id.in_(bindparam("attempts", expanding=True)), DIGESTS.c.kind.in_(SAID))
    )
    return statements, sent


_ASKED: Final = union_all(*_both())
