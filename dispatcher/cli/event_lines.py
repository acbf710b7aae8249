"""A file of events, one a line, read with the very reader that intake uses; no cluster is needed."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dispatcher.cli.ending import stop
from dispatcher.exit_codes import ExitCode
from schemas.codec import Accepted, read
from schemas.rejected import Rejected
from schemas.routing import topic_of

STDIN: Final = "-"


@dataclass(frozen=True, slots=True, repr=False)
class Good:
    """An event that intake accepts: its line (from 1), its topic without prefix, whom it concerns."""

    line: int
    topic: str
    value: bytes
    event: Accepted


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that intake would set aside, and why."""

    line: int
    refusal: Rejected


def name_of(file: str) -> str:
    """How messages call the source of the lines."""
    return "stdin" if file == STDIN else file


def said(file: str, bad: Bad) -> str:
    """What intake says of a line, in one line for people."""
    refusal = bad.refusal
    place = f"{refusal.path}: " if refusal.path else ""
    return f"{name_of(file)}:{bad.line}: {refusal.reason}: {place}{refusal.message}"


def judge(file: str) -> Iterator[Good | Bad]:
    """Every line of a file (`-` is stdin) that is not blank; ends the command where it cannot be read."""
    try:
        if file == STDIN:
            yield from _judged(sys.stdin.buffer)
        else:
            with Path(file).open("rb") as lines:
                yield from _judged(lines)
    except OSError as fault:
        stop(ExitCode.USAGE, f"{name_of(file)}: {fault.strerror}; expected a file with one event a line")


def _judged(lines: Iterable[bytes]) -> Iterator[Good | Bad]:
    for number, line in enumerate(lines, start=1):
        value = line.strip(b" \t\r\n")
        if not value:
            continue
        topic = topic_of(value)
        answer = read(topic, value)
        yield Good(number, topic, value, answer) if isinstance(answer, Accepted) else Bad(number, answer)
