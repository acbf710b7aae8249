"""Who at the desk said something: the desk of this product names the collector in the `source` of what it states."""

import re
from typing import Final
from urllib.parse import unquote

DESK: Final = "dispatcher/desk/"
"""Before the collector's id in a source."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+\\-]{0,99}")


def collector_of(source: str) -> str | None:
    """The collector whom a source names; None where it names none of our desk's."""
    return known_collector(unquote(source.removeprefix(DESK))) if source.startswith(DESK) else None


def known_collector(text: str) -> str | None:
    """An id as the desk gives them; nothing else is kept, since it might be a customer's name."""
    return text if _ID.fullmatch(text) else None
