"""What the engine must be told: where Kafka is, what our topics are called, and how long things may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas import topics
from schemas.master_keys import MasterKeys


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach Kafka. `options` are the client's own keyword arguments for TLS and SASL; `repr` shows none of them.

    `masters` wrap the keys of sealed records; None: what we write is not sealed.
    """

    bootstrap_servers: str
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    masters: MasterKeys | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds from the first sight of a doubt to the first look, between two looks, and for one answer."""

    first_s: float = 10.0
    between_s: float = 60.0
    answer_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Stillness:
    """Seconds without progress until a partition is read again, and how often that is tried before the process ends."""

    patience_s: float = 20.0
    tries: int = 3


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """One installation. Times in seconds; `partitions` is the configured number, which places every customer.

    `session_timeout_s`: how long Kafka waits for a silent worker before it gives its partitions to another.
    `lease_s`: how long after the start of its claiming transaction an attempt may still be started.
    `provider_timeout_s`: how long one call of a provider may take.
    `doubt`: how long to wait before a provider is asked about a lost answer.
    `stillness`: how long records may wait without progress, while Kafka answers.
    `point_key`: what the digests of numbers and addresses are keyed with; see `schemas.points`.
    `accept_gap`: start although the inbox does not continue where the state ended (records are lost; said aloud).
    """

    connection: Connection
    app_id: str
    topic_prefix: str
    partitions: int
    session_timeout_s: float = 10.0
    lease_s: float = 10.0
    provider_timeout_s: float = 10.0
    flush_timeout_s: float = 15.0
    accept_gap: bool = False
    point_key: bytes = field(default=b"", repr=False)
    doubt: Patience = Patience()
    stillness: Stillness = Stillness()

    def topic(self, name: str) -> str:
        """The full name of one of our topics, or of an input."""
        return self.topic_prefix + name

    @property
    def inbox(self) -> str:
        """Full name of the inbox."""
        return self.topic(topics.INBOX)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Full names of the inputs, the most urgent first."""
        return tuple(self.topic(name) for name in topics.INPUTS)

    @property
    def stopping_inputs(self) -> frozenset[str]:
        """Full names of the inputs that can forbid a contact."""
        return frozenset(self.topic(name) for name in topics.STOPPING_INPUTS)
