"""What a decision asks of the world: a contact to be made now, and the conditions under which it may ask."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from dispatcher.core.point_bars import PointBars
from dispatcher.core.rules import Stage
from schemas.inbox import Cause, InstalmentDue, ProfileStated
from schemas.state import Invoice
from schemas.values import Channel, Millis

Sending = Literal["off", "shadow", "allowlist", "on"]


class Braked(msgspec.Struct, frozen=True, gc=False):
    """What an operator has stopped: contacts by a channel, for a creditor (None: any), until an instant or for good."""

    channel: Channel | None
    creditor_id: str | None
    until: Millis | None

    @property
    def scope(self) -> str:
        """What it stops, as the reasons of the journal name it."""
        return f"{self.channel or '*'}.{self.creditor_id or '*'}"

    def stops(self, channel: Channel, creditor_id: str) -> bool:
        """Whether it stops this contact."""
        return self.channel in {None, channel} and self.creditor_id in {None, creditor_id}

    def stops_all_of(self, channel: Channel) -> bool:
        """Whether nobody is contacted by this channel, whoever the creditor is."""
        return self.creditor_id is None and self.channel in {None, channel}


class Lacking(msgspec.Struct, frozen=True, gc=False):
    """A contact that is due and has no credit: what it would take to make it, and in whose line it waits."""

    channel: Channel
    creditor_id: str
    mandatory: bool


@dataclass(frozen=True, slots=True, repr=False)
class Conditions:
    """What the lane knows beside the customer. `credits`: channels for which it may claim now (call tasks need none).

    `reserved`: channels that have credits left for mandatory stages alone. `brakes` are those that operators have pulled.
    `exhausted`: channels that need no credit and whose contacts of the hour have been made. `behind`: so much input waits
    that events are only folded; what they lead to is planned once the lane has caught up, for until then every contact
    would wait for that anyway. `desk_busy` is how long people need for the call tasks that are open, and one more.
    `bars`: what is barred at numbers and addresses, None: nothing.
    """

    sending: Sending
    allowlist: frozenset[str]
    gate_open: bool
    credits: frozenset[Channel]
    brakes: tuple[Braked, ...] = ()
    exhausted: frozenset[Channel] = frozenset()
    behind: bool = False
    bars: PointBars | None = None
    reserved: frozenset[Channel] = frozenset()
    desk_busy: Millis = 0


class PaymentReceived(msgspec.Struct, frozen=True, gc=False):
    """So much was paid, in minor units; the invoices of the claim are what it was paid on, with what remains of them."""

    amount: int
    currency: str


class PlanNoted(msgspec.Struct, frozen=True, gc=False):
    """A plan of instalments, in order of their dates, was agreed."""

    instalments: tuple[InstalmentDue, ...]
    currency: str


Acknowledged = PaymentReceived | PlanNoted
"""What a message says thank you for, instead of asking for a payment (S23)."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that was decided, and is to be made once the decision is flushed.

    `invoices` are all that the message speaks of, credit notes of the creditor among them (`kind`). A request may start
    from `not_before` until before `not_after`, the end of the contact window. `days_overdue` is that of the oldest invoice,
    0 if none is overdue. `opt_out_line`: a duty asks that the message say how to opt out. `acknowledges` is what an SMS
    or e-mail confirms, if it asks for nothing. `trace` is the trace context (W3C) of the event that the contact goes
    back to, however long ago; empty if none is known. The repr shows neither the person nor the contact point.
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
    acknowledges: Acknowledged | None = None
    trace: str = ""

    def __repr__(self) -> str:
        return f"Claim({self.attempt_id!r}, {self.channel!r}, stage={self.stage.id!r})"
