"""How many opt-outs there were, by channel and by the way in which they came.

Counted: statements of the period that forbid a channel at a number or address, whoever passed them on (an SMS that says
STOP, a link in a mail, the desk), and those that allow one again. The rate is opt-outs of a channel for each contact
made by it in the period; it stands beside the channel's first row alone, with its contacts as cases. Not counted:
wishes about hours.
"""

import msgspec
from sqlalchemy import Connection, case, func, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Question, Share
from dispatcher.archive.figures.contacted import claimed_in, was_made
from dispatcher.archive.figures.shares import FEW, share
from dispatcher.archive.tables import CONSENTS, CONTACTS

ALL = "all"
"""The row of a channel that sums up its sources."""


class OptOuts(msgspec.Struct, frozen=True):
    """By one channel, from one source or from all."""

    channel: str
    source: str
    opt_outs: Count
    opt_ins: Count
    cases: Count
    rate: Share
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[OptOuts, ...]:
    """The rows of the archive: of each channel the sum, then its sources."""
    start, end = question.period.start, question.period.end
    said = (
        select(
            CONSENTS.c.channel,
            CONSENTS.c.source,
            func.sum(case((CONSENTS.c.allowed.is_(False), 1), else_=0)),
            func.sum(case((CONSENTS.c.allowed.is_(True), 1), else_=0)),
        )
        .where(CONSENTS.c.at >= start, CONSENTS.c.at < end)
        .group_by(CONSENTS.c.channel, CONSENTS.c.source)
    )
    made = (
        select(CONTACTS.c.channel, func.count())
        .where(claimed_in(start, end), CONTACTS.c.channel.is_not(None), was_made())
        .group_by(CONTACTS.c.channel)
    )
    contacts: dict[str, int] = {row[0]: row[1] for row in connection.execute(made)}
    found = [(channel, source, int(out), int(back)) for channel, source, out, back in connection.execute(said)]
    rows_: list[OptOuts] = []
    for channel in sorted({*contacts, *(each[0] for each in found)}):
        some = [each for each in found if each[0] == channel]
        cases, outs = contacts.get(channel, 0), sum(each[2] for each in some)
        ins = sum(each[3] for each in some)
        rows_.append(OptOuts(channel, ALL, outs, ins, cases, share(outs, cases), cases < FEW))
        rows_ += [
            OptOuts(channel, source, out, back, cases, None, cases < FEW) for _, source, out, back in sorted(some)
        ]
    return tuple(rows_)


FIGURE = Figure("opt-outs", OptOuts, rows, Bars("opt_outs", ("channel", "source")))
