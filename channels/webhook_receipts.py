"""What a receiver of webhooks tells later: signed like what it was sent, with the same secret.

The body is `{"data": {"customer_id", "attempt_id", "status", "reference"?, "code"?}}`, `status` one of accepted, delivered
and undelivered; further fields are let through.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
import standardwebhooks

from channels.receipts import Callback, Forged, Receipt, ReceiptStatus, Unreadable
from schemas.values import Millis

TOLERANCE_S: Final = 300
"""How old a signature may be, or how far ahead the receiver's clock (the standard's five minutes)."""

_LONGEST: Final = 65_536


class _Told(msgspec.Struct, frozen=True):
    customer_id: str
    attempt_id: str
    status: ReceiptStatus
    reference: str = ""
    code: str = ""


class _Body(msgspec.Struct, frozen=True):
    data: _Told


_decoder: Final = msgspec.json.Decoder(_Body)


class WebhookReceipts:
    """The receipts of one receiver; `secrets` are the shared ones, old and new while they are changed."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._signers = tuple(standardwebhooks.Webhook(secret) for secret in secrets)

    def __repr__(self) -> str:
        return f"WebhookReceipts({len(self._signers)} secrets)"

    def read(self, callback: Callback, now: Millis) -> Receipt | Forged | Unreadable:
        """What a result tells."""
        if not self._is_signed(callback, now):
            return Forged()
        try:
            told = _decoder.decode(callback.body).data
        except msgspec.DecodeError:
            return Unreadable("body: expected data with customer_id, attempt_id and status")
        if not told.customer_id or not told.attempt_id:
            return Unreadable("data: expected customer_id and attempt_id as they were sent")
        return Receipt(told.customer_id, told.attempt_id, told.status, told.reference, told.code)

    def _is_signed(self, callback: Callback, now: Millis) -> bool:
        """Not the library's own check: that reads the clock, and trips over signatures that are none."""
        headers = callback.headers
        name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not name or not (at.isascii() and at.isdigit()) or abs(now // 1000 - int(at[:12])) > TOLERANCE_S:
            return False
        try:
            body = callback.body[:_LONGEST].decode()
        except UnicodeDecodeError:
            return False
        given = headers.get("webhook-signature", "").encode().split()
        instant = datetime.fromtimestamp(int(at), UTC)
        expected = [signer.sign(name, instant, body).encode() for signer in self._signers]
        return any(hmac.compare_digest(each, right) for each in given for right in expected)
