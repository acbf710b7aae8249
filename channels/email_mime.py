"""The bytes of an e-mail: plain text first, HTML beside it, the same bytes for the same attempt.

The date is the sender's to add: it is the only header that depends on when. Python's own EmailMessage takes two
milliseconds for a mail of ours, three times what sending it takes; so headers that need no care are written as they are,
the others by its policy, and bodies by the encoders in C.
"""

import hashlib
import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.policy import SMTP
from functools import lru_cache
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
_PLAIN_VALUE: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
"""Printable ASCII that neither begins nor ends with a space."""

_OURS: Final = ("From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version")
_LINE: Final = 76
_ASCII: Final = bytes(range(128))
_REMEMBERED: Final = 1_024
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
    if _twice([*_OURS, *(name for name, _ in message.headers)]):
        return Rejected("content", "unencodable")
    try:
        head = (
            _from(message.sender_name, sender),
            _header("To", recipient),
            _header("Subject", message.subject or ""),
            _header("Message-ID", message_id(message.contact_id or message.attempt_id, sender)),
            # RFC 3834: keeps vacation responders quiet.
            b"Auto-Submitted: auto-generated\r\n",
            *(_folded(name, value) for name, value in message.headers),
            b"MIME-Version: 1.0\r\n",
        )
        plain = _part("plain", message.text)
        if message.html is None:
            return b"".join((*head, plain))
        return b"".join((*head, _alternatives(message.attempt_id, plain, _part("html", message.html))))
    except (ValueError, HeaderParseError, UnicodeError):
        # A text that no mail can hold (a lone surrogate).
        return Rejected("content", "unencodable")


def _twice(names: Sequence[str]) -> bool:
    """Whether a header that may stand only once would stand twice."""
    lower = [name.lower() for name in names]
    return len(set(lower)) < len(lower) and any(
        lower.count(name) > (_POLICY.header_max_count(name) or 99) for name in lower
    )


@lru_cache(maxsize=_REMEMBERED)
def _from(name: str, sender: str) -> bytes:
    return _written("From", Address(name, addr_spec=sender))


def _header(name: str, value: str) -> bytes:
    """As it is where that is one line of plain words; else as the library folds and encodes it."""
    if _PLAIN_VALUE.fullmatch(value) and len(name) + len(value) < _LINE and "=?" not in value:
        return f"{name}: {value}\r\n".encode("ascii")
    return _written(name, value)


def _written(name: str, value: str | Address) -> bytes:
    header = _POLICY.header_factory(name, value)
    folded: str = _POLICY.fold(name, header)
    return folded.encode("ascii")


_folded = lru_cache(maxsize=_REMEMBERED)(_written)
"""Creditors have few headers of their own; the library takes a tenth of a millisecond for each."""


def _part(subtype: str, text: str) -> bytes:
    """Type, transfer encoding and body: as it is, or whichever of quoted-printable and base64 is shorter, about."""
    lines = text.encode("utf-8").splitlines() or [b""]
    data = b"\r\n".join((*lines, b""))
    if data.isascii() and max(map(len, lines)) <= _LINE:
        way, body = "7bit", data
    elif 6 * len(data.translate(None, _ASCII)) > len(data):
        way, body = "base64", _base64(data)
    else:
        way, body = "quoted-printable", b2a_qp(data, istext=True)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {way}\r\n\r\n'
    return head.encode("ascii") + body


def _base64(data: bytes) -> bytes:
    """Base64 in lines of 76."""
    return encodebytes(data).replace(b"\n", b"\r\n")


def _alternatives(attempt_id: str, *parts: bytes) -> bytes:
    """A multipart of these parts, the best last; the boundary is the same for the same attempt."""
    boundary = f"=_{hashlib.sha256(attempt_id.encode()).hexdigest()[:32]}".encode("ascii")
    head = b'Content-Type: multipart/alternative;\r\n boundary="' + boundary + b'"\r\n\r\n'
    return head + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
