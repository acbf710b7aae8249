"""What Twilio's callbacks say: how far a message has come, and what a recipient wrote back.

Callbacks come late, repeatedly and out of order; each is read by itself, and whoever keeps states lets none go back. Fields
that nobody here knows are left alone: Twilio adds some without notice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from schemas.contact_points import e164

Status = Literal["accepted", "delivered", "undelivered"]
"""Twilio has it; the recipient's phone has it; it will not arrive."""

OptOutType = Literal["STOP", "START", "HELP"]

STATUSES: Final[dict[str, Status]] = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "accepted",
    "partially_delivered": "accepted",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "undelivered",
    "canceled": "undelivered",
}
"""All statuses of outgoing messages (https://www.twilio.com/docs/messaging/api/message-resource#message-status-values)."""

_OPT_OUT_TYPES: Final[dict[str, OptOutType]] = {"STOP": "STOP", "START": "START", "HELP": "HELP"}

_SID: Final = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_CODE: Final = re.compile(r"[1-9][0-9]{3,5}")
_SEGMENTS: Final = re.compile(r"[0-9]{1,3}")
_PRICE: Final = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,10})?")
_CURRENCY: Final = re.compile(r"[A-Za-z]{3}")
_MICROS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What Twilio bills for a message: millionths of a currency's unit (a text costs parts of a cent) and its code."""

    micros: int
    currency: str


@dataclass(frozen=True, slots=True)
class StatusReport:
    """How far a message has come.

    `raw_status` is Twilio's word, `code` its error code or empty. `segments` is what it bills, 0 where it does not say, and
    `price` is there once Twilio knows it.
    """

    message_sid: str
    status: Status
    raw_status: str
    code: str = ""
    segments: int = 0
    price: Price | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Inbound:
    """A text that somebody sent to us.

    `number` is the sender's in E.164 form, `to` the number or short code that was written to. `opt_out_type` is set where
    the account's own opt-out service has understood the text and acted on it. `repr` shows neither number nor text.
    """

    number: str
    to: str
    sid: str
    body: str
    opt_out_type: OptOutType | None = None

    def __repr__(self) -> str:
        return f"Inbound({self.sid}, {len(self.body)} characters, {self.opt_out_type})"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A callback that does not say what it should; `why` names the field, never its value."""

    why: str


def status(form: Mapping[str, str]) -> StatusReport | Malformed:
    """What a status callback reports."""
    sid = form.get("MessageSid") or form.get("SmsSid", "")
    if _SID.fullmatch(sid) is None:
        return Malformed("MessageSid: expected SM or MM and 32 hexadecimal digits")
    raw = (form.get("MessageStatus") or form.get("SmsStatus", "")).lower()
    if raw not in STATUSES:
        return Malformed(f"MessageStatus: expected one of {', '.join(STATUSES)}")
    code, segments = form.get("ErrorCode", ""), form.get("NumSegments", "")
    return StatusReport(
        message_sid=sid,
        status=STATUSES[raw],
        raw_status=raw,
        code=code if _CODE.fullmatch(code) else "",
        segments=int(segments) if _SEGMENTS.fullmatch(segments) else 0,
        price=_price(form.get("Price", ""), form.get("PriceUnit", "")),
    )


def inbound(form: Mapping[str, str]) -> Inbound | Malformed:
    """The text of a message callback; one without words (a picture alone) has an empty body."""
    sid = form.get("MessageSid") or form.get("SmsSid", "")
    if _SID.fullmatch(sid) is None:
        return Malformed("MessageSid: expected SM or MM and 32 hexadecimal digits")
    number = form.get("From", "")
    if not number.startswith("+") or e164(number, None) != number:
        return Malformed("From: expected a telephone number in E.164 form")
    to = form.get("To", "")
    if not to:
        return Malformed("To: expected the number that was written to")
    opt_out_type = _OPT_OUT_TYPES.get(form.get("OptOutType", "").upper())
    return Inbound(number=number, to=to, sid=sid, body=form.get("Body", ""), opt_out_type=opt_out_type)


def _price(amount: str, currency: str) -> Price | None:
    """Twilio writes what the account loses: a price of -0.0075 is a cost of 7,500 millionths."""
    if _PRICE.fullmatch(amount) is None or _CURRENCY.fullmatch(currency) is None:
        return None
    return Price(int(-Decimal(amount) * _MICROS), currency.upper())
