"""What mail servers report of our mails: bounces (RFC 3464) and complaints (RFC 5965), from the report's bytes.

Anybody can write a mail that looks like a report. One that names a mail of ours (`message_id`, `names`) comes from somebody
who has seen that; whoever asks for more than the mail system's word asks for this.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message as Mail
from typing import Final, Literal

from channels import callback_token
from channels.email_mime import ATTEMPT_HEADER
from schemas.contact_points import email

Kind = Literal["permanent", "transient", "policy"]
"""`permanent`: the address is no good, whoever writes to it. `transient`: it may work another time. `policy`: refused, but
for who we are, what we sent or an unsaid reason; the address stays good."""

Action = Literal["failed", "delayed"]

_ACTIONS: Final[dict[str, Action]] = {"failed": "failed", "delayed": "delayed"}

LARGEST: Final = 1_048_576
"""Bytes of a report that is looked at: servers return the first part of a mail, and ours are small."""

_MOST_RECIPIENTS: Final = 100
_MOST_PARTS: Final = _MOST_RECIPIENTS + 1


@dataclass(frozen=True, slots=True, repr=False)
class Bounce:
    """A mail that did not arrive, or has not yet (`delayed`).

    `recipient` is the address we wrote to, as `schemas.contact_points` writes it. `status` is the enhanced code (RFC 3463),
    empty where none is told. `message_id` is that of our mail with its angle brackets, `names` its customer and attempt;
    None where the report does not return them.
    """

    recipient: str
    action: Action
    status: str
    kind: Kind
    message_id: str | None = None
    names: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return f"Bounce({self.action}, {self.status}, {self.kind})"


@dataclass(frozen=True, slots=True, repr=False)
class Complaint:
    """Somebody called our mail spam; `recipient` is None where the provider keeps it to itself."""

    recipient: str | None
    message_id: str | None = None
    names: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return f"Complaint({'a recipient' if self.recipient else 'no recipient'})"


@dataclass(frozen=True, slots=True)
class NotAReport:
    """A mail that is neither a bounce nor a complaint; `why` holds nothing of its content."""

    why: str


_PERMANENT: Final = re.compile(r"5\.(?:1\.(?:1|2|3|6|10)|2\.1)")
"""No such mailbox, system or address; moved; null MX; disabled. Not 5.2.2: a full mailbox empties again."""

_TRANSIENT: Final = re.compile(r"4\..*|5\.2\.2|5\.4\..*")
"""Also 5.4.x: a network that did not work until the server gave up."""

_STATUS: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\S)")
_DIAGNOSTIC: Final = re.compile(r"\s*smtp\s*;\s*[45]\d\d[ -]#?([45]\.\d{1,3}\.\d{1,3})(?![\d.])", re.IGNORECASE)
_TYPED: Final = re.compile(r"\s*(?:rfc822|utf-8)\s*;\s*<?([^<>\s]{3,254})>?\s*", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:[^<>]{0,200}<)?([^<>\s,;]{3,254})>?\s*")
_MESSAGE_ID: Final = re.compile(r"\s*(<[^<>\s]{3,900}>)\s*")

_COMPLAINTS: Final = frozenset({"abuse", "opt-out", "opt-out-list"})
"""Feedback types that ask for an end. `not-spam` is praise; `auth-failure`, `fraud` and `virus` are for the postmaster."""


def report(raw: bytes) -> tuple[Bounce | Complaint, ...] | NotAReport:
    """What a mail reports; nothing of it (an empty tuple) where all it says is that mails arrived."""
    if len(raw) > LARGEST:
        return NotAReport(f"larger than {LARGEST} bytes")
    try:
        return _read(message_from_bytes(raw))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        # Python's parser of mails mends most of what is malformed, and trips over the rest.
        return NotAReport(f"unreadable ({type(fault).__name__})")


def _read(mail: Mail) -> tuple[Bounce | Complaint, ...] | NotAReport:
    if mail.get_content_type() != "multipart/report":
        return NotAReport("no multipart/report")
    parts = _parts(mail)
    message_id, names = _returned(mail, parts)
    for part in parts:
        match part.get_content_type():
            case "message/delivery-status" | "message/global-delivery-status":
                return tuple(_bounces(_blocks(part), message_id, names))
            case "message/feedback-report":
                return tuple(_complaints(_blocks(part), parts, message_id, names))
    return NotAReport("neither a delivery status nor a feedback report")


def _parts(mail: Mail) -> list[Mail]:
    """The report's own parts; what is inside the returned mail is not looked at."""
    payload = mail.get_payload()
    return [part for part in payload[:_MOST_PARTS] if isinstance(part, Mail)] if isinstance(payload, list) else []


