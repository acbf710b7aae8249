"""Passwords of local accounts: which are refused, and what is kept of the others."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST: Final = 12
MOST: Final = 200
"""Characters of a password: long ones are welcome, endless ones only cost."""

Flaw = Literal["too_short", "too_long", "common", "monotonous", "of_the_name"]
"""Why a password is refused."""

_LEAST_KINDS: Final = 5
_COMMON: Final = Path(__file__).parent / "common_passwords.txt"


def flaw_of(password: str, name: str) -> Flaw | None:
    """Why somebody called `name` may not use a password; None where they may."""
    plain = _one_spelling(password)
    if len(plain) < LEAST:
        return "too_short"
    if len(plain) > MOST:
        return "too_long"
    small = plain.casefold()
    if name.casefold() in small:
        return "of_the_name"
    if len(set(small)) < _LEAST_KINDS:
        return "monotonous"
    return "common" if small in _common() else None


class Passwords:
    """Makes and checks what is kept of passwords (argon2id). `hasher` says how dear that is."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._nobodys = hasher.hash("of nobody")

    def kept(self, password: str) -> str:
        """What is kept of a password, salt and cost included."""
        return self._hasher.hash(_one_spelling(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one of which `kept` was kept; for nobody's (None) it takes as long to say no."""
        try:
            self._hasher.verify(self._nobodys if kept is None else kept, _one_spelling(password[: 2 * MOST]))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was made at another cost than is asked today."""
        return self._hasher.check_needs_rehash(kept)


def _one_spelling(password: str) -> str:
    """The same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password)


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").split())
