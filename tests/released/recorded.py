"""What the last release wrote, as it was recorded then."""

import json
import lzma
from functools import cache
from pathlib import Path

import msgspec

from dispatcher.core.policy import Policy, parse
from schemas import policies
from schemas.json_schema import Document
from tests.released.record import Written

FOLDER = Path(__file__).parent / "0.1.0"
"""The last release."""


@cache
def lived() -> tuple[Written, ...]:
    """Forty customers of the sample policy, sixty days long, in the order of time."""
    return _records("lived")


@cache
def filled() -> tuple[Written, ...]:
    """Every fact, every field, every value of a closed list."""
    return _records("filled")


@cache
def contracts() -> dict[str, Document]:
    """Name -> JSON Schema."""
    found: dict[str, Document] = json.loads((FOLDER / "contracts.json").read_text("utf-8"))
    return found


@cache
def policy() -> Policy:
    """The policy that decided, as this release reads it."""
    text = next(each for each in lived() if each.kind == "policy text")
    parsed = parse(policies.decode_text(text.value).text)
    assert isinstance(parsed, Policy), str(parsed)
    return parsed


def archive(folder: Path) -> Path:
    """The database of an archiver, as a file in a folder of the caller's."""
    file = folder / "archive.sqlite"
    file.write_bytes(lzma.decompress((FOLDER / "archive.sqlite.xz").read_bytes()))
    return file


def _records(name: str) -> tuple[Written, ...]:
    packed = (FOLDER / f"{name}.msgpack.xz").read_bytes()
    return msgspec.msgpack.decode(lzma.decompress(packed), type=tuple[Written, ...])
