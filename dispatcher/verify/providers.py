"""What a provider wrote down itself against the journal: each message has its claim, each accepted claim its message.

A mail names its contact in the Message-ID. A text names nobody: it is matched by its number, in order. The provider's clock
and the dispatcher's may differ; a message is dated by the clock on which it follows its claim most closely.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec

from dispatcher.verify.findings import Findings
from dispatcher.verify.history import Claim, History, shown
from dispatcher.verify.hours import is_quiet
from dispatcher.verify.known import Known, where
from dispatcher.verify.places import place_of
from dispatcher.verify.rules import PAYMENT, Rules
from schemas.discretion import Discreet
from schemas.inbox import Arrival, InvoiceSettled
from schemas.values import Channel, Millis

_ID: Final = re.compile(r"(ct-[0-9a-f]{20})(\.\d+)?")
_EARLY: Final[Millis] = 2_000
"""How far the clocks of broker and provider may differ."""

REACTION: Final[Millis] = 1_000


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One line of a provider's own journal. `names` is the contact or attempt that it names, if it names one."""

    channel: Channel
    line: int
    at: Millis
    to: str
    names: str | None

    @property
    def coordinates(self) -> str:
        """Which line of which provider."""
        return f"{self.channel}:{self.line}"


@dataclass(slots=True, repr=False)
class Call:
    """A claim, as a provider would see it: where it may have gone, and where it must not."""

    customer_id: str
    claim: Claim
    points: frozenset[str]
    forbidden: frozenset[str]
    is_quiet: Callable[[Millis], bool] | None
    settled_at: Millis | None
    messages: list[Message] = field(default_factory=list)


def messages_of(channel: Channel, lines: Iterable[bytes]) -> list[Message]:
    """The messages in a provider's journal, one JSON object a line; `ValueError` names the line that is none."""
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            told = msgspec.json.decode(line, type=_Line)
        except msgspec.DecodeError as fault:
            raise ValueError(f"line {number}: expected an object with at and to ({fault})") from fault
        named = _ID.search(told.message_id or told.status_callback or "")
        found.append(Message(channel, number, told.at, told.to, named[0] if named else None))
    return found


class _Line(Discreet, msgspec.Struct):
    at: Millis
    to: str
    message_id: str | None = None
    status_callback: str | None = None


class Providers:
    """Collects the claims of all customers, then looks at every message."""

    def __init__(self, messages: Mapping[Channel, Sequence[Message]]) -> None:
        """`messages`: by channel, in the order in which the provider took them; other channels are not judged."""
        self._messages = messages
        self._calls: list[Call] = []

    def collect(self, history: History, claims: Sequence[tuple[Claim, Known]], rules: Mapping[str, Rules]) -> None:
        """The claims of one customer that a provider was to be asked about."""
        for claim, known in claims:
            channel = claim.channel
            if channel is not None and channel in self._messages:
                self._calls.append(_call(history, claim, channel, known, rules.get(claim.policy)))

    def judge(self, out: Findings) -> None:
        """Match, and say what does not fit."""
        for channel, messages in self._messages.items():
            calls = [call for call in self._calls if call.claim.channel == channel]
            by_name: dict[str, list[Call]] = {}
            by_contact: dict[str, list[Call]] = {}
            by_point: dict[str, list[Call]] = {}
            for call in calls:
                by_name.setdefault(call.claim.attempt_id, []).append(call)
                by_contact.setdefault(call.claim.contact_id, []).append(call)
                for point in call.points:
                    by_point.setdefault(point, []).append(call)
            for message in messages:
                out.looked.messages += 1
                named = message.names
                found = by_point.get(message.to) if named is None else by_name.get(named) or by_contact.get(named)
                _judge_message(message, found or [], by_contact, out)
            for call in calls:
                _judge_call(call, out)


