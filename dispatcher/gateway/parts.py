"""What the gateway is made of: handed to every group of handlers, so that each can be tested with parts of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from channels.receipts import Receipts
from dispatcher.archive.queries import Archive
from dispatcher.gateway.api_keys import ApiKey
from dispatcher.gateway.appending import Append, Whereabouts
from dispatcher.gateway.buckets import Buckets
from dispatcher.gateway.calls.desk import CallDesk
from dispatcher.gateway.metrics import GatewayMetrics
from dispatcher.gateway.staff.staff import Staff
from dispatcher.settings import Secret
from dispatcher.settings.model import Bounces


@dataclass(frozen=True, slots=True)
class TwilioHooks:
    """What Twilio's calls are checked against: our address as Twilio knows it, and the tokens that may have signed.

    `help_text` answers HELP; without one there is no answer of ours.
    """

    origin: str
    tokens: tuple[Secret, ...]
    help_text: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a handler may use.

    `now` is the wall clock in microseconds since the epoch, `random_id` makes an id that nobody else has. `partitions` is
    the inbox's configured number; `point_key` keys the digests of numbers and addresses. `keys` are known callers; `callers`
    and `strangers` bound how often one of them, or an address that proves nothing, may ask. `kafka_answers` asks Kafka now.
    `bounces`: which reports of mail systems are believed. `desk`: secrets that may have signed a desk's results. `readers`:
    of what the providers of named adapters tell. `archive`: None where there is none. `staff`: the pages of those who work
    here, where they are served.
    `calls`: the call desk behind them. `leaving` happens when the gateway is told to end: what holds a line open lets it go.
    """

    append: Append
    now: Callable[[], int]
    random_id: Callable[[], str]
    partitions: int
    point_key: bytes
    keys: tuple[ApiKey, ...]
    callers: Buckets
    strangers: Buckets
    metrics: GatewayMetrics
    kafka_answers: Callable[[], Awaitable[bool]]
    twilio: TwilioHooks | None = None
    desk: tuple[Secret, ...] = ()
    readers: Mapping[str, Receipts] = field(default_factory=dict)
    public_url: str | None = None
    bounces: Bounces = "any"
    archive: Archive | None = None
    staff: Staff | None = None
    calls: CallDesk | None = None
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    def here_and_now(self) -> Whereabouts:
        """What a statement of ours needs to know of the installation and the time."""
        return Whereabouts(self.partitions, self.point_key, self.now())
