"""The messages that the Twilio stand-in keeps, in the shape Twilio publishes, and what it refuses to make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from dispatcher.local.reserved import EXPECTED_NUMBER, is_reserved_number
from dispatcher.local.twilio_courses import DELIVERED, Course, Status, of_a_service, reached
from dispatcher.local.twilio_faults import MAGIC_RECIPIENTS, MAGIC_SENDERS, Fault, Refused
from dispatcher.local.twilio_magic import MAGIC_REFUSALS
from dispatcher.messages.sms_segments import segments

API_VERSION: Final = "2010-04-01"
PICKED_SENDER: Final = "+15005550006"
"""The one number that a Messaging Service picks from."""

_LONGEST_BODY: Final = 1600
_VALIDITY: Final = (1, 36_000)
_PRICE: Final = 0.0079
"""US dollars a segment."""


@dataclass(frozen=True, slots=True, repr=False)
class SentSms:
    """A message the stand-in accepted.

    `at` is when its request arrived (milliseconds since the epoch), `since_s` the same in the time in which its `course`
    runs; `callback` is the address that hears of it.
    """

    sid: str
    at: int
    to: str
    sender: str
    body: str
    validity_s: int | None
    callback: str | None = None
    since_s: float = 0.0
    course: Course = DELIVERED

    @property
    def first_status(self) -> Status:
        """What the answer to the request says."""
        return "accepted" if is_service(self.sender) else "queued"


def is_service(sender: str) -> bool:
    """Whether a Messaging Service was named instead of a number."""
    return sender.startswith("MG")


def refusal(form: Mapping[str, str]) -> Fault | None:
    """Why Twilio would not create this message; None if it would."""
    recipient, sender = form.get("To", ""), form.get("From", "")
    if (missing := _malformed(form)) is not None:
        return missing
    if sender in MAGIC_SENDERS:
        return MAGIC_SENDERS[sender]
    if recipient in MAGIC_RECIPIENTS:
        return MAGIC_RECIPIENTS[recipient]
    if recipient in MAGIC_REFUSALS:
        return MAGIC_REFUSALS[recipient]
    if not is_reserved_number(recipient):
        return Refused(400, 21211, f"This stand-in texts nobody: 'To' must be {EXPECTED_NUMBER}")
    return None


def _malformed(form: Mapping[str, str]) -> Refused | None:
    if not form.get("To"):
        return Refused(400, 21604, "A 'To' phone number is required")
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return Refused(400, 21603, "A 'From' phone number is required")
    if not form.get("Body"):
        return Refused(400, 21602, "Message body is required")
    if len(form["Body"]) > _LONGEST_BODY:
        return Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if not _is_validity(form.get("ValidityPeriod")):
        return Refused(400, 20001, "ValidityPeriod must be an integer from 1 to 36000")
    return None


def _is_validity(text: str | None) -> bool:
    shortest, longest = _VALIDITY
    return text is None or (text.isascii() and text.isdigit() and shortest <= int(text) <= longest)


def sent_sms(form: Mapping[str, str], number: int, at: int, *, since_s: float, course: Course) -> SentSms:
    """The `number`th message of this stand-in, which will go this course."""
    sender = form.get("MessagingServiceSid") or form["From"]
    return SentSms(
        sid=f"SM{number:032x}",
        at=at,
        to=form["To"],
        sender=sender,
        body=form["Body"],
        validity_s=int(form["ValidityPeriod"]) if "ValidityPeriod" in form else None,
        callback=form.get("StatusCallback") or None,
        since_s=since_s,
        course=of_a_service(course) if is_service(sender) else course,
    )


def resource(message: SentSms, account_sid: str, elapsed_s: float = 0.0) -> dict[str, object]:
    """The message as the API shows it so many seconds later (schema `api.v2010.account.message` of Twilio's document)."""
    uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message.sid}"
    step = reached(message.course, elapsed_s, message.first_status)
    sent = next((each for each in message.course.steps if each.status == "sent" and each.after_s <= elapsed_s), None)
    # A Messaging Service picks the sender, and so the price, later.
    is_open = step.status == "accepted"
    parts = segments(message.body).parts
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": _date(message.at),
        "date_sent": None if sent is None else _date(message.at + int(sent.after_s * 1000)),
        "date_updated": _date(message.at + int(step.after_s * 1000)),
        "direction": "outbound-api",
        "error_code": step.error,
        "error_message": None,
        "from": None if is_open else PICKED_SENDER if is_service(message.sender) else message.sender,
        "messaging_service_sid": message.sender if is_service(message.sender) else None,
        "num_media": "0",
        "num_segments": "0" if is_open else str(parts),
        "price": None if sent is None else f"-{parts * _PRICE:.5f}",
        "price_unit": "USD",
        "sid": message.sid,
        "status": step.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def _date(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at // 1000, UTC))


def journal_line(message: SentSms) -> dict[str, object]:
    """What the stand-in's journal keeps of a message: what is there was sent."""
    told: dict[str, object] = {"at": message.at, "to": message.to, "body": message.body, "sid": message.sid}
    return told | {"from": message.sender, "validity_s": message.validity_s}
