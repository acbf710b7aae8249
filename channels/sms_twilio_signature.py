"""Whether a callback comes from Twilio: its signature covers the address that Twilio called, and what it sent.

The address is put together from the configured public origin and the path as it came: behind a proxy, the scheme and host
of the request are the proxy's. A signature has no time in it, so an overheard request can be repeated; whoever acts on
callbacks must bear repeats anyway.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 200
"""Twilio sends about 30."""

_BODY_HASH: Final = "bodySHA256"


def genuine(  # noqa: PLR0917 - all that a request consists of
    origin: str, raw_path_and_query: str, body: bytes, content_type: str, signature: str, tokens: Sequence[str]
) -> bool:
    """Whether one of the account's tokens signed this request.

    Args:
        origin: scheme and host under which Twilio reaches us, and a path before ours where there is one.
        raw_path_and_query: as they stand in the request line, not decoded.
        body: as it came; empty for a GET.
        content_type: of the body. A body other than a form is covered by a hash in the query, and refused without one.
        signature: the header `X-Twilio-Signature`.
        tokens: the account's tokens: while they are changed, the old and the new one.
    """
    address = origin.rstrip("/") + raw_path_and_query
    try:
        signed = _signed_content(address, body, content_type)
        return signed is not None and any(
            RequestValidator(token).validate(address, signed, signature) for token in tokens if token
        )
    except (TypeError, ValueError):
        # Twilio's own check trips over addresses, bodies and hashes that Twilio would never send.
        return False


def _signed_content(address: str, body: bytes, content_type: str) -> "_Fields | str | None":
    """What the signature covers beside the address; None where it would cover nothing of a body that is there."""
    if content_type.partition(";")[0].strip().lower() == _FORM:
        return _Fields(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
    if body and _BODY_HASH not in parse_qs(urlsplit(address).query):
        return None
    return body.decode()


@dataclass(frozen=True, slots=True, repr=False)
class _Fields:
    """A form as `RequestValidator` takes one that may name a field twice: it asks `getlist`."""

    pairs: list[tuple[str, str]]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.pairs))

    def __len__(self) -> int:
        return len(self.pairs)

    def getlist(self, name: str) -> list[str]:
        return [value for each, value in self.pairs if each == name]
