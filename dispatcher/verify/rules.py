"""The rules of a policy file that the checker reads by itself: hours, caps, the gap, grace, consent, doubt.

A key that it does not know may change what a rule means; then that rule is not judged, and the report says so.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from dispatcher.verify.cap_rules import HOUR, Cap, caps_of
from schemas.values import CHANNELS, Channel, Millis

_DAY_KINDS: Final = ("weekday", "saturday", "sunday", "holiday")
_ELSEWHERE: Final = {
    "classes",
    "creditors",
    "day_starts",
    "default_tier",
    "desk",
    "in_doubt",
    "minimum_amount",
    "opt_out_line",
    "overdue_on",
    "promise_broken",
    "reserve_for_mandatory",
    "sms_max_parts",
    "spread_minutes",
    "tiers",
}
"""Keys on which none of the rules here depends."""

_READ: Final = {
    "acknowledgements",
    "caps",
    "consent",
    "cooldowns",
    "holds",
    "min_gap_hours",
    "plan_grace_days",
    "promise_grace_days",
    "stages",
    "variants",
    "windows",
}
_PHASES: Final = frozenset({"pre_due", "overdue", "collection"})
_LASTS: Final[Mapping[str, int]] = {"breathing_space": 60}
_STOPS: Final[Mapping[str, frozenset[str]]] = {"mandate": frozenset({"pre_due"})}
"""Days that a hold lasts which states no end, and phases that it stops, where the policy says nothing of its kind."""

PAYMENT, PLAN = ACKNOWLEDGEMENTS = ("acknowledgement", "plan_agreed")
"""Stages of messages that ask for nothing: they confirm a payment or a plan."""

Spans = tuple[tuple[int, int], ...]
"""Minutes of a local day [start, end); an end past 1440 reaches into the next day."""


@dataclass(frozen=True, slots=True)
class HoldKindRule:
    """What a hold of one kind stops, and for how many days if it states no end (0: until it is released)."""

    phases: frozenset[str]
    days: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What the checker knows of one policy. A channel without hours is not judged, nor is what stands in `unread`.

    `acknowledged` is what customers are thanked for, as the file spells it.
    """

    hash: str
    hours: Mapping[Channel, Mapping[str, Spans]]
    caps: tuple[Cap, ...]
    min_gap: Millis
    stage_gaps: Mapping[str, Millis]
    grace_days: int
    plan_grace_days: int
    holds: Mapping[str, HoldKindRule]
    consent_required: frozenset[str]
    accepted_bases: frozenset[str]
    unread: tuple[str, ...] = field(default=())
    acknowledged: frozenset[str] = field(default=frozenset())

    def gap_of(self, stage: str) -> Millis:
        """The minimum gap before a contact of a stage; repetitions of a stage are called `<stage>.2` and so on."""
        return self.stage_gaps.get(stage.partition(".")[0], self.min_gap)

    def hold(self, kind: str) -> HoldKindRule:
        """The rule for holds of a kind."""
        return self.holds.get(kind) or HoldKindRule(_STOPS.get(kind, _PHASES), _LASTS.get(kind, 0))

    def reads(self, start: str) -> bool:
        """Whether no unread key starts like this, such as "promise"."""
        return not any(key.startswith(start) for key in self.unread)


def hash_of(text: str) -> str:
    """The content hash under which the journal names a policy."""
    return hashlib.sha256(msgspec.json.encode(tomllib.loads(text), order="deterministic")).hexdigest()[:12]


def rules_of(text: str, *, named: str | None = None) -> Rules:
    """The rules in a policy's TOML text; `ValueError` where it is none. `named`: its hash, if the journal has one for it."""
    return _rules(tomllib.loads(text), named or hash_of(text))


def variants_of(text: str, *, named: str | None = None) -> list[Rules]:
    """The rules of each variant: its sections stand in for the policy's. They are called `<hash>/<variant>`."""
    content, name = tomllib.loads(text), named or hash_of(text)
    variants = content.get("variants", {})
    return [_rules({**content, **table.get("policy", {})}, f"{name}/{variant}") for variant, table in variants.items()]


def _rules(content: Mapping[str, Any], name: str) -> Rules:
    windows, consent = content.get("windows", {}), content.get("consent", {})
    stages = content.get("stages", [])
    unread = [key for key in content if key not in _ELSEWHERE | _READ]
    unread += [f"windows.{each}.{key}" for each, table in windows.items() for key in _beyond(table, _DAY_KINDS)]
    unread += [f"consent.{key}" for key in _beyond(consent, ("required", "accepted_bases"))]
    try:
        return Rules(
            name,
            {each: _hours(windows[each]) for each in CHANNELS if each in windows and not _unread_of(each, unread)},
            caps_of(content, unread),
            int(content.get("min_gap_hours", 0) * HOUR),
            {each["id"]: int(each["min_gap_hours"] * HOUR) for each in stages if "min_gap_hours" in each},
            int(content.get("promise_grace_days", 0)),
            int(content.get("plan_grace_days", 7)),
            {kind: _hold(kind, table) for kind, table in content.get("holds", {}).items()},
            frozenset(consent.get("required", ())),
            frozenset(consent.get("accepted_bases", ())),
            tuple(unread),
            frozenset(content.get("acknowledgements", {}).get("of", ())),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"the policy's tables are not as expected: {type(fault).__name__} {fault}") from fault


def _beyond(table: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    return [key for key in table if key not in known]


def _hold(kind: str, table: Mapping[str, Any]) -> HoldKindRule:
    phases = frozenset(table["phases"]) if "phases" in table else _STOPS.get(kind, _PHASES)
    return HoldKindRule(phases, int(table.get("default_days", _LASTS.get(kind, 0))))


def _unread_of(channel: str, unread: Iterable[str]) -> bool:
    return any(key.startswith(f"windows.{channel}.") for key in unread)


def _hours(table: Mapping[str, list[str]]) -> Mapping[str, Spans]:
    return {kind: tuple(_span(each) for each in table[kind]) for kind in _DAY_KINDS}


def _span(text: str) -> tuple[int, int]:
    start, end = (int(each[:2]) * 60 + int(each[3:]) for each in text.split("-"))
    return start, end if end > start else end + 1440
