"""Why a record was set aside, told in the headers of `reminders.rejected` beside the original bytes; no personal data."""

from dispatcher.engine.carriers import ConsumerRecord
from schemas.codec import Rejected
from schemas.trace import HEADER, trace_of


def headers_of(record: ConsumerRecord, rejected: Rejected) -> list[tuple[str, bytes]]:
    """Coordinates, reason, path, the event's identity as far as it could be read, and its trace context, if it has one."""
    told: list[tuple[str, str | None]] = [
        ("topic", record.topic),
        ("partition", str(record.partition)),
        ("offset", str(record.offset)),
        ("reason", rejected.reason),
        ("path", rejected.path),
        ("message", rejected.message),
        ("ce_id", rejected.ce_id),
        ("ce_source", rejected.ce_source),
        ("ce_type", rejected.ce_type),
        (HEADER, trace_of(record.headers) or None),
    ]
    return [(name, text.encode("utf-8", "replace")) for name, text in told if text is not None]
