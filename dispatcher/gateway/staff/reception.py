"""Who comes: whom the proxy vouches for, whose session a cookie names, or a stranger who may sign in."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dispatcher.gateway.staff import sessions
from dispatcher.gateway.staff.cookies import Cookies, Named
from dispatcher.gateway.staff.forms import token_of
from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.languages import language_of, locale_of
from dispatcher.gateway.staff.people import Language, Person
from dispatcher.gateway.staff.proxy import Proxy
from dispatcher.gateway.staff.visits import Visit
from dispatcher.gateway.store.database import Store
from schemas.values import Millis

PEER: Final = "dispatcher_peer"
"""Where in ASGI's scope the address stands from which the connection itself came, whatever a proxy says of its client."""


@dataclass(frozen=True, slots=True)
class _Come:
    person: Person | None
    secret: str
    fresh: str | None = None
    by_session: bool = False


class FrontDesk:
    """Receives people. `url`: the address of the staff pages; `proxy`: who signs people in, where we do not."""

    def __init__(
        self, store: Store, now: Callable[[], Millis], token: Callable[[], str], url: str | None, proxy: Proxy | None
    ) -> None:
        self._store = store
        self._now = now
        self._token = token
        self.url = url
        self.proxy = proxy
        self.cookies = Cookies(secure=(url or "").startswith("https://"))

    async def visit(self, request: AnyRequest, *, watching: bool) -> Visit:
        """The visit that a request makes."""
        language = self._language(request)
        return self._visit(request, language, await self._come(request, language, watching=watching))

    def nobody(self, request: AnyRequest) -> Visit:
        """The visit of whoever it is, as a stranger: nothing is asked of the store, which may be away."""
        return self._visit(request, self._language(request), self._stranger(request))

    def had_session(self, request: AnyRequest) -> bool:
        """Whether the browser believes itself signed in."""
        return self.proxy is None and self._cookie(request, "session") is not None

    def _visit(self, request: AnyRequest, language: Language, come: _Come) -> Visit:
        return Visit(
            person=come.person,
            language=language,
            locale=locale_of(language, request.headers.get("accept-language", "")),
            nonce=self._token(),
            form_token=token_of(come.secret),
            path=request.url.path,
            cookies=self.cookies,
            flash=self._cookie(request, "flash"),
            fresh=come.fresh,
            signs_out=come.by_session,
            sign_out_url=None if self.proxy is None or come.person is None else self.proxy.sign_out_url,
        )

    def _language(self, request: AnyRequest) -> Language:
        return language_of(self._cookie(request, "language"), request.headers.get("accept-language", ""))

    async def _come(self, request: AnyRequest, language: Language, *, watching: bool) -> _Come:
        if self.proxy is not None:
            return self._vouched(request, self.proxy, language)
        token = self._cookie(request, "session")
        found = None if token is None else await self._session(token, watching=watching)
        if token is not None and found is not None:
            return _Come(Person(found.name, found.role, language), token, by_session=True)
        return self._stranger(request)

    def _vouched(self, request: AnyRequest, proxy: Proxy, language: Language) -> _Come:
        peer = request.scope.get(PEER) or (request.client.host if request.client else "")
        vouched = proxy.vouches(str(peer), list(request.headers.items()))
        if vouched is None:
            return self._stranger(request)
        secret = hmac.digest(proxy.secret.reveal().encode(), vouched.name.encode(), "sha256").hex()
        return _Come(Person(vouched.name, vouched.role, language), secret)

    def _stranger(self, request: AnyRequest) -> _Come:
        """Somebody who may want to sign in: a form needs a secret even then, or others could sign them in."""
        known = self._cookie(request, "form")
        fresh = self._token() if known is None else None
        return _Come(None, known or fresh or "", fresh)

    async def _session(self, token: str, *, watching: bool) -> sessions.Session | None:
        now = self._now()
        found = await self._store.reads(lambda connection: sessions.found(connection, token, now))
        if found is not None and found.unseen and not watching:
            await self._store.writes(lambda connection: sessions.seen(connection, token, now))
        return found

    def _cookie(self, request: AnyRequest, named: Named) -> str | None:
        return request.cookies.get(self.cookies.name(named)) or None
