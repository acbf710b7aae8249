"""The messages that the Twilio stand-in keeps, in the shape Twilio publishes, and what it refuses to make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from dispatcher.local.reserved import EXPECTED_NUMBER, is_reserved_number
from dispatcher.local.twilio_faults import MAGIC_RECIPIENTS, MAGIC_SENDERS, Fault, Refused
from dispatcher.messages.sms_segments import segments

API_VERSION: Final = "2010-04-01"
_LONGEST_BODY: Final = 1600
_VALIDITY: Final = (1, 36_000)


@dataclass(frozen=True, slots=True)
class SentSms:
    """A message the stand-in accepted. `at` is when its request arrived (milliseconds since the epoch)."""

    sid: str
    at: int
    to: str
    sender: str
    body: str
    validity_s: int | None


def refusal(form: Mapping[str, str]) -> Fault | None:
    """Why Twilio would not create this message; None if it would."""
    recipient, sender = form.get("To", ""), form.get("From", "")
    if (missing := _malformed(form)) is not None:
        return missing
    if sender in MAGIC_SENDERS:
        return MAGIC_SENDERS[sender]
    if recipient in MAGIC_RECIPIENTS:
        return MAGIC_RECIPIENTS[recipient]
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


def sent_sms(form: Mapping[str, str], number: int, at: int) -> SentSms:
    """The `number`th message of this stand-in."""
    return SentSms(
        sid=f"SM{number:032x}",
        at=at,
        to=form["To"],
        sender=form.get("From") or form["MessagingServiceSid"],
        body=form["Body"],
        validity_s=int(form["ValidityPeriod"]) if "ValidityPeriod" in form else None,
    )


def resource(message: SentSms, account_sid: str) -> dict[str, object]:
    """The message as the API shows it (schema `api.v2010.account.message` of Twilio's OpenAPI document)."""
    is_service = message.sender.startswith("MG")
    created = format_datetime(datetime.fromtimestamp(message.at // 1000, UTC))
    uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message.sid}"
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": created,
        "date_sent": None,
        "date_updated": created,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        # A Messaging Service picks the sender, and so the price, later.
        "from": None if is_service else message.sender,
        "messaging_service_sid": message.sender if is_service else None,
        "num_media": "0",
        "num_segments": "0" if is_service else str(segments(message.body).parts),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": "accepted" if is_service else "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def journal_line(message: SentSms) -> dict[str, object]:
    """What the stand-in's journal keeps of a message: what is there was sent."""
    told: dict[str, object] = {"at": message.at, "to": message.to, "body": message.body, "sid": message.sid}
    return told | {"from": message.sender, "validity_s": message.validity_s}
