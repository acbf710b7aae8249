"""Whether a form that came is one of ours: sent by a page of ours, with the token that only that page could know."""

import hmac
from base64 import urlsafe_b64encode
from typing import Final
from urllib.parse import urlsplit

FIELD: Final = "form_token"
"""The field of a form that holds the token; `HEADER` serves requests without a form."""

HEADER: Final = "x-form-token"


def token_of(secret: str) -> str:
    """What the forms of a visit carry; `secret` is what the browser's cookie holds."""
    return urlsafe_b64encode(hmac.digest(secret.encode(), b"form", "sha256")[:18]).decode()


def is_from_us(*, site: str | None, origin: str | None, ours: str | None, host: str) -> bool:
    """Whether a page of ours sent it, as the browser says.

    Args:
        site: the header Sec-Fetch-Site.
        origin: the header Origin.
        ours: the address of the staff pages; None where they are reached under whatever name the browser uses.
        host: the header Host.
    """
    if site not in {None, "same-origin"}:
        return False
    if origin is None:
        return site is not None
    if ours is not None:
        return origin.lower() == origin_of(ours)
    return urlsplit(origin.lower()).netloc == host.lower()


def origin_of(url: str) -> str:
    """The origin of an address, as browsers write it."""
    parts = urlsplit(url.lower())
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in {None, usual} else f":{parts.port}"
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"
