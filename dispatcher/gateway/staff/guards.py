"""Who gets in, asked before a handler runs: `needs` for pages of roles, `open_to_all` for the way in."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import structlog
from litestar import Request
from litestar.handlers import BaseRouteHandler

from dispatcher.gateway.api_keys import ApiKey
from dispatcher.gateway.staff.denials import Denied
from dispatcher.gateway.staff.forms import FIELD, HEADER, is_from_us
from dispatcher.gateway.staff.people import Person, Role
from dispatcher.gateway.staff.visits import AnyConnection, Visit, keep

AnyRequest = Request[Any, Any, Any]
KeyCheck = Callable[[AnyRequest], ApiKey]
"""Admits a caller by the key in its request, or raises `TurnedAway`."""

_log = structlog.get_logger(__name__)

_READING: Final = frozenset({"GET", "HEAD"})


class Reception(Protocol):
    """Tells who comes."""

    @property
    def url(self) -> str | None:
        """The address of the staff pages, where they have one."""

    async def visit(self, request: AnyRequest, *, watching: bool) -> Visit:
        """The visit that a request makes; `watching`: it is made by the page, not by its person."""


@dataclass(frozen=True)
class Guard:
    """A guard of Litestar. `roles`: who gets in; None: everybody.

    `key`: programs may come in with an API key instead, and read as an auditor does. `watching`: asked by the page itself
    from time to time, so it does not count as being there.
    """

    reception: Reception
    roles: frozenset[Role] | None
    key: KeyCheck | None = None
    watching: bool = field(default=False, kw_only=True)

    def __deepcopy__(self, _: dict[int, object]) -> "Guard":
        # Litestar copies handlers where it mounts them; a copy of the store behind this would be another store.
        return self

    async def __call__(self, connection: AnyConnection, _: BaseRouteHandler) -> None:
        """Let the request in, with its visit.

        Raises:
            Denied: nobody is signed in, it is not for that role, or a form is none of ours.
            TurnedAway: the key does not serve.
        """
        request: AnyRequest = connection if isinstance(connection, Request) else Request(connection.scope)
        visit = await self.reception.visit(request, watching=self.watching)
        keep(request, visit)
        if self.key is not None and _is_program(request, visit):
            keep(request, replace(visit, person=Person(f"key:{self.key(request).name}", "auditor", visit.language)))
            return
        if self.roles is not None and visit.person is None:
            raise Denied("sign_in")
        if self.roles is not None and visit.who.role not in self.roles:
            raise Denied("forbidden")
        if request.method not in _READING:
            await self._check_form(request, visit)

    async def _check_form(self, request: AnyRequest, visit: Visit) -> None:
        headers = request.headers
        ours = is_from_us(
            site=headers.get("sec-fetch-site"),
            origin=headers.get("origin"),
            ours=self.reception.url,
            host=headers.get("host", ""),
        )
        if not ours:
            # The origin is the browser's word, and no secret: it shows an operator that DISPATCHER_STAFF_URL is another.
            _log.warning(
                "staff_form_from_elsewhere", origin=headers.get("origin", "")[:100], expected=self.reception.url
            )
            raise Denied("forged")
        presented = headers.get(HEADER) or (await request.form()).get(FIELD)
        if not isinstance(presented, str) or not visit.carries(presented):
            raise Denied("forged")


def _is_program(request: AnyRequest, visit: Visit) -> bool:
    """Whether a request is to prove itself by a key: nobody is signed in, and it brings one or is no browser's.

    A proxy that vouches for somebody may send a token of its own along; that person needs no key.
    """
    if request.method not in _READING or visit.person is not None:
        return False
    return "authorization" in request.headers or "text/html" not in request.headers.get("accept", "")
