"""Who may do this, and how often: asked before a handler does anything else."""

import binascii
import math
from base64 import b64decode
from http import HTTPStatus
from typing import Any, NoReturn

from litestar import Request

from dispatcher.gateway.api_keys import ApiKey, Scope, caller
from dispatcher.gateway.buckets import neighbourhood
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import TurnedAway, problem
from dispatcher.ops.labels import Turned

AnyRequest = Request[Any, Any, Any]


def admit(parts: Parts, request: AnyRequest, scope: Scope, presented: str | None = None) -> ApiKey:
    """The caller, whose key has the scope.

    The key is `presented`, or that of the header: `Authorization: Bearer KEY`, or `Basic` with the key as password, which is
    what systems can do that know nothing but an address.

    Raises:
        TurnedAway: 401 no known key, 403 not for this, 429 too often.
    """
    known = caller(parts.keys, presented or _presented(request.headers.get("authorization", "")))
    if known is None:
        suspect(parts, request)
        parts.metrics.turned_away("unknown_key")
        told = problem(
            "unknown-key", HTTPStatus.UNAUTHORIZED, "expected Authorization: Bearer and a key of this gateway"
        )
        raise TurnedAway(told, {"WWW-Authenticate": 'Bearer realm="dispatcher"'})
    if wait := parts.callers.take(known.name):
        _too_often(parts, wait)
    if scope not in known.scopes:
        parts.metrics.turned_away("missing_scope")
        raise TurnedAway(problem("missing-scope", HTTPStatus.FORBIDDEN, f"this key lacks the scope {scope}"))
    return known


def suspect(parts: Parts, request: AnyRequest) -> None:
    """Count a request that proved nothing against its address; whoever proves who they are never pays for it.

    Raises:
        TurnedAway: 429, it was too often.
    """
    client = request.client
    if wait := parts.strangers.take(neighbourhood("" if client is None else client.host)):
        _too_often(parts, wait)


def forged(parts: Parts, request: AnyRequest) -> NoReturn:
    """Turn away a call whose signature proves nothing.

    Raises:
        TurnedAway: 403, or 429 where it was too often.
    """
    suspect(parts, request)
    refuse(parts, "forged", "the signature is missing, wrong or too old")


def refuse(parts: Parts, why: Turned, detail: str) -> NoReturn:
    """Turn away with 403."""
    parts.metrics.turned_away(why)
    raise TurnedAway(problem(why.replace("_", "-"), HTTPStatus.FORBIDDEN, detail))


def _too_often(parts: Parts, wait: float) -> NoReturn:
    parts.metrics.turned_away("too_often")
    told = problem(
        "too-often", HTTPStatus.TOO_MANY_REQUESTS, "more requests than this gateway takes; Retry-After says when"
    )
    raise TurnedAway(told, {"Retry-After": str(math.ceil(wait))})


def _presented(header: str) -> str:
    scheme, _, value = header.partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip()
        case "basic":
            try:
                return b64decode(value, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return ""
        case _:
            return ""
