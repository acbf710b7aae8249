"""What a decision asks of the world: a contact to be made now, and the conditions under which it may ask."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from dispatcher.core.rules import Stage
from schemas.inbox import Cause, ProfileStated
from schemas.state import Invoice
from schemas.values import Channel, Millis

Sending = Literal["off", "shadow", "allowlist", "on"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the lane knows beside the customer. `credits`: channels for which it may claim now (call tasks need none)."""

    sending: Sending
    allowlist: frozenset[str]
    gate_open: bool
    credits: frozenset[Channel]


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that was decided, and is to be made once the decision is flushed.

    `invoices` are all that the message speaks of, credit notes of the creditor among them (`kind`). A request may start
    from `not_before` until before `not_after`, the end of the contact window. `days_overdue` is that of the oldest invoice,
    0 if none is overdue. `opt_out_line`: a duty asks that the message say how to opt out. The repr shows neither the person
    nor the contact point.
    """

    customer_id: str
    contact_id: str
    attempt_id: str
    channel: Channel
    contact_point: str
    stage: Stage
    creditor_id: str
    invoices: tuple[tuple[str, Invoice], ...]
    profile: ProfileStated
    claimed_at: Millis
    not_before: Millis
    not_after: Millis
    expires_at: Millis
    days_overdue: int
    tier: str
    responsible: str
    cause: Cause | None
    opt_out_line: bool = False

    def __repr__(self) -> str:
        return f"Claim({self.attempt_id!r}, {self.channel!r}, stage={self.stage.id!r})"
