"""What a provider carries for us in the address of its callbacks: whose attempt it reports on.

Not sealed: whoever may call is told by the provider's signature, which covers the whole address. The token names ids alone,
never a number, an address or a name.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

import msgspec

_LONGEST: Final = 2_048
"""Characters; two ids of the longest allowed size take less."""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(tuple[str, str])


def token(customer_id: str, attempt_id: str) -> str:
    """Both ids in letters, digits, `-` and `_`, to be the last segment of an address."""
    return urlsafe_b64encode(_encoder.encode((customer_id, attempt_id))).rstrip(b"=").decode("ascii")


def read(token: str) -> tuple[str, str] | None:
    """The customer's and the attempt's id; None for anything that `token` did not write."""
    if len(token) > _LONGEST or not token.isascii():
        return None
    try:
        ids = _decoder.decode(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, msgspec.DecodeError):
        return None
    return ids if all(ids) and _is_written_so(token, ids) else None


def _is_written_so(given: str, ids: tuple[str, str]) -> bool:
    """Whether there is no second way to write them: Python's decoder skips foreign characters and spare bits."""
    return token(*ids) == given
