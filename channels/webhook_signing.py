"""The signature of a webhook that we send (Standard Webhooks): the receiver checks id, time and content with it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import standardwebhooks


class Signer:
    """Signs with each secret: while one replaces the other, the receiver may know either of them."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._signers = tuple(standardwebhooks.Webhook(secret) for secret in secrets)

    def __repr__(self) -> str:
        return f"Signer({len(self._signers)} secrets)"

    def headers(self, name: str, at_s: float, body: bytes) -> Mapping[str, str]:
        """The headers of a webhook that is called `name`, at a time in seconds since the epoch; `body` is UTF-8."""
        at = datetime.fromtimestamp(int(at_s), UTC)
        return {
            "webhook-id": name,
            "webhook-timestamp": str(int(at_s)),
            "webhook-signature": " ".join(each.sign(name, at, body.decode()) for each in self._signers),
        }
