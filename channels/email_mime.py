"""The bytes of an e-mail: plain text first, HTML beside it, the same bytes for the same attempt.

The date is the sender's to add: it is the only header that depends on when. Python's own EmailMessage takes two
milliseconds for a mail of ours, three times what sending it takes; so headers that need no care are written as they are,
the others by its policy, and bodies by the encoders in C.
"""

import hashlib
import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.policy import SMTP
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from channels.callback_token import token
from channels.email_styles import inlined
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

ATTEMPT_HEADER: Final = "X-Reminder-Attempt"
"""Holds a callback token: bounces return our headers, and so say whose attempt failed."""

_UNSUBSCRIBE: Final = "List-Unsubscribe"
_ONE_CLICK: Final = "List-Unsubscribe-Post"

_OURS: Final = ("From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", ATTEMPT_HEADER, _ONE_CLICK)
_ONCE: Final = frozenset(name.lower() for name in _OURS) | {_UNSUBSCRIBE.lower()}
_POSTED_TO: Final = re.compile(r"(?:https://|http://(?:127\.0\.0\.1|localhost|\[::1\])[:/])[!-;=?-~]{1,800}")
"""Over https, as the standard asks, or on this machine, where nobody listens in. Printable, without spaces and angle
brackets, and within a line that SMTP takes."""

_LONGEST_TOKEN: Final = 900
_EOL: Final = "\r\n"
_LINE: Final = 76
_ASCII: Final = bytes(range(128))
_REMEMBERED: Final = 1_024
_MESSAGE_ID: Final = re.compile(r"<(?P<local>[A-Za-z0-9._%~-]{1,700})@(?P<domain>[^<>@\s]{1,253})>")
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
    return _named(name, sender.rpartition("@")[2])


def _named(name: str, domain: str) -> str:
    local = name if _PLAIN_ID.fullmatch(name) else quote(name, safe="").replace(".", "%2E")
    return f"<{local}@{domain}>"


def named_by(message_id: str) -> str | None:
    """The contact (or attempt) that a Message-ID names, None if `message_id` did not write it."""
    found = _MESSAGE_ID.fullmatch(message_id)
    if found is None:
        return None
    name = unquote(found["local"])
    return name if message_id.startswith(_named(name, found["domain"])) else None


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
            *(_folded(name, value) for name, value in message.headers if name.lower() != _UNSUBSCRIBE.lower()),
            *_way_out(message),
            *_attempt(message),
            b"MIME-Version: 1.0\r\n",
        )
        plain = _part("plain", message.text)
        if message.html is None:
            return b"".join((*head, plain))
        return b"".join((*head, _alternatives(message.attempt_id, plain, _part("html", inlined(message.html)))))
    except (ValueError, HeaderParseError, UnicodeError):
        # A text that no mail can hold (a lone surrogate), or a style sheet that is none.
        return Rejected("content", "unencodable")


def _twice(names: Sequence[str]) -> bool:
    """Whether a header that may stand only once would stand twice."""
    lower = [name.lower() for name in names]
    return len(set(lower)) < len(lower) and any(
        lower.count(name) > (1 if name in _ONCE else _POLICY.header_max_count(name) or 99) for name in lower
    )


def _way_out(message: Message) -> Iterator[bytes]:
    """How a mail program ends these mails: by one POST to our address (RFC 8058), or by what the message says (RFC 2369)."""
    said = [value for name, value in message.headers if name.lower() == _UNSUBSCRIBE.lower()]
    one_click = message.unsubscribe_url
    if one_click is None or _POSTED_TO.fullmatch(one_click) is None:
        yield from (_folded(_UNSUBSCRIBE, value) for value in said)
        return
    # A line for each: an address with a token in it is longer than a line, and must not be encoded.
    ways = f",{_EOL} ".join([f"<{one_click}>", *(value for value in said if _PLAIN_VALUE.fullmatch(value))])
    yield f"{_UNSUBSCRIBE}: {ways}{_EOL}{_ONE_CLICK}: List-Unsubscribe=One-Click{_EOL}".encode("ascii")


def _attempt(message: Message) -> Iterator[bytes]:
    """Left out where a customer's id is so long (200 characters that are not ASCII) that no line of a mail holds it."""
    written = token(message.customer_id, message.attempt_id) if message.customer_id else ""
    if 0 < len(written) <= _LONGEST_TOKEN:
        yield f"{ATTEMPT_HEADER}: {written}{_EOL}".encode("ascii")


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
