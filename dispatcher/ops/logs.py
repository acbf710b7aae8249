"""One JSON object a line on stderr, for our own records and for those of the libraries alike.

Modules log with `structlog.get_logger(__name__)`; what they log never holds people's data.
"""

import contextlib
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from dispatcher.ops.redaction import KEPT, redacted
from dispatcher.settings import LogLevel

_FRAMES: Final = 30
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
                structlog.processors.ExceptionRenderer(
                    # Without the locals of each frame, which hold whole events.
                    ExceptionDictTransformer(show_locals=False, max_frames=_FRAMES)
                ),
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


def flush() -> None:
    """Bring every record out before the process ends without ceremony (`os._exit`)."""
    for handler in logging.getLogger().handlers:
        with contextlib.suppress(Exception):  # a crash must not be hidden by the failure to report it
            handler.flush()


def _redact(_: object, __: str, event: MutableMapping[str, Any]) -> EventDict:
    # structlog's own types say Any for the values of a record.
    return {name: value if name in KEPT else redacted(value) for name, value in event.items()}