def _blocks(part: Mail) -> list[Mail]:
    """The groups of fields of a status or feedback part: the message's own, then one for each recipient.

    Python's parser knows the groups of `message/delivery-status` alone; it takes other parts for a mail, the further groups
    for its body.
    """
    blocks = _parts(part)
    if part.get_content_type() == "message/global-delivery-status" and blocks:
        blocks += [message_from_string(block) for block in re.split(r"\r?\n\r?\n", _text(blocks[0]))]
    return blocks[: _MOST_RECIPIENTS + 1]


def _text(part: Mail) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode(errors="replace") if isinstance(payload, bytes) else ""


def _bounces(blocks: Iterable[Mail], message_id: str | None, names: tuple[str, str] | None) -> Iterator[Bounce]:
    for block in blocks:
        action = _ACTIONS.get(_field(block, "Action").strip().lower())
        recipient = _typed(block, "Original-Recipient") or _typed(block, "Final-Recipient")
        if recipient is None or action is None:
            continue
        status = _status(block)
        yield Bounce(recipient, action, status, _kind(action, status), message_id, names)


def _status(block: Mail) -> str:
    """The refusing server's own code where it is quoted: the reporting server's translation of it is coarser."""
    found = _DIAGNOSTIC.match(_field(block, "Diagnostic-Code")) or _STATUS.match(_field(block, "Status"))
    return "" if found is None else found[1]


def _kind(action: Action, status: str) -> Kind:
    if action == "delayed" or _TRANSIENT.fullmatch(status):
        return "transient"
    return "permanent" if _PERMANENT.fullmatch(status) else "policy"


def _complaints(
    blocks: Iterable[Mail], parts: Iterable[Mail], message_id: str | None, names: tuple[str, str] | None
) -> Iterator[Complaint]:
    fields = next(iter(blocks), Mail())
    if _field(fields, "Feedback-Type").strip().lower() not in _COMPLAINTS:
        return
    told = [str(value) for value in fields.get_all("Original-Rcpt-To", [])[:_MOST_RECIPIENTS]]
    found = {address for value in told if (address := _address(value)) is not None}
    if not found:
        found = {address for returned in _originals(parts) if (address := _address(_field(returned, "To"))) is not None}
    if found:
        yield from (Complaint(address, message_id, names) for address in sorted(found))
    elif message_id is not None or names is not None:
        yield Complaint(None, message_id, names)


def _returned(mail: Mail, parts: Iterable[Mail]) -> tuple[str | None, tuple[str, str] | None]:
    """What the returned mail was called, and whose attempt it was."""
    for original in _originals(parts):
        found = _MESSAGE_ID.fullmatch(_field(original, "Message-ID"))
        names = callback_token.read(_field(original, ATTEMPT_HEADER).strip())
        if found is not None or names is not None:
            return None if found is None else found[1], names
    answered = _MESSAGE_ID.fullmatch(_field(mail, "In-Reply-To"))
    return None if answered is None else answered[1], None


def _originals(parts: Iterable[Mail]) -> Iterator[Mail]:
    for part in parts:
        match part.get_content_type():
            case "message/rfc822" | "message/global":
                yield from _parts(part)
            case "text/rfc822-headers" | "message/global-headers":
                yield message_from_string(_text(part))


def _field(block: Mail, name: str) -> str:
    return str(block.get(name, ""))


def _typed(block: Mail, name: str) -> str | None:
    found = _TYPED.fullmatch(_field(block, name))
    return None if found is None else email(found[1])


def _address(text: str) -> str | None:
    found = _ADDRESS.fullmatch(text.strip())
    return None if found is None else email(found[1])
