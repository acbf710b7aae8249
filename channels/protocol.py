"""What a channel adapter is: it prepares a message, sends it once, and says honestly what came of it.

The five outcomes differ in one question: may the message have reached its recipient? `Accepted`: the provider
took it. `Rejected`, `Deferred`, `NotStarted`: certainly not. `Unknown`: nobody knows, so nobody may simply
send it again.

What is not here: to call back a message that was accepted. Nothing is handed to a provider before its time, so there is
nothing that a payment would have to overtake; a send under way is cancelled by cancelling its task. What a provider tells
later is read elsewhere, by another process: `channels.receipts`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from schemas.values import Channel, Millis

Refusal = Literal["recipient", "content", "config", "suppressed"]
"""Whose fault a refusal is: the number or address; the text; our account or set-up; an opt-out kept by the
provider."""

Scope = Literal["message", "sender", "provider"]
"""What has to wait: this message, everything from this sender, or everything that goes to this provider."""

Idempotency = Literal["native_key", "reference_echo", "callback_url", "list_only", "none"]
"""How a lost answer can be resolved later: the provider refuses a repeated key; it echoes our reference; its
callback carries our id; its list of messages can be searched; not at all."""


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One rendered message for one recipient.

    `recipient` is an E.164 number or an e-mail address. `sender` likewise, or None for the adapter's
    configured one; `sender_name` is shown beside an e-mail's sender. `subject` and `html` exist only for
    e-mail. `headers` are further e-mail headers. `validity_s` is how many seconds the provider may take to
    deliver (to the end of the contact window), None if it does not matter. `contact_id` is the same for a copy
    that is sent because nobody knows of the first. `customer_id` goes with the attempt's id to where the provider
    calls us back. `unsubscribe_url` ends the reminders at this address when it is posted to (RFC 8058). `trace` is the
    trace context (W3C) of the event behind the message, for a header of the request (`http_exchange.trace_header`), and no
    part of what the recipient sees; empty if none is known. `repr` shows neither recipient nor text.
    """

    attempt_id: str
    channel: Channel
    recipient: str
    text: str
    locale: str
    sender: str | None = None
    sender_name: str = ""
    subject: str | None = None
    html: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    validity_s: int | None = None
    contact_id: str = ""
    customer_id: str = ""
    unsubscribe_url: str | None = None
    trace: str = ""

    def __repr__(self) -> str:
        return f"Message({self.attempt_id}, {self.channel}, {self.locale}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True, repr=False)
class Prepared:
    """A checked message; `payload` is the encoded request, where the adapter encodes it itself."""

    message: Message
    payload: bytes = b""

    def __repr__(self) -> str:
        return f"Prepared({self.message!r}, {len(self.payload)} bytes)"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it and calls it `reference`; `segments` is what it bills, 0 where it does not say."""

    reference: str
    segments: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused for good and not sent; `code` is the provider's own, or ours if the request never left."""

    refusal: Refusal
    code: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not sent, and it may be tried again: not before `retry_after_s` seconds, for all that `scope` names."""

    retry_after_s: float
    scope: Scope
    code: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request, or a part of it, left; no answer says what became of it. Never resent without asking."""

    code: str


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The permit was refused before the first byte that could cause a message: the attempt never happened."""


Outcome = Accepted | Rejected | Deferred | Unknown | NotStarted


@dataclass(frozen=True, slots=True, repr=False)
class Lookup:
    """What is still known of an attempt in doubt: to whom it would have gone, and not before when (milliseconds)."""

    attempt_id: str
    recipient: str
    since: Millis

    def __repr__(self) -> str:
        return f"Lookup({self.attempt_id})"


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider knows of no such message, as far as it shows."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The provider offers no way to find out."""


@dataclass(frozen=True, slots=True)
class Well:
    """The provider answers, and knows our account."""


@dataclass(frozen=True, slots=True)
class Unwell:
    """It would take nothing now. `ours`: account, address or set-up are wrong; else the provider is away or refuses."""

    code: str
    ours: bool = False


Health = Well | Unwell | CannotTell
"""What a look at a provider shows, without a message."""

Finding = Accepted | Absent | CannotTell | Deferred
"""What a provider says of an attempt in doubt; `Deferred`: it did not answer, ask later."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an adapter can do: `max_text` characters (None: any number), `expires`: obeys `validity_s`.

    `receipts`: the provider tells later what became of a message, so that silence after acceptance means something.
    """

    channel: Channel
    idempotency: Idempotency
    max_text: int | None
    expires: bool
    receipts: bool = False


Permit = Callable[[], bool]
"""Read synchronously right before the first byte that could cause a message; False forbids it. An adapter may
read it more than once in a send; every reading counts."""


class Adapter(Protocol):
    """One way to one provider; safe for concurrent sends within one event loop.

    `send` may be cancelled at any time: it then leaves no task and no half-used connection behind, and the
    attempt is in doubt if its permit had been granted. An exception other than a cancellation is a fault of
    the adapter: in doubt too.
    """

    @property
    def name(self) -> str:
        """A short constant for journal and metric labels, such as `twilio`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this adapter can do."""
        ...

    def prepare(self, message: Message) -> Prepared | Rejected:
        """Check and encode a message; pure. `Rejected` says why no provider would take it."""
        ...

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        """Send once, and answer within `deadline_s` seconds from the call."""
        ...

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:
        """Find out what became of an attempt whose answer was lost; reads only, and answers in time."""
        ...

    async def health(self, *, deadline_s: float) -> Health:
        """Look whether a message would be taken now; sends none, and answers in time."""
        ...

    async def close(self) -> None:
        """Give back all connections; may be called twice."""
        ...
