"""What a customer's own page knows of the message that led there: sealed into the link, so that the page needs no store.

A token is AES-SIV (RFC 5297) over MessagePack. SIV is made for encryption without a nonce: the same link seals to the same
token, so that rendering stays a function of its arguments, and nothing is lost by it but that equal links can be seen to be
equal. Whoever holds a token may do what its page offers; nobody can read it, or make or change one, without the secret.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from schemas.discretion import Discreet
from schemas.values import Channel, Millis

MOST_TOKEN: Final = 800
"""Characters of a token at most: with the address before it, it stays within one line of a mail's headers (998)."""

LIFETIME: Final[Millis] = 180 * 24 * 60 * 60 * 1000
"""How long a link's page answers, from its message; to stop reminders a link is good for ever."""

_FORMAT: Final = [b"customer link 1"]
"""Bound into every token: one of another format, or sealed for another purpose, does not open."""


class LinkedInvoice(Discreet, msgspec.Struct, frozen=True, array_like=True):
    """An invoice of the message: its id, its number as the customer knows it, the amount in minor units."""

    invoice_id: str
    number: str
    amount: int
    currency: str


class CustomerLink(Discreet, msgspec.Struct, frozen=True, array_like=True):
    """One message to one customer at one number or address. `creditor` is the name that customers know.

    `invoices` are the first of those that the message was about; `issued_at` is when its contact was decided.
    """

    customer_id: str
    contact_id: str
    channel: Channel
    point: str
    creditor: str
    locale: str
    issued_at: Millis
    invoices: tuple[LinkedInvoice, ...] = ()


@dataclass(frozen=True, slots=True)
class Invalid:
    """The token was not sealed with this secret; why is nobody's business."""


@dataclass(frozen=True, slots=True)
class Expired:
    """The link is older than `LIFETIME`: all that it still does is to stop reminders."""

    link: CustomerLink


class Seal:
    """Seals links and opens them; made of the installation's secret, which it does not show."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESSIV(blake2b(secret.encode(), digest_size=64, person=b"links").digest())

    def token(self, link: CustomerLink) -> str | None:
        """The token of a link: letters, digits, `-` and `_`, `MOST_TOKEN` at most.

        Invoices are left out from the end until it fits; None: it is too long without any.
        """
        for kept in range(len(link.invoices), -1, -1):
            token = self._sealed(msgspec.structs.replace(link, invoices=link.invoices[:kept]))
            if len(token) <= MOST_TOKEN:
                return token
        return None

    def open(self, token: str, now: Millis) -> CustomerLink | Expired | Invalid:
        """The link in a token."""
        if not token.isascii() or len(token) > MOST_TOKEN:
            return Invalid()
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
            link = _decoder.decode(self._cipher.decrypt(sealed, _FORMAT))
        except (binascii.Error, ValueError, InvalidTag, msgspec.DecodeError):
            return Invalid()
        return Expired(link) if now - link.issued_at > LIFETIME else link

    def _sealed(self, link: CustomerLink) -> str:
        sealed = self._cipher.encrypt(_encoder.encode(link), _FORMAT)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


_decoder = msgspec.msgpack.Decoder(CustomerLink)
_encoder = msgspec.msgpack.Encoder()