def _call(history: History, claim: Claim, channel: Channel, known: Known, rules: Rules | None) -> Call:
    profile = known.profile
    hours = None if rules is None else rules.hours.get(channel)
    quiet = None
    if profile is not None and hours is not None:
        quiet = partial(is_quiet, hours, place_of(profile), profile.quiet_hours)
    points = frozenset(where(point) for point in known.points(channel))
    forbidden = frozenset(point for point in points if known.objected(channel, point))
    settled_at = None if claim.stage == PAYMENT else _settled_at(history, claim)  # thanks follow a payment
    return Call(history.customer_id, claim, points, forbidden, quiet, settled_at)


def _settled_at(history: History, claim: Claim) -> Millis | None:
    """When the last of the claim's invoices was known to be settled: the message must not start a second after it."""
    times = []
    for invoice_id in claim.stages:
        known = [event for event in history.events.values() if _values(event, invoice_id)]
        last = max(known, key=lambda event: event.stamp, default=None)
        if last is None or not isinstance(last.fact, InvoiceSettled) or last.fact.amount_due or not last.appended:
            return None
        times.append(last.appended)
    return max(times, default=None)


def _values(event: Arrival, invoice_id: str) -> bool:
    return getattr(event.fact, "invoice_id", None) == invoice_id


def _judge_message(
    message: Message, candidates: Sequence[Call], by_contact: Mapping[str, Sequence[Call]], out: Findings
) -> None:
    call = _taker(message, candidates)
    if call is None:
        out.add("I2", candidates[0].customer_id if candidates else "", message.coordinates, _says_stray(candidates))
        return
    claim, customer_id = call.claim, call.customer_id
    attempts = by_contact[claim.contact_id]
    before = any(other.messages for other in attempts)
    call.messages.append(message)
    if before and any(other.claim.had("in_doubt") for other in attempts):
        out.looked.sent_again += 1
    elif before:
        out.add("I3", customer_id, message.coordinates, f"{claim.attempt_id}: sent more than once", claim.at)
    if message.to not in call.points:
        out.add("I2", customer_id, message.coordinates, f"{claim.attempt_id}: went where the customer is not", claim.at)
    elif message.to in call.forbidden:
        out.add(
            "I7", customer_id, message.coordinates, f"{claim.attempt_id}: went to an objected contact point", claim.at
        )
    if call.is_quiet is not None and call.is_quiet(_on_our_clock(message, claim)):
        out.add("I4", customer_id, message.coordinates, f"{claim.attempt_id}: sent in quiet hours", claim.at)
    if call.settled_at is not None and _by_broker(message, claim) > call.settled_at + REACTION:
        out.add("I6", customer_id, message.coordinates, f"{claim.attempt_id}: sent after the payment", claim.at)


def _taker(message: Message, candidates: Sequence[Call]) -> Call | None:
    """The claim that a message belongs to: one without a message first, else the last one that was ever open."""
    ours = [call for call in candidates if not _never_sent(call.claim)]
    free = [call for call in ours if not call.messages]
    before = [call for call in free if call.claim.said.appended <= message.at + _EARLY]
    sure = [call for call in before or free if call.claim.had("accepted", "delivered")]
    return next(iter(sure or before or free or ours[-1:]), None)


def _never_sent(claim: Claim) -> bool:
    """Whether the journal says that no byte left."""
    return claim.had("released", "rejected") and not claim.had("in_doubt", "accepted")


def _says_stray(candidates: Sequence[Call]) -> str:
    if candidates:
        return f"{candidates[0].claim.attempt_id}: sent, but the journal says that it was not"
    return "a message that nobody claimed"


def _judge_call(call: Call, out: Findings) -> None:
    claim = call.claim
    if claim.had("accepted", "delivered") and not claim.had("in_doubt") and not call.messages:
        says = f"{claim.attempt_id}: accepted, but the provider has no such message"
        out.add("I1", call.customer_id, shown(claim.said.where), says, claim.at)


def _by_broker(message: Message, claim: Claim) -> Millis:
    """The message on the broker's clock."""
    if abs(message.at - claim.said.appended) <= abs(message.at - claim.at):
        return message.at
    return message.at + claim.said.appended - claim.at


def _on_our_clock(message: Message, claim: Claim) -> Millis:
    """The message on the dispatcher's clock."""
    return _by_broker(message, claim) + claim.at - claim.said.appended
