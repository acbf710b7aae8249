"""Where a timeline goes on: the place of the last entry that was shown, as text for a link."""

import re
from typing import Final

import msgspec

from schemas.values import Millis

_TEXT: Final = re.compile(r"(\d{1,15})\.(\d{1,9})\.(\d{1,18})")


class Cursor(msgspec.Struct, frozen=True):
    """An entry's place in its customer's timeline: by time, then as the journal has it."""

    at: Millis
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.at}.{self.partition}.{self.offset}"


def cursor_of(text: str) -> Cursor | None:
    """The place that a link names; None: it names none."""
    found = _TEXT.fullmatch(text)
    return None if found is None else Cursor(*map(int, found.groups()))
