"""A call's script as the page shows it: headings, lines, and the marked lines as boxes to tick. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dispatcher.gateway.calls.disclosures import disclosures_of

_HEADING: Final = re.compile(r"\s{0,3}(\d{1,2}\.\s+\S.*)")
_MARK: Final = re.compile(r"\s*\[([a-z][a-z0-9_]{1,29})\]\s+(\S.*)")


@dataclass(frozen=True, slots=True, repr=False)
class Heading:
    """A step of the call."""

    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """Something to say, to ask or to heed."""

    text: str


@dataclass(frozen=True, slots=True, repr=False)
class ToSay:
    """A mandatory disclosure, to be ticked once it was made."""

    id: str
    text: str


Block = Heading | Line | ToSay


def blocks_of(script: str) -> tuple[Block, ...]:
    """The script, line by line; empty lines are left out. A disclosure that is marked twice has one box."""
    return tuple(_blocks(script, {each.id for each in disclosures_of(script)}))


def _blocks(script: str, unticked: set[str]) -> Iterator[Block]:
    for line in script.splitlines():
        if not line.strip():
            continue
        marked, heading = _MARK.fullmatch(line.rstrip()), _HEADING.fullmatch(line.rstrip())
        if marked is not None and marked[1] in unticked:
            unticked.remove(marked[1])
            yield ToSay(marked[1], marked[2])
        elif heading is not None:
            yield Heading(heading[1])
        else:
            yield Line(line.strip())
