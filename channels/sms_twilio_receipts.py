"""Twilio's status callbacks as receipts: signed, and addressed to the attempt they report on."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from channels import callback_token
from channels.receipts import Callback, Forged, Receipt, Unreadable
from channels.sms_twilio_callbacks import Malformed, status
from channels.sms_twilio_signature import genuine
from schemas.values import Millis

_MOST_FIELDS: Final = 200


class TwilioReceipts:
    """The receipts of one account, reached at `origin`; `tokens` are the account's, old and new while they are changed."""

    def __init__(self, origin: str, tokens: Sequence[str]) -> None:
        self._origin = origin
        self._tokens = tuple(tokens)

    def __repr__(self) -> str:
        return f"TwilioReceipts({len(self._tokens)} tokens)"

    def read(self, callback: Callback, now: Millis) -> Receipt | Forged | Unreadable:  # noqa: ARG002
        """What a status callback tells; Twilio's signature has no time in it, so `now` judges nothing."""
        headers = callback.headers
        signature, content_type = headers.get("x-twilio-signature", ""), headers.get("content-type", "")
        if not genuine(self._origin, callback.path_and_query, callback.body, content_type, signature, self._tokens):
            return Forged()
        names = callback_token.read(urlsplit(callback.path_and_query).path.rpartition("/")[2])
        if names is None:
            return Unreadable("address: expected the token of an attempt as its last part")
        form = dict(parse_qsl(callback.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        told = status(form)
        if isinstance(told, Malformed):
            return Unreadable(told.why)
        return Receipt(*names, told.status, told.message_sid, told.code)
