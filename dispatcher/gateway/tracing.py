"""The trace context that a caller sent along: for the records that its request causes, and for what is logged meanwhile."""

from typing import Final

from litestar.types import Scope

from schemas.trace import HEADER, trace_in

_NAME: Final = HEADER.encode()


def trace_of_request(scope: Scope) -> str:
    """The trace context (W3C) of a request; empty where there is none, or several, or one that is malformed.

    Never an error: whoever publishes must not fail because of a library that measures it.
    """
    sent = [value for name, value in scope["headers"] if name == _NAME]
    return trace_in(sent[0].decode("latin-1").strip()) if len(sent) == 1 else ""
