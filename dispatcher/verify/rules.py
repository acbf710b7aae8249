"""The rules of a policy file that the checker reads by itself: hours, caps, the gap, grace, consent, doubt.

A key that it does not know may change what a rule means; then that rule is not judged, and the report says so.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from schemas.values import CHANNELS, Channel, Millis

HOUR: Final[Millis] = 3_600_000
DAY: Final[Millis] = 24 * HOUR

_DAY_KINDS: Final = ("weekday", "saturday", "sunday", "holiday")
_ELSEWHERE: Final = {
    "classes",
    "creditors",
    "day_starts",
    "default_tier",
    "in_doubt",
    "minimum_amount",
    "overdue_on",
    "spread_minutes",
    "tiers",
}
"""Keys on which none of the rules here depends."""

_READ: Final = {"windows", "caps", "min_gap_hours", "promise_grace_days", "consent", "stages"}

Spans = tuple[tuple[int, int], ...]
"""Minutes of a local day [start, end); an end past 1440 reaches into the next day."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` contacts by these channels within the window: a span of time, or (`length` None) a calendar period."""

    name: str
    most: int
    window: str
    length: Millis | None
    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the checker knows of one policy. A channel without hours is not judged, nor is what stands in `unread`."""

    hash: str
    hours: Mapping[Channel, Mapping[str, Spans]]
    caps: tuple[Cap, ...]
    min_gap: Millis
    stage_gaps: Mapping[str, Millis]
    grace_days: int
    consent_required: frozenset[str]
    accepted_bases: frozenset[str]
    unread: tuple[str, ...] = field(default=())

    def gap_of(self, stage: str) -> Millis:
        """The minimum gap before a contact of a stage; repetitions of a stage are called `<stage>.2` and so on."""
        return self.stage_gaps.get(stage.partition(".")[0], self.min_gap)

    def reads(self, word: str) -> bool:
        """Whether no unread key has to do with a word, such as "promise"."""
        return not any(word in key for key in self.unread)


def hash_of(text: str) -> str:
    """The content hash under which the journal names a policy."""
    return hashlib.sha256(msgspec.json.encode(tomllib.loads(text), order="deterministic")).hexdigest()[:12]


def rules_of(text: str, *, named: str | None = None) -> Rules:
    """The rules in a policy's TOML text; `ValueError` where it is none. `named`: its hash, if the journal has one for it."""
    content = tomllib.loads(text)
    windows, caps, consent = content.get("windows", {}), content.get("caps", []), content.get("consent", {})
    stages = content.get("stages", [])
    unread = [key for key in content if key not in _ELSEWHERE | _READ]
    unread += [f"windows.{name}.{key}" for name, table in windows.items() for key in _beyond(table, _DAY_KINDS)]
    unread += [
        f"caps.{cap.get('id')}.{key}" for cap in caps for key in _beyond(cap, ("id", "max", "window", "channels"))
    ]
    unread += [f"consent.{key}" for key in _beyond(consent, ("required", "accepted_bases"))]
    try:
        return Rules(
            named or hash_of(text),
            {name: _hours(windows[name]) for name in CHANNELS if name in windows and not _unread_of(name, unread)},
            tuple(_cap(cap) for cap in caps if f"caps.{cap['id']}." not in "".join(f"{key}." for key in unread)),
            int(content.get("min_gap_hours", 0) * HOUR),
            {each["id"]: int(each["min_gap_hours"] * HOUR) for each in stages if "min_gap_hours" in each},
            int(content.get("promise_grace_days", 0)),
            frozenset(consent.get("required", ())),
            frozenset(consent.get("accepted_bases", ())),
            tuple(unread),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"the policy's tables are not as expected: {type(fault).__name__} {fault}") from fault


def _beyond(table: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    return [key for key in table if key not in known]


def _unread_of(channel: str, unread: Iterable[str]) -> bool:
    return any(key.startswith(f"windows.{channel}.") for key in unread)


def _hours(table: Mapping[str, list[str]]) -> Mapping[str, Spans]:
    return {kind: tuple(_span(each) for each in table[kind]) for kind in _DAY_KINDS}


def _span(text: str) -> tuple[int, int]:
    start, end = (int(each[:2]) * 60 + int(each[3:]) for each in text.split("-"))
    return start, end if end > start else end + 1440


def _cap(table: Mapping[str, Any]) -> Cap:
    window = str(table["window"])
    length = None if window.startswith("calendar_") else int(window[:-1]) * (HOUR if window.endswith("h") else DAY)
    return Cap(str(table["id"]), int(table["max"]), window, length, frozenset(table.get("channels", CHANNELS)))
