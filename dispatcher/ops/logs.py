"""One JSON object a line on stderr, for our own records and for those of the libraries alike.

Modules log with `structlog.get_logger(__name__)`; what they log never holds people's data.
"""

import contextlib
import logging
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any, Final, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, ExcInfo, Processor

from dispatcher.ops.redaction import KEPT, chain, redacted, speaks
from dispatcher.settings import LogLevel
from schemas.trace import trace_id

_FRAMES: Final = 30
_WITHHELD: Final = "[withheld]"
LIBRARIES: Final = (
    "aiohttp",
    "aiokafka",
    "alembic",
    "asyncio",
    "faust",
    "kafka",
    "litestar",
    "mode",
    "psycopg",
    "sqlalchemy",
    "twilio",
    "mail",
    "uvicorn",
)


class _Told(ExceptionDictTransformer):
    """An exception by its kind and frames, without the locals of each, which hold whole events, and a stranger's words.

    A `KeyError` says which key was missing, and a template's error which value did not fit: that may be a name.
    """

    def __init__(self) -> None:
        super().__init__(show_locals=False, max_frames=_FRAMES)

    def __call__(self, exc_info: ExcInfo) -> list[dict[str, Any]]:
        speaking = {type(each).__name__ for each in chain(exc_info[1]) if speaks(each)}
        silent = {type(each).__name__ for each in chain(exc_info[1]) if not speaks(each)}
        return [_withheld(each, speaking - silent) for each in super().__call__(exc_info)]


def _withheld(stack: dict[str, Any], speaking: set[str]) -> dict[str, Any]:
    said = stack if stack["exc_type"] in speaking else stack | {"exc_value": _WITHHELD, "exc_notes": []}
    groups = [[_withheld(each, speaking) for each in group] for group in stack.get("exceptions", [])]
    return said | {"exceptions": groups}


def configure(level: LogLevel = "info", *, stream: TextIO | None = None) -> None:
    """Log to `stream` (stderr) from now on; libraries are heard from WARNING up.

    Called once at the start of a process; a second call replaces the first.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(_Told()),
                _redact,
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = True
        library.setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(capture=True)


def traced(trace: str) -> AbstractContextManager[None]:
    """What is logged within, by this task, has the `trace_id` of a trace context; nothing has one without a context."""
    if not trace:
        return contextlib.nullcontext()
    return structlog.contextvars.bound_contextvars(trace_id=trace_id(trace))


def flush() -> None:
    """Bring every record out before the process ends without ceremony (`os._exit`)."""
    for handler in logging.getLogger().handlers:
        with contextlib.suppress(Exception):  # a crash must not be hidden by the failure to report it
            handler.flush()


def _redact(_: object, __: str, event: MutableMapping[str, Any]) -> EventDict:
    # structlog's own types say Any for the values of a record.
    return {name: value if name in KEPT else redacted(value) for name, value in event.items()}
