"""Which links a message may carry: billing's link to pay, if it is the creditor's own; nothing that a customer typed."""

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

_LONGEST = 2000
"""What every mail program and browser takes."""


def trusted_link(url: str | None, hosts: Collection[str]) -> str | None:
    """The link if it is `https`, without credentials or another port, and its host is one of `hosts`; else None.

    Hosts compare whole and without regard to case: `pay.example` does not allow `evil.pay.example` or `pay.example.evil`.
    """
    if not url or len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return None
    host = _host(url)
    return url if host is not None and host in {allowed.lower() for allowed in hosts} else None


@lru_cache(maxsize=1024)
def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or "@" in parts.netloc or "\\" in url or port not in (None, 443):
        return None
    return parts.hostname
