"""The trace context of a publisher (W3C `traceparent`), as Kafka headers carry it: handed on, never made here."""

import re
from collections.abc import Iterable
from typing import Final

HEADER: Final = "traceparent"
_FORM: Final = re.compile(rb"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def trace_of(headers: Iterable[tuple[str, bytes | None]]) -> str:
    """The trace context among a record's headers; empty if there is none, or one that is none.

    What a publisher writes there goes into journal and logs, so nothing but the hexadecimal form is taken.
    """
    for name, value in headers:
        if name == HEADER and value is not None and _FORM.fullmatch(value):
            return value.decode("ascii")
    return ""
