"""The staff pages of an installation: made of its settings, or why they may not be served."""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Final

from argon2 import PasswordHasher

from dispatcher.gateway.buckets import Buckets
from dispatcher.gateway.staff.accounts import Accounts
from dispatcher.gateway.staff.audit import Audit
from dispatcher.gateway.staff.passwords import Passwords
from dispatcher.gateway.staff.proxy import Proxy
from dispatcher.gateway.staff.reception import FrontDesk
from dispatcher.gateway.staff.signing_in import SignIn, Surroundings
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.store.database import Store
from dispatcher.settings import Settings
from dispatcher.settings.smtp import is_loopback
from schemas.values import Millis

ATTEMPTS_PER_S: Final = 0.2
ATTEMPTS_AT_ONCE: Final = 10
"""How often an address may try to sign in: a person who mistypes, not a program that guesses."""


def staff_of(settings: Settings, store: Store, now: Callable[[], Millis]) -> Staff:
    """The parts of the staff pages, over a store; `now` is the installation's clock in milliseconds.

    Sessions and closed accounts go by the machine's own clock: it runs at the pace of the people.
    """
    around = Surroundings(_real, time.monotonic, asyncio.sleep, lambda: secrets.token_urlsafe(32))
    audit = Audit(store, settings.staff_key, now)
    proxy = None
    if settings.staff.proxy_secret is not None:
        proxy = Proxy(settings.gateway.proxies, settings.staff.proxy_secret, settings.staff.sign_out_url)
    return Staff(
        store=store,
        audit=audit,
        front_desk=FrontDesk(store, _real, around.token, settings.staff_url, proxy),
        sign_in=SignIn(store, Accounts(audit), audit, Passwords(PasswordHasher()), around),
        attempts=Buckets(ATTEMPTS_PER_S, ATTEMPTS_AT_ONCE, time.monotonic),
        now=now,
    )


def refusal(settings: Settings) -> str | None:
    """Why staff pages may not be served as the settings say; None where they may.

    Passwords and customers' data would cross a network in clear text, and nobody would notice.
    """
    safe = (settings.staff_url or "").startswith("https://") or settings.staff.proxy_secret is not None
    if settings.staff.pages == "off" or safe or is_loopback(settings.gateway.host):
        return None
    return (
        f"staff pages would be served in clear text on {settings.gateway.host} (DISPATCHER_GATEWAY_HOST): set "
        "DISPATCHER_STAFF_URL (or DISPATCHER_PUBLIC_URL) to the https:// address of the proxy before the gateway, or "
        "DISPATCHER_STAFF_PROXY_SECRET where that proxy signs people in, or DISPATCHER_STAFF_PAGES=off"
    )


def _real() -> Millis:
    return time.time_ns() // 1_000_000
