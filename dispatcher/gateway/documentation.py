"""`/openapi.json` for programs and `/docs` for people: one page, without scripts, and without anything from elsewhere."""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import msgspec
from jinja2 import Environment, StrictUndefined
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from dispatcher.gateway.openapi import document
from schemas.json_schema import Document

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "h2{margin-top:2.5rem}code,pre{font:14px/1.4 ui-monospace,monospace;background:#f3f3f3}"
    "pre{padding:.75rem;overflow:auto;max-height:24rem}summary{cursor:pointer}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}code,pre{background:#262626}a{color:#8bf}}"
)


def documentation_routes(handlers: Sequence[HTTPRouteHandler], public_url: str | None) -> Sequence[HTTPRouteHandler]:
    """The handlers of both addresses, which describe `handlers`."""

    @cache
    def described() -> Document:
        return document(handlers, public_url)

    @cache
    def shown() -> bytes:
        return page(described()).encode()

    @get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response[bytes]:
        return Response(msgspec.json.encode(described()), media_type="application/json")

    @get("/docs", include_in_schema=False)
    async def docs() -> Response[bytes]:
        allowed = f"default-src 'none'; style-src 'sha256-{_digest(_STYLE)}'; frame-ancestors 'none'; base-uri 'none'"
        return Response(
            shown(),
            media_type="text/html",
            headers={"Content-Security-Policy": allowed},
        )

    return openapi, docs


def page(described: Document) -> str:
    """An OpenAPI document for people."""
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template.filters["pretty"] = _pretty
    source = files(__package__ or "").joinpath("documentation.html").read_text("utf-8")
    operations = [
        (method.upper(), path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    return template.from_string(source).render(style=_STYLE, api=described, operations=operations)


def _pretty(value: Any) -> str:  # noqa: ANN401 - any part of a document
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
