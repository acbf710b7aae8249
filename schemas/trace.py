"""The trace context of a publisher (W3C `traceparent`): handed on as it came, never made here.

We open no spans of our own. Whoever looks for a trace id finds what was published, decided, sent and answered under it, and
the parent that each of them names is the publisher's span: right away, and after hours of waiting for a contact's time,
where a tracing library would speak of a link. `tracestate` is not taken: it may hold anything.
"""

import re
from collections.abc import Iterable
from typing import Final

HEADER: Final = "traceparent"
"""Of Kafka records and of HTTP requests alike."""

_FORM: Final = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def trace_in(text: str) -> str:
    """The trace context that a text is; empty if it is none.

    What a publisher writes there goes into journal, headers and logs, so nothing but the hexadecimal form is taken.
    """
    return text if _FORM.fullmatch(text) else ""


def trace_of(headers: Iterable[tuple[str, bytes | None]]) -> str:
    """The trace context among a record's headers; empty if there is none, or one that is none."""
    for name, value in headers:
        if name == HEADER and value is not None and (found := trace_in(value.decode("latin-1"))):
            return found
    return ""


def headers_of(trace: str) -> list[tuple[str, bytes]]:
    """The headers of a Kafka record with this trace context; none without one."""
    return [(HEADER, trace.encode())] if trace else []


def trace_id(trace: str) -> str:
    """The id that all parts of a trace share, 32 hexadecimal digits: what people look for. Empty without a context."""
    return trace[3:35]
