"""How satisfied customers say they are.

Counted: every judgement that customers gave in the period, from 1 (not at all) to 5 (very), by the channel that they
name. `content` is the share of 4 and 5, `mean` their mean. Not counted: customers who said nothing; those who answer
are seldom like all. A case is a judgement.
"""

import msgspec
from sqlalchemy import Connection, func, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Question, Score, Share
from dispatcher.archive.figures.shares import FEW, share
from dispatcher.archive.tables import FEEDBACK

_CONTENT = 4


class Satisfaction(msgspec.Struct, frozen=True):
    """Of one channel, or of all (`all`); `of_1` to `of_5`: how many gave which score."""

    channel: str
    of_1: Count
    of_2: Count
    of_3: Count
    of_4: Count
    of_5: Count
    cases: Count
    mean: Score
    content: Share
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Satisfaction, ...]:
    """The rows of the archive: all, then by channel."""
    channel = func.coalesce(FEEDBACK.c.channel, "").label("by")
    asked = (
        select(channel, FEEDBACK.c.score, func.count())
        .where(FEEDBACK.c.at >= question.period.start, FEEDBACK.c.at < question.period.end)
        .group_by("by", FEEDBACK.c.score)
    )
    found: dict[str, dict[int, int]] = {}
    for name, score, n in connection.execute(asked):
        for group in ("all", name):
            scores = found.setdefault(group, {})
            scores[score] = scores.get(score, 0) + n
    return tuple(_row(name, found[name]) for name in sorted(found, key=lambda name: (name != "all", name)))


def _row(channel: str, scores: dict[int, int]) -> Satisfaction:
    cases = sum(scores.values())
    mean = round(sum(score * n for score, n in scores.items()) / cases, 2)
    content = sum(n for score, n in scores.items() if score >= _CONTENT)
    return Satisfaction(
        channel,
        scores.get(1, 0),
        scores.get(2, 0),
        scores.get(3, 0),
        scores.get(4, 0),
        scores.get(5, 0),
        cases,
        mean,
        share(content, cases),
        cases < FEW,
    )


FIGURE = Figure("satisfaction", Satisfaction, rows, Bars("content", ("channel",)))
