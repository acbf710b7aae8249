"""How many records of each sort a day brought: nobody is in a tally, so it outlives what it counted."""

from typing import Final

from dispatcher.archive.facts import Row
from dispatcher.archive.tables import TALLIES
from schemas.journal import JournalRecord
from schemas.values import to_millis

Tally = tuple[int, str, str, str, str, str, str, str, str, str, str]

EPOCH_DAY: Final = 719_163
"""1970-01-01 as a proleptic ordinal."""

DAY_MS: Final = 24 * 60 * 60 * 1000

_COLUMNS: Final = tuple(column.name for column in TALLIES.columns)


def tally(record: JournalRecord) -> Tally:
    """What a record counts under: the UTC day, and what it says apart from people."""
    return (
        EPOCH_DAY + to_millis(record.at) // DAY_MS,
        record.kind,
        record.result,
        record.reasons[0].code if record.reasons else "",
        record.creditor_id or "",
        record.phase or "",
        record.stage or "",
        record.channel or "",
        record.tier or "",
        record.variant or "",
        record.policy,
    )


def tallied(counted: Tally, n: int) -> Row:
    """A row of `tallies`."""
    return dict(zip(_COLUMNS, (*counted, n), strict=True))
