"""`/static/...`: style sheet, scripts and pictures of the staff pages, from the package alone, each by what it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from dispatcher.gateway.problems import answer, problem

_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True)
class Static:
    """A file as it is served; `address` changes with what it holds, so that browsers may keep it for good."""

    address: str
    media_type: str
    content: bytes = field(repr=False)


def _read(folder: Path) -> Mapping[str, Static]:
    found = {}
    for file in sorted(folder.iterdir()):
        if file.suffix in _TYPES:
            content = file.read_bytes()
            address = f"/static/{sha256(content).hexdigest()[:12]}/{file.name}"
            found[file.name] = Static(address, _TYPES[file.suffix], content)
    return found


FILES: Final = _read(Path(__file__).parent / "static")
"""By file name."""


def address_of(name: str) -> str:
    """Where a page finds a file.

    Raises:
        KeyError: the package has no such file.
    """
    return FILES[name].address


def static_routes() -> Sequence[HTTPRouteHandler]:
    """The handler of all files; they are nobody's data."""
    by_address = {each.address: each for each in FILES.values()}

    @get("/static/{digest:str}/{name:str}", include_in_schema=False)
    async def file(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        found = by_address.get(f"/static/{digest}/{name}")
        if found is None:
            return answer(problem("not-found", HTTPStatus.NOT_FOUND, "There is no such file."))
        return Response(found.content, media_type=found.media_type, headers=_FOR_GOOD)

    return (file,)
