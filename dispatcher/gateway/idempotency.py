"""The header `Idempotency-Key`: what it means here, where no request is remembered.

What keeps an event from counting twice is its `source` and `id`: whoever reads it drops what it has seen (for 7 days). The
key gives ids to what comes without: the same caller, key and content always get the same id, so that a repetition after a
lost answer changes nothing. Another content under the same key is another event. The header comes back as it was sent.
"""

from http import HTTPStatus
from typing import Final

from dispatcher.gateway.access import AnyRequest
from dispatcher.gateway.problems import TurnedAway, problem

HEADER: Final = "Idempotency-Key"
_LONGEST: Final = 200


def idempotency_key(request: AnyRequest) -> str | None:
    """The key of a request, None where there is none.

    Raises:
        TurnedAway: 400, it is empty, too long or not printable ASCII.
    """
    given = request.headers.get(HEADER)
    if given is None or (0 < len(given) <= _LONGEST and given.isascii() and given.isprintable()):
        return given
    detail = f"expected {HEADER}: 1 to {_LONGEST} printable ASCII characters"
    raise TurnedAway(problem("idempotency-key", HTTPStatus.BAD_REQUEST, detail))


def echoed(key: str | None) -> dict[str, str]:
    """The header of the answer."""
    return {} if key is None else {HEADER: key}
