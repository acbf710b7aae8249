"""A file of events, one a line, read with the very reader that intake uses; no cluster is needed."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dispatcher.cli.ending import stop
from dispatcher.exit_codes import ExitCode
from schemas.codec import Accepted, ignored_fields, read
from schemas.rejected import Rejected
from schemas.routing import topic_of

STDIN: Final = "-"

_FAR_AHEAD: Final = 2 * 365 * 24 * 60 * 60 * 1_000_000
_OPENINGS: Final = frozenset({b"[", b"{", b"[{"})
"""How the first line of JSON begins that is laid out over several: no event stands in such a line."""
_OVER_LINES: Final = (
    "expected one event a line, found JSON over several; `jq -c 'if type == \"array\" then .[] else . end'` joins them"
)


@dataclass(frozen=True, slots=True, repr=False)
class Good:
    """An event that intake accepts: its line (from 1), its topic without prefix, whom it concerns."""

    line: int
    topic: str
    value: bytes
    event: Accepted


@dataclass(frozen=True, slots=True, repr=False)
class Bad:
    """A line that intake would set aside, and why; the topic it would have gone to."""

    line: int
    topic: str
    value: bytes
    refusal: Rejected


def name_of(file: str) -> str:
    """How messages call the source of the lines."""
    return "stdin" if file == STDIN else file


def said(file: str, bad: Bad) -> str:
    """What intake says of a line, in one line for people."""
    refusal = bad.refusal
    place = f"{refusal.path}: " if refusal.path else ""
    return f"{name_of(file)}:{bad.line}: {refusal.reason}: {place}{refusal.message}"


def notes(file: str, judged: Good | Bad, now: int) -> Iterator[str]:
    """What intake takes and probably nobody meant, a line each; `now` is in microseconds."""
    place = f"{name_of(file)}:{judged.line}: note: "
    if isinstance(judged, Good) and judged.event.at > now + _FAR_AHEAD:
        yield f"{place}time: lies years ahead; until then no statement about the same thing that is dated rightly will count"
    if isinstance(judged, Good) and judged.event.customer_id != judged.event.customer_id.strip():
        yield f"{place}data.customer_id: begins or ends with a blank; that is another customer than the one without it"
    if isinstance(judged, Good) and not judged.event.unknown_fields:
        return
    for each in ignored_fields(judged.topic, judged.value):
        meant = each.meant()
        advice = "" if meant is None else f"; did you mean {meant}?"
        yield f"{place}{each.path} is not a known field and is ignored{advice}"


def judge(file: str) -> Iterator[Good | Bad]:
    """Every line of a file (`-` is stdin) that is not blank; ends the command where it cannot be read."""
    try:
        if file == STDIN:
            yield from _judged(file, sys.stdin.buffer)
        else:
            with Path(file).open("rb") as lines:
                yield from _judged(file, lines)
    except OSError as fault:
        stop(ExitCode.USAGE, f"{name_of(file)}: {fault.strerror}; expected a file with one event a line")


def _judged(file: str, lines: Iterable[bytes]) -> Iterator[Good | Bad]:
    first = True
    for number, line in enumerate(lines, start=1):
        value = line.strip(b" \t\r\n")
        if not value:
            continue
        if first and value in _OPENINGS:
            stop(ExitCode.USAGE, f"{name_of(file)}: {_OVER_LINES}")
        first = False
        topic = topic_of(value)
        answer = read(topic, value)
        yield Good(number, topic, value, answer) if isinstance(answer, Accepted) else Bad(number, topic, value, answer)
