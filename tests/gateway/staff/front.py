"""A gateway with staff pages, without Kafka: a store, clocks that a test moves, and people who sign in."""

import re
from dataclasses import dataclass, field
from html import unescape

import httpx
from argon2 import PasswordHasher

from dispatcher.gateway.buckets import Buckets
from dispatcher.gateway.staff.accounts import Accounts
from dispatcher.gateway.staff.audit import Audit
from dispatcher.gateway.staff.passwords import Passwords
from dispatcher.gateway.staff.people import Role
from dispatcher.gateway.staff.proxy import Proxy
from dispatcher.gateway.staff.reception import FrontDesk
from dispatcher.gateway.staff.signing_in import SignIn, Surroundings
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.tables import AUDIT
from dispatcher.gateway.store.database import Store
from schemas.values import to_millis
from tests.gateway.site import NOW, PLENTY, Site, site

URL = "https://desk.example"
PASSWORD = "long enough 4 me"
KEY = b"a key of the tests" * 2
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Hours:
    """Milliseconds that pass when a test says so."""

    now: int = to_millis(NOW)

    def __call__(self) -> int:
        return self.now

    def pass_by(self, *, minutes: float = 0, hours: float = 0) -> None:
        self.now += int((minutes + 60 * hours) * 60_000)


@dataclass
class Front:
    """Staff pages over a store; `url` is where they are reached, `more` further parts of the gateway."""

    store: Store
    url: str | None = URL
    proxy: Proxy | None = None
    attempts: Buckets = field(default_factory=lambda: Buckets(PLENTY, PLENTY, lambda: 0.0))
    hours: Hours = field(default_factory=Hours)
    waited: list[float] = field(default_factory=list)
    more: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tokens = iter(range(1_000_000))

        async def pause(seconds: float) -> None:
            self.waited.append(seconds)

        around = Surroundings(self.hours, lambda: 0.0, pause, lambda: f"token-{next(tokens)}")
        self.audit = Audit(self.store, KEY, self.hours)
        self.accounts = Accounts(self.audit)
        self.passwords = Passwords(CHEAP)
        self.staff = Staff(
            store=self.store,
            audit=self.audit,
            front_desk=FrontDesk(self.store, self.hours, around.token, self.url, self.proxy),
            sign_in=SignIn(self.store, self.accounts, self.audit, self.passwords, around),
            attempts=self.attempts,
            now=self.hours,
        )
        self.site: Site = site(staff=self.staff, **self.more)

    def employs(self, name: str, role: Role = "agent") -> None:
        """There is an account, with `PASSWORD`, if there was none."""
        with self.store.engine.begin() as connection:
            self.accounts.add(connection, name, role, self.passwords.kept(PASSWORD), self.hours())

    def browser(self, peer: str = "192.0.2.1", **headers: str) -> "Browser":
        """Somebody's browser, with nothing in it yet."""
        return Browser(self, peer, headers)

    async def signed_in(self, role: Role) -> "Browser":
        """The browser of somebody of that role, who is called like it."""
        self.employs(role, role)
        browser = self.browser()
        assert (await browser.signs_in(role)).status_code == 303
        return browser

    def record(self) -> list[str]:
        """What stands in the record: who, what and about what."""
        with self.store.engine.connect() as connection:
            rows = connection.execute(AUDIT.select().order_by(AUDIT.c.number)).all()
        return [" ".join(filter(None, (row.name, row.what, row.detail))) for row in rows]


class Browser:
    """Keeps cookies, and sends the forms that it was shown."""

    def __init__(self, front: Front, peer: str, headers: dict[str, str]) -> None:
        base = front.url or "http://127.0.0.1:8080"
        transport = httpx.ASGITransport(front.site.app, client=(peer, 1))
        self.client = httpx.AsyncClient(transport=transport, base_url=base, headers={"accept": "text/html"} | headers)
        self.origin = base
        self.token = ""

    async def opens(self, path: str, **headers: str) -> httpx.Response:
        answer = await self.client.get(path, headers=headers)
        found = re.search(r'name="form_token" value="([^"]*)"', answer.text)
        self.token = unescape(found[1]) if found else self.token
        return answer

    async def sends(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        ours = {"origin": self.origin, "sec-fetch-site": "same-origin"}
        return await self.client.post(
            path, data={"form_token": self.token} | fields, headers=ours if headers is None else headers
        )

    async def signs_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        await self.opens("/desk/sign-in")
        return await self.sends("/desk/sign-in", name=name, password=password)

    async def is_in(self) -> bool:
        return (await self.client.get("/desk/home")).status_code == 200
