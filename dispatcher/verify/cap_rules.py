"""Caps and cool-downs of a policy file, as far as the checker can judge them from the journal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from schemas.values import CHANNELS, Millis

HOUR: Final[Millis] = 3_600_000
DAY: Final[Millis] = 24 * HOUR

_JUDGED: Final = {"counts": ("claims", "attempts"), "scope": ("person", "creditor", "account", "debt")}
"""What became of a contact, and at which number it was, the journal does not say well enough for the rest."""

_CAP: Final = {"id", "max", "window", "channels", "counts", "scope", "min_gap_hours"}
_COOLDOWN: Final = {"id", "after", "hours", "channels", "after_channels", "scope"}


@dataclass(frozen=True, slots=True)
class Cap:
    """A contact by one of `channels` needs less than `most` before it by those `counted`, within the window and the scope.

    The window is a span of time, or (`length` None) the calendar period that `window` names.
    """

    rule: str
    most: int
    window: str
    length: Millis | None
    channels: frozenset[str]
    counted: frozenset[str]
    scope: str


def caps_of(content: Mapping[str, Any], unread: list[str]) -> tuple[Cap, ...]:
    """The caps of a policy's content; rules that cannot be judged are added to `unread`."""
    return (*_caps(content.get("caps", ()), unread), *_cooldowns(content.get("cooldowns", ()), unread))


def _caps(tables: list[Mapping[str, Any]], unread: list[str]) -> Iterator[Cap]:
    for table in tables:
        rule = f"caps.{table['id']}"
        if not _is_judged(rule, table, _CAP, unread):
            continue
        window, scope = str(table["window"]), str(table.get("scope", "person"))
        channels = frozenset(table.get("channels", CHANNELS))
        length = None if window.startswith("calendar_") else int(window[:-1]) * (HOUR if window.endswith("h") else DAY)
        yield Cap(rule, int(table["max"]), window, length, channels, channels, scope)
        if table.get("min_gap_hours"):
            gap = int(table["min_gap_hours"]) * HOUR
            yield Cap(f"{rule}.min_gap_hours", 1, "", gap, channels, channels, scope)


def _cooldowns(tables: list[Mapping[str, Any]], unread: list[str]) -> Iterator[Cap]:
    for table in tables:
        rule = f"cooldowns.{table['id']}"
        if table.get("after") not in {"claim", "attempt"}:
            unread.append(f"{rule}.after")
        elif _is_judged(rule, table, _COOLDOWN, unread):
            after, channels = table.get("after_channels", CHANNELS), table.get("channels", CHANNELS)
            span, scope = int(table["hours"]) * HOUR, str(table.get("scope", "person"))
            yield Cap(rule, 1, "", span, frozenset(channels), frozenset(after), scope)


def _is_judged(rule: str, table: Mapping[str, Any], known: set[str], unread: list[str]) -> bool:
    beyond = [key for key in table if key not in known]
    beyond += [key for key, judged in _JUDGED.items() if table.get(key, judged[0]) not in judged]
    unread.extend(f"{rule}.{key}" for key in beyond)
    return not beyond
