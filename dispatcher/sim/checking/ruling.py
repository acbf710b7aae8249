"""A policy file as a plain reader understands it: hours, caps, gaps, grace, holds and consent."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR

_CAP_KEYS: Final = frozenset({"id", "max", "window", "channels", "counts", "scope"})
_JUDGED_COUNTS: Final = ("claims", "attempts")
_EVERY_CHANNEL: Final = ("sms", "email", "call_task")

Minutes = tuple[tuple[int, int], ...]
"""Ranges of minutes of a local day; an end past 1440 reaches into the next day."""


@dataclass(frozen=True, slots=True)
class CapRule:
    """At most `most` contacts by these channels within `window`, as the file spells it ("24h", "7d", "calendar_month")."""

    id: str
    most: int
    window: str
    channels: tuple[str, ...]
    scope: str


@dataclass(frozen=True, slots=True)
class HoldRule:
    """Which phases holds of a kind stop (None: all), and for how long, in days, where they state no end (0: for good)."""

    phases: tuple[str, ...] | None
    days: int


_THANKS: Final = {"acknowledgement": "overdue", "plan_agreed": "overdue"}
"""The stages that say thank you instead of asking for a payment, with the phase that they count as."""

_HOLDS: Final = {"breathing_space": HoldRule(None, 60), "mandate": HoldRule(("pre_due",), 0)}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a policy forbids. `unread` names rules that this reader does not understand and therefore does not judge.

    `variants` are what some customers live under instead.
    `phases` and `gaps` (milliseconds) are those of stages by name; `gaps` holds stages with a minimum gap of
    their own, `attempts` those that a channel may try more than once. `acknowledged`: what is confirmed to customers.
    """

    hours: Mapping[str, Mapping[str, Minutes]]
    caps: tuple[CapRule, ...]
    min_gap: int
    promise_grace_days: int
    plan_grace_days: int
    phases: Mapping[str, str]
    gaps: Mapping[str, int]
    attempts: Mapping[str, int]
    holds: Mapping[str, HoldRule]
    consent_required: tuple[str, ...]
    accepted_bases: tuple[str, ...]
    unread: tuple[str, ...]
    variants: Mapping[str, "Ruling"]
    acknowledged: tuple[str, ...] = ()


def read(text: str) -> Ruling:
    """The ruling of a policy that `policy check` has accepted."""
    return _ruling(tomllib.loads(text))


def _ruling(content: Mapping[str, Any]) -> Ruling:
    consent = content.get("consent", {})
    plain = [cap for cap in content.get("caps", []) if _is_plain(cap)]
    others = [f"caps.{cap['id']}" for cap in content.get("caps", []) if not _is_plain(cap)]
    stages = content.get("stages", [])
    thanks = content.get("acknowledgements", {})
    return Ruling(
        hours={channel: _hours(table) for channel, table in content.get("windows", {}).items()},
        caps=tuple(_cap(cap) for cap in plain),
        min_gap=content.get("min_gap_hours", 0) * HOUR,
        promise_grace_days=content.get("promise_grace_days", 0),
        plan_grace_days=content.get("plan_grace_days", 7),
        phases={**_THANKS, **{stage["id"]: stage["phase"] for stage in stages}},
        gaps={stage["id"]: stage["min_gap_hours"] * HOUR for stage in stages if "min_gap_hours" in stage},
        attempts={stage["id"]: stage["attempts"] for stage in stages if "attempts" in stage},
        holds={**_HOLDS, **{kind: _hold(kind, table) for kind, table in content.get("holds", {}).items()}},
        consent_required=tuple(consent.get("required", ())),
        accepted_bases=tuple(consent.get("accepted_bases", ())),
        unread=(
            *others,
            *(f"cooldowns.{each['id']}" for each in content.get("cooldowns", [])),
            *(("presets",) if content.get("presets") else ()),
        ),
        variants={
            name: _ruling({key: value for key, value in content.items() if key != "variants"} | each["policy"])
            for name, each in content.get("variants", {}).items()
        },
        acknowledged=tuple(thanks.get("of", ())),
    )


def _is_plain(cap: Mapping[str, Any]) -> bool:
    return cap.keys() <= _CAP_KEYS and cap.get("counts", "claims") in _JUDGED_COUNTS


def _cap(cap: Mapping[str, Any]) -> CapRule:
    channels = tuple(cap.get("channels", _EVERY_CHANNEL))
    return CapRule(cap["id"], cap["max"], cap["window"], channels, cap.get("scope", "person"))


def _hold(kind: str, table: Mapping[str, Any]) -> HoldRule:
    usual = _HOLDS.get(kind, HoldRule(None, 0))
    phases = table.get("phases")
    return HoldRule(usual.phases if phases is None else tuple(phases), table.get("default_days", usual.days))


def _hours(table: Mapping[str, Any]) -> Mapping[str, Minutes]:
    kinds = ("weekday", "saturday", "sunday", "holiday")
    return {kind: tuple(_range(each) for each in table.get(kind, ())) for kind in kinds}


def _range(text: str) -> tuple[int, int]:
    start, end = (_minute(clock) for clock in text.split("-"))
    return start, end if end > start else end + 1440


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
