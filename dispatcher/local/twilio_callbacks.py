"""What Twilio posts to addresses of ours: status callbacks and inbound messages, as signed forms.

An answer with an error is not asked for again; only a connection that could not be made is tried once more
(https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiohttp import ClientConnectionError, ClientConnectorError, ClientSession, ClientTimeout, TCPConnector
from twilio.request_validator import RequestValidator
from yarl import URL

from dispatcher.local.twilio_courses import Step
from dispatcher.local.twilio_resources import API_VERSION, PICKED_SENDER, SentSms, is_service
from dispatcher.messages.sms_segments import segments

_CONNECT_S: Final = 5.0
_WHOLE_S: Final = 15.0
_TRIES: Final = 2
_AT_ONCE: Final = 100
_CARRIER_SAYS: Final = frozenset({"delivered", "undelivered"})


@dataclass(frozen=True, slots=True, repr=False)
class Posted:
    """One callback: what it told (a message and a status), the status of its answer, None without one, and its tries."""

    about: tuple[str, str]
    answered: int | None
    tries: int = 1

    def __repr__(self) -> str:
        return f"Posted({self.about[0]}, {self.about[1]}, {self.answered})"


class Callbacks:
    """Posts forms signed by the account's token; entered by the running loop, closed in the end."""

    def __init__(self, auth_token: str) -> None:
        self.posted: list[Posted] = []
        self._validator = RequestValidator(auth_token)
        self._session = ClientSession(
            connector=TCPConnector(limit=_AT_ONCE),
            timeout=ClientTimeout(total=_WHOLE_S, connect=_CONNECT_S),
            headers={"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"},
            trust_env=False,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def post(self, url: str, form: Mapping[str, str]) -> int | None:
        """Post a form; the HTTP status of the answer, None if nobody answered in time."""
        about = (form["MessageSid"], form["SmsStatus"])
        # The fragment is a word to Twilio, never part of the request.
        address = url.partition("#")[0]
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(address, form),
            "I-Twilio-Idempotency-Token": hashlib.sha256("".join(about).encode()).hexdigest()[:32],
        }
        answered, tries = None, 0
        while tries < _TRIES:
            tries += 1
            try:
                # What was signed is what goes over the wire, byte for byte.
                async with self._session.post(URL(address, encoded=True), data=form, headers=headers) as answer:
                    answered = answer.status
                break
            except ClientConnectorError:
                continue
            except (ClientConnectionError, TimeoutError):
                break
        self.posted.append(Posted(about, answered, tries))
        return answered


def status_form(message: SentSms, step: Step, account_sid: str) -> dict[str, str]:
    """What a status callback says (https://www.twilio.com/docs/messaging/guides/track-outbound-message-status)."""
    form = _form(message.sid, step.status, account_sid) | {"To": message.to, "MessageStatus": step.status}
    form["From"] = PICKED_SENDER if is_service(message.sender) else message.sender
    if is_service(message.sender):
        form["MessagingServiceSid"] = message.sender
    if step.error is not None:
        form["ErrorCode"] = str(step.error)
    if step.status in _CARRIER_SAYS:
        at = datetime.fromtimestamp(message.at / 1000 + step.after_s, UTC)
        form["RawDlrDoneDate"] = f"{at:%y%m%d%H%M}"
    return form


def inbound_form(number: int, sender: str, body: str, to: str, account_sid: str) -> dict[str, str]:
    """What Twilio posts of the `number`th message that came in (https://www.twilio.com/docs/messaging/guides/webhook-request)."""
    sid = f"SM{'f' * 16}{number:016x}"
    form = _form(sid, "received", account_sid) | {"From": sender, "To": to, "Body": body}
    return form | {"SmsMessageSid": sid, "NumMedia": "0", "NumSegments": str(segments(body).parts)}


def _form(sid: str, status: str, account_sid: str) -> dict[str, str]:
    return {"MessageSid": sid, "SmsSid": sid, "SmsStatus": status, "AccountSid": account_sid, "ApiVersion": API_VERSION}
