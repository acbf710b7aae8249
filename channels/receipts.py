"""What a provider tells later of a message: read from its request as it came, without a clock or a connection of one's own.

Receipts are read where providers call, not where messages are sent. They come late, repeatedly and in any order: reading one
twice gives the same value twice, and whoever keeps states lets none go back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from schemas.values import Millis

ReceiptStatus = Literal["accepted", "delivered", "undelivered"]
"""The provider has it; the recipient has it; it will not arrive."""


@dataclass(frozen=True, slots=True, repr=False)
class Callback:
    """A request of a provider. `path_and_query` is not decoded, the names of `headers` are in lower case."""

    path_and_query: str
    body: bytes
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Callback({len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an attempt: the names it was sent with, the provider's own for it, and its code for a failure."""

    customer_id: str
    attempt_id: str
    status: ReceiptStatus
    reference: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Forged:
    """Not signed by the provider, or signed too long ago: to be answered 403, and not to be acted on."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The provider's own, but not what it should be; `why` names what was expected, never what came."""

    why: str


class Receipts(Protocol):
    """Reads the receipts of one account."""

    def read(self, callback: Callback, now: Millis) -> Receipt | Forged | Unreadable:
        """What a request tells; never raises. `now` (milliseconds since the epoch) judges how old a signature may be."""
        ...
