"""Records of the inbox as the core takes them: an event keeps its place among the inputs, an outcome has its own here.

What senders, providers and people say of attempts was never published anywhere else; so that the journal can name the record
behind every step of an attempt, their cause is the inbox record itself.
"""

from msgspec.structs import replace

from dispatcher.engine.carriers import ConsumerRecord
from schemas import inbox
from schemas.inbox import Arrival
from schemas.topics import INBOX


def arrival_of(record: ConsumerRecord, value: bytes) -> Arrival:
    """The arrival in a record whose plain value this is; `msgspec.DecodeError` says that something else wrote it."""
    arrival = inbox.decode_arrival(value)
    cause = arrival.cause
    if cause.topic:
        return arrival
    return replace(arrival, cause=replace(cause, topic=INBOX, partition=record.partition, offset=record.offset))
