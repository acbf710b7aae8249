"""The bytes of an e-mail: plain text first, HTML beside it, the same bytes for the same attempt.

The date is the sender's to add: it is the only header that depends on when.
"""

import hashlib
import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from urllib.parse import quote

from channels.protocol import Message, Rejected

_POLICY: Final = SMTP.clone(cte_type="7bit")
"""CRLF line ends, lines within limits, and nothing that a server without 8BITMIME could not take."""

_ADDRESS: Final = re.compile(
    r"(?=.{3,254}$)(?=[^@]{1,64}@)"
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
"""A dot-atom at a host name (RFC 5321, 4.1.2); quoted local parts and address literals are refused."""

_UNSAFE: Final = re.compile("[\\x00-\\x1f\\x7f\\x80-\\x9f\\u2028\\u2029]")
"""Whatever some reader may take for the end of a header: C0, DEL, C1, the Unicode line and paragraph
separators."""

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,70}")
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")


def envelope_address(address: str) -> str | None:
    """The address as SMTP writes it, its domain in ASCII; None if it is no address we can send to."""
    local, _, domain = address.rpartition("@")
    try:
        written = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    return written if _ADDRESS.fullmatch(written) else None


def message_id(name: str, sender: str) -> str:
    """The Message-ID of a contact (or attempt) at the sender's domain: the same for a copy, so that mailboxes may notice."""
    local = name if _PLAIN_ID.fullmatch(name) else quote(name, safe="").replace(".", "%2E")
    return f"<{local}@{sender.rpartition('@')[2]}>"


def encoded(message: Message, recipient: str, sender: str) -> bytes | Rejected:
    """The message from and to these envelope addresses, without its Date header."""
    shown = (message.subject or "", message.sender_name, *(part for pair in message.headers for part in pair))
    if any(_UNSAFE.search(text) for text in shown):
        return Rejected("content", "control-character")
    if not all(_HEADER_NAME.fullmatch(name) for name, _ in message.headers):
        return Rejected("content", "header")
    mail = EmailMessage(policy=_POLICY)
    try:
        mail["From"] = Address(message.sender_name, addr_spec=sender)
        mail["To"] = Address(addr_spec=recipient)
        mail["Subject"] = message.subject or ""
        mail["Message-ID"] = message_id(message.contact_id or message.attempt_id, sender)
        # RFC 3834: keeps vacation responders quiet.
        mail["Auto-Submitted"] = "auto-generated"
        for name, value in message.headers:
            mail[name] = value
        mail.set_content(message.text)
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html")
            mail.set_boundary(f"=_{hashlib.sha256(message.attempt_id.encode()).hexdigest()[:32]}")
        return mail.as_bytes()
    except (ValueError, HeaderParseError, UnicodeError):
        # A header twice, or a text that no mail can hold (a lone surrogate).
        return Rejected("content", "unencodable")
