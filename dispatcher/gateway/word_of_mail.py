"""What mail systems' reports are written down as: statements about addresses, receipts for attempts. Pure.

The same report says the same thing under the same ids whenever it is read: it may come twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from email import message_from_bytes
from email.errors import HeaderParseError
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import Final, Literal

from channels.email_bounces import Bounce, Complaint, NotAReport
from channels.email_bounces import report as read_report
from channels.email_mime import named_by
from dispatcher.core.identity import names_a_contact
from dispatcher.gateway.appending import SOURCE, Entry, Whereabouts, to_inbox, to_points
from schemas.inbox import AttemptReceipt
from schemas.plausibility import YEARS
from schemas.points import PointStated, Standing
from schemas.values import to_micros

Kind = Literal["bounce", "complaint", "delay", "nobody", "not_ours"]
"""`delay`: it may still arrive; `nobody`: it names no address; `not_ours`: it names no mail of ours, and is not believed
where only those are that do: anybody can write a report about anybody's address."""

_PROVIDER: Final = "smtp"
_ID_BYTES: Final = 16
_FORM: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says, one kind for each recipient it names, and what is to be written of it."""

    kinds: tuple[Kind, ...]
    entries: tuple[Entry, ...]


def told(raw: bytes, where: Whereabouts, *, only_ours: bool) -> Told | NotAReport:
    """What a mail says, if it is a report. It was stated on the mail's own date, and never later than now.

    `only_ours`: it is believed only if it names a mail of ours.
    """
    found = read_report(raw)
    if isinstance(found, NotAReport):
        return found
    name = blake2b(raw, digest_size=_ID_BYTES).hexdigest()
    at = replace(where, at_us=min(_date(raw) or where.at_us, where.at_us))
    kinds: list[Kind] = []
    entries: list[Entry] = []
    for number, each in enumerate(found):
        if only_ours and not _is_about_ours(each):
            kinds.append("not_ours")
            continue
        kind, written = _written(each, f"{name}/{number}", at)
        kinds.append(kind)
        entries += written
    return Told(tuple(kinds), tuple(entries))


def mail_in(body: bytes, content_type: str) -> bytes:
    """The mail in the body of a request: the body itself, or the largest part of a form.

    Services that forward mails over HTTP put the mail into one field and some notes about it into others.
    """
    if content_type.partition(";")[0].strip().lower() != _FORM:
        return body
    try:
        form = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
        contents = [part.get_payload(decode=True) for part in form.walk() if not part.is_multipart()]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return body
    return max((content for content in contents if isinstance(content, bytes)), key=len, default=body)


def _written(report: Bounce | Complaint, name: str, where: Whereabouts) -> tuple[Kind, Sequence[Entry]]:
    match report:
        case Bounce(action="delayed"):
            return "delay", ()
        case Bounce():
            entries = [] if report.names is None else [_receipt(report.names, report.status, name, where)]
            if report.kind == "permanent":
                entries.append(_stated(report.recipient, "unreachable", f"bounce {report.status}", name, where))
            return "bounce", entries
        case Complaint():
            if report.recipient is None:
                return "nobody", ()
            return "complaint", [_stated(report.recipient, "opted_out", "complaint", name, where)]


def _is_about_ours(report: Bounce | Complaint) -> bool:
    """Whether it returns a name that we give: of an attempt in our header, or of a contact as Message-ID."""
    _, attempt_id = report.names or ("", "")
    named = None if report.message_id is None else named_by(report.message_id)
    return names_a_contact(attempt_id) or names_a_contact(named or "")


def _stated(address: str, standing: Standing, why: str, name: str, where: Whereabouts) -> Entry:
    return to_points(address, where.point_key, PointStated("email", standing, where.at_us, SOURCE, name, why))


def _receipt(names: tuple[str, str], code: str, name: str, where: Whereabouts) -> Entry:
    customer_id, attempt_id = names
    return to_inbox(customer_id, where, name, AttemptReceipt(attempt_id, _PROVIDER, "undelivered", code))


def _date(raw: bytes) -> int | None:
    """When the report was written, by its own date; None where it has none that could be."""
    try:
        found = parsedate_to_datetime(str(message_from_bytes(raw).get("Date", "")))
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, HeaderParseError):
        return None
    return to_micros(found) if found.year in YEARS else None
