"""A figure as JSON, and what every form of it says of its period."""

from typing import Any

import msgspec

from dispatcher.archive.figures.asking import Figure, Question, Rows
from schemas.values import from_millis, to_date


def when(question: Question) -> dict[str, str]:
    """The period, its zone, and as of when; empty where the archive holds nothing."""
    period = question.period
    as_of = "" if not question.as_of else from_millis(question.as_of).strftime("%Y-%m-%d %H:%M")
    first, last = to_date(period.first).isoformat(), to_date(period.last).isoformat()
    return {"first": first, "last": last, "zone": period.zone.key, "as_of": as_of}


def as_json(figure: Figure, question: Question, rows: Rows) -> bytes:
    """One object: what the figure is, over which days, and its rows; amounts in minor units."""
    told: dict[str, Any] = {
        "figure": figure.name,
        "definition": figure.definition,
        "from": when(question)["first"],
        "to": when(question)["last"],
        "zone": question.period.zone.key,
        "as_of": None if not question.as_of else from_millis(question.as_of),
        "rows": rows,
    }
    return msgspec.json.encode(told)
