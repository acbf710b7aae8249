"""API keys: who may call, and what for. Only their SHA-256 is ever kept; a key is 256 random bits, so no salt is needed.

A file has one key a line: name, `sha256:` and 64 hexadecimal digits, scopes separated by commas. `#` begins a comment.
"""

import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, get_args

Scope = Literal["events:write", "customers:write", "hooks:write", "reports:read"]
"""`events:write`: `/v1/events`; `customers:write`: `/v1/customers`; `hooks:write`: `/hooks` of mail systems.

`reports:read`: what `/why` and `/reports` tell, as JSON or CSV.
"""

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

_PREFIX: Final = "dk_"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH: Final = re.compile(r"sha256:([0-9a-f]{64})")
_FIELDS: Final = 3


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A known caller; `hash` is the SHA-256 of its key, in hexadecimal."""

    name: str
    hash: str
    scopes: frozenset[Scope]

    @property
    def line(self) -> str:
        """Its line in a file of keys."""
        return f"{self.name} sha256:{self.hash} {','.join(each for each in SCOPES if each in self.scopes)}"


@dataclass(frozen=True, slots=True)
class KeyFileProblem:
    """What is wrong with a line (from 1) of a file of keys; nothing of the line is repeated."""

    line: int
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.expected}"


def read_keys(text: str) -> tuple[ApiKey, ...] | KeyFileProblem:
    """The keys of a file, or the first thing that is wrong with it."""
    found: list[ApiKey] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        read = _read(words)
        if isinstance(read, str):
            return KeyFileProblem(number, read)
        if any(read.name == each.name or read.hash == each.hash for each in found):
            return KeyFileProblem(number, "expected a name and a key that no earlier line has")
        found.append(read)
    return tuple(found)


def _read(words: list[str]) -> ApiKey | str:
    if len(words) != _FIELDS:
        return "expected a name, sha256:DIGITS and scopes, as `dispatcher gateway key` prints them"
    name, hashed, scopes = words
    if not is_name(name):
        return "expected a name of at most 64 letters, digits, '.', '_' or '-'"
    digits = _HASH.fullmatch(hashed)
    if digits is None:
        return "expected sha256: and 64 hexadecimal digits in small letters (the hash of the key, never the key)"
    known = frozenset(scope for scope in SCOPES if scope in scopes.split(","))
    if not known or len(known) != len(set(scopes.split(","))):
        return f"expected scopes out of {', '.join(SCOPES)}, separated by commas"
    return ApiKey(name, digits[1], known)


def is_name(text: str) -> bool:
    """Whether a caller may be called that."""
    return _NAME.fullmatch(text) is not None


def new_key(name: str, scopes: Iterable[Scope], token: Callable[[int], str]) -> tuple[str, ApiKey]:
    """A new key, to be shown once, and what is kept of it; `token` makes a text of so many random bytes."""
    key = _PREFIX + token(32)
    return key, ApiKey(name, _digest(key), frozenset(scopes))


def caller(keys: Iterable[ApiKey], presented: str) -> ApiKey | None:
    """Whose key was presented. Every known key is compared, each in constant time."""
    digest = _digest(presented)
    found: ApiKey | None = None
    for each in keys:
        if hmac.compare_digest(each.hash, digest):
            found = each
    return found


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
