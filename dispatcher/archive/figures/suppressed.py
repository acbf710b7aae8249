"""How often a contact was not made, or was put off, and by which rule.

Counted: decisions of the journal that suppress or defer a contact, by the first reason that they name. One contact can
be put off by several rules in turn, and each counts once; so these are decisions, not customers. Days are those of UTC,
whatever the zone of the other figures, because the daily sums that outlive every record are. `share` is the part of all
of them. A case is a decision.
"""

from typing import Final

import msgspec
from sqlalchemy import Connection, func, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Question, Share
from dispatcher.archive.figures.shares import share
from dispatcher.archive.tables import TALLIES

_RESULTS: Final = ("suppressed", "deferred")


class Suppressed(msgspec.Struct, frozen=True):
    """By one rule."""

    code: str
    suppressed: Count
    deferred: Count
    cases: Count
    share: Share


def rows(connection: Connection, question: Question) -> tuple[Suppressed, ...]:
    """The rows of the archive, the most frequent first."""
    period = question.period
    asked = (
        select(TALLIES.c.code, TALLIES.c.result, func.sum(TALLIES.c.n))
        .where(
            TALLIES.c.day >= period.first,
            TALLIES.c.day <= period.last,
            TALLIES.c.kind == "decision",
            TALLIES.c.result.in_(_RESULTS),
        )
        .group_by(TALLIES.c.code, TALLIES.c.result)
    )
    found: dict[str, dict[str, int]] = {}
    for code, result, n in connection.execute(asked):
        found.setdefault(code, {})[result] = int(n)
    total = sum(n for by_result in found.values() for n in by_result.values())
    made = []
    for code, by_result in found.items():
        suppressed, deferred = (by_result.get(result, 0) for result in _RESULTS)
        made.append(Suppressed(code, suppressed, deferred, suppressed + deferred, share(suppressed + deferred, total)))
    return tuple(sorted(made, key=lambda each: (-each.cases, each.code)))


FIGURE = Figure("suppressed", Suppressed, rows, Bars("cases", ("code",)))
