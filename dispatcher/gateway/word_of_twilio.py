"""What Twilio's word is written down as: a receipt for the customer, a statement about the number. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import escape

from channels import callback_token, sms_opt_out, sms_twilio_callbacks
from channels.protocol import Rejected
from channels.sms_twilio_callbacks import Malformed, StatusReport
from channels.sms_twilio_errors import meaning
from dispatcher.gateway.appending import SOURCE, Entry, Whereabouts, to_inbox, to_points
from schemas.contact_points import e164
from schemas.inbox import AttemptReceipt
from schemas.points import PointStated, Standing

_PROVIDER: Final = "twilio"
_NOTHING: Final = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass(frozen=True, slots=True)
class Reported:
    """How far a message has come, and what is to be written of it."""

    status: Literal["accepted", "delivered", "undelivered"]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody wrote, as far as it concerns us, and what is to be written down of it."""

    word: sms_opt_out.Reply
    entries: tuple[Entry, ...]


def reported(token: str, form: Mapping[str, str], where: Whereabouts) -> Reported | Malformed:
    """What a status callback at the address with this token means.

    A code that says that nothing can arrive at the number, or that its owner said stop, is also stated of the number.
    """
    names = callback_token.read(token)
    if names is None:
        return Malformed("the address: expected a token that was given with a message")
    report = sms_twilio_callbacks.status(form)
    if isinstance(report, Malformed):
        return report
    customer_id, attempt_id = names
    event_id = f"{report.message_sid}/{report.raw_status}"
    receipt = AttemptReceipt(attempt_id, _PROVIDER, report.status, report.code)
    written = [to_inbox(customer_id, where, event_id, receipt)]
    number, standing = form.get("To", ""), _standing(report)
    if standing is not None and e164(number, None) == number:
        stated = PointStated("sms", standing, where.at_us, SOURCE, event_id, f"{_PROVIDER} {report.code}")
        written.append(to_points(number, where.point_key, stated))
    return Reported(report.status, tuple(written))


def heard(form: Mapping[str, str], where: Whereabouts) -> Heard | Malformed:
    """What an inbound message means for its number; its text goes nowhere."""
    message = sms_twilio_callbacks.inbound(form)
    if isinstance(message, Malformed):
        return message
    word = sms_opt_out.reply(message.body, message.opt_out_type)
    known = _STANDINGS.get(word)
    if known is None:
        return Heard(word, ())
    standing, why = known
    stated = PointStated("sms", standing, where.at_us, SOURCE, message.sid, why)
    return Heard(word, (to_points(message.number, where.point_key, stated),))


def reply_of(word: sms_opt_out.Reply, help_text: str | None) -> bytes:
    """TwiML: an answer to a cry for help, where there is one; else nothing, since Twilio itself confirms STOP and START."""
    if word != "help" or help_text is None:
        return _NOTHING
    text = f'<?xml version="1.0" encoding="UTF-8"?><Response><Message>{escape(help_text)}</Message></Response>'
    return text.encode()


_STANDINGS: Final[dict[sms_opt_out.Reply, tuple[Standing, str]]] = {
    "stop": ("opted_out", "sms_keyword"),
    "start": ("allowed", "sms_keyword"),
    "perhaps_stop": ("review", "sms_words"),
}


def _standing(report: StatusReport) -> Standing | None:
    found = meaning(int(report.code)) if report.code else None
    if report.status != "undelivered" or not isinstance(found, Rejected):
        return None
    match found.refusal:
        case "recipient":
            return "unreachable"
        case "suppressed":
            return "opted_out"
        case _:
            return None
