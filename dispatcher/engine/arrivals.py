"""Records of the inbox as the core takes them: an event keeps its place among the inputs, an outcome has its own here.

What senders, providers and people say of attempts was never published anywhere else; so that the journal can name the record
behind every step of an attempt, their cause is the inbox record itself.
"""

import msgspec
from msgspec.structs import replace

from dispatcher.engine.carriers import ConsumerRecord
from schemas import inbox
from schemas.inbox import Arrival
from schemas.topics import INBOX


class OfLaterRelease(Exception):
    """A record says what only a later release understands: whoever cannot tell what it forbids must not go on without it."""


def arrival_of(record: ConsumerRecord, value: bytes) -> Arrival:
    """The arrival in a record whose plain value this is; `msgspec.DecodeError` says that something else wrote it.

    Raises:
        OfLaterRelease: a later release of ours wrote it.
    """
    try:
        arrival = inbox.decode_arrival(value)
    except msgspec.ValidationError as fault:
        tag = inbox.later_fact(value)
        if tag is None:
            raise
        place = f"{record.topic}[{record.partition}]"
        raise OfLaterRelease(
            f"{place} holds a fact (tag {tag}, offset {record.offset}) of a later release: start that release"
        ) from fault
    cause = arrival.cause
    if cause.topic:
        return arrival
    return replace(arrival, cause=replace(cause, topic=INBOX, partition=record.partition, offset=record.offset))
