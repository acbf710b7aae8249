"""What other systems say of one customer in plain JSON, and the CloudEvent that is made of it. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from dispatcher.gateway.event_reading import naming
from schemas.codec import Accepted, read
from schemas.events import EVENT_TYPES
from schemas.rejected import Rejected

Method = Literal["POST", "PUT", "DELETE"]

_IN_DATA: Final = "data."
_MICROS_A_SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Statement:
    """An address that takes one kind of statement.

    `own_id` is the field that identifies what is stated (`hold_id`); where it is `in_path`, the address ends with it.
    """

    method: Method
    path: str
    event_type: str
    operation: str
    summary: str
    own_id: str | None = None
    in_path: bool = False

    @property
    def topic(self) -> str:
        """Where its events go, without prefix."""
        return EVENT_TYPES[self.event_type][0]

    @property
    def fields_of_path(self) -> frozenset[str]:
        """The fields of `data` that the address gives."""
        return frozenset({"customer_id", self.own_id} if self.in_path and self.own_id else {"customer_id"})


_OF: Final = "/v1/customers/{customer_id:str}"

STATEMENTS: Final = (
    Statement("PUT", _OF, "customer.updated", "stateProfile", "State the whole profile"),
    Statement("POST", f"{_OF}/holds", "hold.placed", "placeHold", "Stop contact for a while", "hold_id"),
    Statement(
        "DELETE",
        _OF + "/holds/{hold_id:str}",
        "hold.released",
        "releaseHold",
        "Release a hold",
        "hold_id",
        in_path=True,
    ),
    Statement("POST", f"{_OF}/promises", "promise.made", "makePromise", "Record a promise to pay", "promise_id"),
    Statement(
        "DELETE",
        _OF + "/promises/{promise_id:str}",
        "promise.cancelled",
        "cancelPromise",
        "Cancel a promise",
        "promise_id",
        in_path=True,
    ),
    Statement("POST", f"{_OF}/plans", "plan.agreed", "agreePlan", "Record an instalment plan", "plan_id"),
    Statement(
        "DELETE", _OF + "/plans/{plan_id:str}", "plan.cancelled", "cancelPlan", "Cancel a plan", "plan_id", in_path=True
    ),
    Statement("POST", f"{_OF}/consents", "consent.changed", "changeConsent", "Allow or forbid a channel at a point"),
    Statement("POST", f"{_OF}/contacts", "contact.reported", "reportContact", "Report a contact made elsewhere"),
    Statement("POST", f"{_OF}/feedback", "feedback.given", "giveFeedback", "Record a customer's judgement"),
    Statement("POST", f"{_OF}/erasure", "customer.erased", "eraseCustomer", "Forget the person, contact no more"),
)
"""Every statement, by address."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who says it, when (microseconds), and what makes a repetition recognisable: a key, or else chance."""

    caller: str
    at_us: int
    idempotency_key: str | None
    random_id: str


@dataclass(frozen=True, slots=True, repr=False)
class Stated:
    """An event that intake will accept; `own_id` identifies what was stated, where that has an id."""

    value: bytes
    event: Accepted
    own_id: str | None


@dataclass(frozen=True, slots=True)
class NoObject:
    """The body is no JSON object."""


def state(
    statement: Statement, customer_id: str, own_id: str | None, body: bytes, author: Author
) -> Stated | Rejected | NoObject:
    """The event that a body means. Places in a refusal are those of the body.

    `time` in the body says when it was stated, else it is now. An id that the body leaves out is made of the idempotency key
    (and the whole request), so that a repetition names the same thing; without a key, by chance.
    """
    try:
        data = msgspec.json.decode(body) if body.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return NoObject()
    if not isinstance(data, dict):
        return NoObject()
    if data.get("customer_id", customer_id) != customer_id:
        return Rejected("subject_differs", "customer_id", "expected the customer of the address, or nothing")
    event_id = _event_id(statement, customer_id, own_id, body, author)
    if statement.own_id is not None:
        data[statement.own_id] = own_id or data.get(statement.own_id, event_id)
    data["customer_id"] = customer_id
    event = {
        "specversion": "1.0",
        "type": statement.event_type,
        "id": event_id,
        "source": f"dispatcher/gateway/{author.caller}",
        "subject": customer_id,
        "time": data.pop("time", _instant(author.at_us)),
        "data": data,
    }
    value = msgspec.json.encode(event)
    answer = read(statement.topic, value)
    if isinstance(answer, Rejected):
        return msgspec.structs.replace(answer, path=answer.path.removeprefix(_IN_DATA))
    return Stated(value, answer, None if statement.own_id is None else str(data[statement.own_id]))


def _event_id(statement: Statement, customer_id: str, own_id: str | None, body: bytes, author: Author) -> str:
    if author.idempotency_key is None:
        return author.random_id
    said = msgspec.msgpack.encode((statement.event_type, customer_id, own_id, body))
    return naming(author.caller, author.idempotency_key)(0, said)


def _instant(at_us: int) -> str:
    seconds, micros = divmod(at_us, _MICROS_A_SECOND)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros).isoformat()
