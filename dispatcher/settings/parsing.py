"""From the text of a variable to its value; a `ValueError` says that the text is not what was expected."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from dispatcher.settings.problems import Unsuitable
from dispatcher.settings.secret import Secret
from schemas import master_keys as schemas_master_keys
from schemas.master_keys import MasterKeys
from schemas.master_keys import Unsuitable as UnsuitableKeys
from schemas.values import Channel, Millis, to_millis

T = TypeVar("T")

_SERVER: Final = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")
_LEAST_SECRET: Final = 16
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_ADDRESS: Final = re.compile(r"[^@\s,<>\x00-\x1f]+@[^@\s,<>\x00-\x1f]+")
_TWILIO_SENDER: Final = re.compile(r"\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{1,11}")
_ADAPTED: Final[dict[str, Channel]] = {"sms": "sms", "email": "email"}
_ADAPTER: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}")
_LEAST_WEBHOOK_SECRET: Final = 24
_MAX_PORT: Final = 65_535


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """The same, where nothing given is None."""
    return lambda text: parse(text) if text else None


def matching(pattern: str) -> Callable[[str], str]:
    """A text that matches the whole pattern."""
    compiled = re.compile(pattern)

    def parse(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise ValueError(text)
        return text

    return parse


def master_keys(text: str) -> MasterKeys:
    """Keys that wrap other keys, one a line."""
    read = schemas_master_keys.read(text)
    if isinstance(read, UnsuitableKeys):
        where = f"line {read.line}: " if read.line else ""
        raise Unsuitable(f"{where}{read.expected}")
    return read


def between(low: float, high: float) -> Callable[[str], float]:
    """A number of the closed range."""

    def parse(text: str) -> float:
        number = float(text)
        if not low <= number <= high:  # NaN fails here too
            raise ValueError(text)
        return number

    return parse


def whole(low: int, high: int) -> Callable[[str], int]:
    """An integer of the closed range."""

    def parse(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(text)
        return number

    return parse


def one_of(choices: tuple[T, ...]) -> Callable[[str], T]:
    """One of these texts (`get_args` of a `Literal`), in the case in which it is written there."""
    members = {str(choice): choice for choice in choices}

    def parse(text: str) -> T:
        try:
            return members[text]
        except KeyError:
            raise ValueError(text) from None

    return parse


def servers(text: str) -> str:
    """`host:port`, several separated by commas."""
    found = [server.strip() for server in text.split(",")]
    for server in found:
        match = _SERVER.fullmatch(server)
        if match is None or not 0 < int(match[2]) <= _MAX_PORT:
            raise ValueError(text)
    return ",".join(found)


def web_url(text: str) -> str:
    """An http or https address of a host, without its trailing slash."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(text)
    _ = parts.port  # raises where the port is no number
    return text.rstrip("/")


def existing_file(text: str) -> Path:
    """A file that is there."""
    path = Path(text)
    if not path.is_file():
        raise ValueError(text)
    return path


def folders(text: str) -> tuple[Path, ...]:
    """Folders that are there, separated by `:`; the first is searched first."""
    found = tuple(Path(part) for part in text.split(":") if part)
    if not all(folder.is_dir() for folder in found):
        raise ValueError(text)
    return found


def instant(text: str) -> Millis:
    """An ISO 8601 instant with its offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return to_millis(moment)


def contact_points(text: str) -> frozenset[str]:
    """Telephone numbers in E.164 form and e-mail addresses, in the form in which contacts are compared."""
    return frozenset(_contact_point(point) for point in re.split(r"[,\s]+", text) if point)


def address(text: str) -> str:
    """An e-mail address alone, without a display name."""
    if _ADDRESS.fullmatch(text) is None:
        raise ValueError(text)
    return text


def twilio_sender(text: str) -> str:
    """What Twilio accepts as a sender: a number, a messaging service or an alphanumeric id."""
    if _TWILIO_SENDER.fullmatch(text) is None:
        raise ValueError(text)
    return text


def adapters(text: str) -> Mapping[Channel, str]:
    """`channel=adapter`, several separated by commas, each channel once.

    Raises:
        Unsuitable: a channel that no adapter serves.
    """
    named: dict[Channel, str] = {}
    for pair in filter(None, (each.strip() for each in text.split(","))):
        channel, _, name = pair.partition("=")
        if channel == "call_task":
            raise Unsuitable("call tasks have no adapter: desks take them from the topic reminders.tasks")
        if channel not in _ADAPTED or _ADAPTED[channel] in named or _ADAPTER.fullmatch(name) is None:
            raise ValueError(text)
        named[_ADAPTED[channel]] = name
    return named


def kept_of_creditors(text: str) -> Mapping[str, tuple[int, int] | str]:
    """By creditor: days for which records and texts are kept, or the preset that says how long records are."""
    kept: dict[str, tuple[int, int] | str] = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        creditor, _, said = each.partition("=")
        found = _KEPT.fullmatch(said.strip())
        if not creditor.strip() or not said.strip() or creditor.strip() in kept:
            raise ValueError
        kept[creditor.strip()] = said.strip() if found is None else (_days(found[1]), _days(found[2]))
    return kept


_KEPT: Final = re.compile(r"(\d{1,5})/(\d{1,5})")
_days = whole(1, 36_500)


def webhook_secret(text: str) -> Secret:
    """At least 24 bytes in base64, with or without `whsec_` before them (Standard Webhooks)."""
    encoded = text.removeprefix("whsec_").rstrip("=")
    if len(b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)) < _LEAST_WEBHOOK_SECRET:
        raise ValueError
    return Secret(text)


def apprise_addresses(text: str) -> tuple[Secret, ...]:
    """Addresses as Apprise writes them, separated by blanks; each says where the recipient stands.

    Raises:
        Unsuitable: one names no recipient, so that one mailbox would get everybody's bills.
    """
    found = text.split()
    if not all("{to}" in address for address in found):
        raise Unsuitable("expected {to} in each address, in the recipient's place")
    return tuple(Secret(address) for address in found)


def secret(text: str) -> Secret:
    """Anything at all, never shown again."""
    return Secret(text)


def long_secret(text: str) -> Secret:
    """A secret of at least 16 characters: what it seals leaves the house."""
    if len(text) < _LEAST_SECRET:
        raise ValueError
    return Secret(text)


def networks(text: str) -> tuple[str, ...]:
    """IP addresses and networks, separated by commas or blanks."""
    return tuple(str(ip_network(part, strict=False)) for part in re.split(r"[,\s]+", text) if part)


def webhook_secrets(text: str) -> tuple[Secret, ...]:
    """Secrets in the form of Standard Webhooks, separated by commas or blanks."""
    return tuple(_webhook_secret(part) for part in re.split(r"[,\s]+", text) if part)


def _webhook_secret(text: str) -> Secret:
    encoded = text.removeprefix("whsec_")
    if encoded == text or len(b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)) < _LEAST_SECRET:
        raise ValueError
    return Secret(text)


def _contact_point(text: str) -> str:
    if _E164.fullmatch(text):
        return text
    local, _, domain = address(text).rpartition("@")
    return f"{local}@{domain.lower()}"
