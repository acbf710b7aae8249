"""From the sections of a policy file to the compiled policy, and what must hold between sections."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from dispatcher.core.policy_text import (
    CapText,
    ConsentText,
    CreditorText,
    General,
    MomentText,
    StageText,
    TierText,
    WindowText,
)
from dispatcher.core.rules import (
    DAY,
    DAY_KINDS,
    DEFAULT,
    HOUR,
    Cap,
    Creditor,
    Moment,
    Period,
    Policy,
    Ranges,
    Stage,
    Tier,
    Window,
)
from dispatcher.core.tiers import DEFAULT_RULE, compiled
from schemas.values import CHANNELS, Channel

Add = Callable[[str, str, str], None]
"""Notes a problem: path, what was expected, advice."""

_PHASES = ("pre_due", "overdue", "collection")
_PERIOD_LENGTH: dict[str, tuple[Period, int]] = {
    "calendar_day": ("calendar_day", DAY),
    "calendar_week": ("calendar_week", 7 * DAY),
    "calendar_month": ("calendar_month", 31 * DAY),
}
_EARLIEST_START, _LATEST_START = 5 * 60, 12 * 60


@dataclass(frozen=True, slots=True)
class Sections:
    """A policy file, each section read by itself."""

    general: General
    creditors: Mapping[str, CreditorText]
    stages: tuple[StageText, ...]
    tiers: tuple[TierText, ...]
    windows: Mapping[Channel, WindowText]
    caps: tuple[CapText, ...]
    consent: ConsentText
    minimum_amount: Mapping[str, int]


def compile_policy(sections: Sections, content: Mapping[str, Any], add: Add) -> Policy | None:
    """The compiled policy; None after problems were added. `content` is hashed."""
    general = sections.general
    tiers = tuple(dict.fromkeys([general.default_tier, *(rule.tier for rule in sections.tiers)]))
    stages = _stages(sections.stages, tiers, add)
    windows = {channel: _window(channel, text, add) for channel, text in sections.windows.items()}
    day_starts = _minutes(general.day_starts)
    _check_day_start(day_starts, add)
    _check_creditors(sections.creditors, add)
    _check_channels(sections, add)
    _check_spread(general.spread_minutes, windows, add)
    _check_amounts(sections.minimum_amount, add)
    _check_unique("tiers", [rule.id for rule in sections.tiers], add)
    _check_unique("caps", [cap.id for cap in sections.caps], add)
    caps = tuple(_cap(text) for text in sections.caps)
    min_gap = general.min_gap_hours * HOUR
    return Policy(
        hash=_hash(content),
        creditors={name: _creditor(name, text) for name, text in sections.creditors.items()},
        stages=stages,
        pre_due_stages=sum(stage.phase == "pre_due" for stage in stages),
        tiers=tuple(compiled(text) for text in sections.tiers),
        default_tier=Tier(general.default_tier, DEFAULT_RULE),
        windows=windows,
        caps=caps,
        min_gap=min_gap,
        minimum_amount={DEFAULT: 1, **{key: max(1, least) for key, least in sections.minimum_amount.items()}},
        overdue_by_date=general.overdue_on == "due_date",
        promise_grace_days=general.promise_grace_days,
        day_starts=day_starts,
        spread=general.spread_minutes,
        phases={stage.id: stage.phase for stage in stages},
        consent_required=frozenset(sections.consent.required),
        accepted_bases=frozenset(sections.consent.accepted_bases),
        horizon=max([min_gap, *(cap.length for cap in caps)]) + 2 * DAY,
    )


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:12]


def _creditor(name: str, text: CreditorText) -> Creditor:
    return Creditor(
        id=name,
        legal_name=text.legal_name,
        display_name=text.display_name,
        phone=text.phone,
        email=text.email,
        sms_from=text.sms_from,
        email_from=text.email_from,
        party=text.party,
        country=text.country,
        consequences=text.consequences,
        link_hosts=tuple(host.lower() for host in text.link_hosts),
        postal_address=text.postal_address,
    )


def _cap(text: CapText) -> Cap:
    if text.window in _PERIOD_LENGTH:
        period, length = _PERIOD_LENGTH[text.window]
    else:
        period = "rolling"
        length = int(text.window[:-1]) * (HOUR if text.window.endswith("h") else DAY)
    return Cap(id=text.id, max=text.max, period=period, length=length, channels=frozenset(text.channels))


def _stages(texts: tuple[StageText, ...], tiers: tuple[str, ...], add: Add) -> tuple[Stage, ...]:
    if not texts:
        add("stages", "at least one [[stages]]", "Without a stage nobody is ever contacted.")
    _check_unique("stages", [text.id for text in texts], add)
    stages: list[Stage] = []
    for index, text in enumerate(texts):
        stage = _stage(index, text, tiers, add)
        if stages and stage is not None:
            _check_order(index, stages[-1], stage, add)
        if stage is not None:
            stages.append(stage)
    return tuple(stages)


def _stage(index: int, text: StageText, tiers: tuple[str, ...], add: Add) -> Stage | None:
    path = f"stages[{index}]"
    when = _moment(text.when, f"{path}.when", add)
    until = None if text.until is None else _moment(text.until, f"{path}.until", add)
    fallback = text.channels.get(DEFAULT)
    if not fallback:
        add(f"{path}.channels", "a key `default` with at least one channel", "Add the ladder for other tiers.")
    for name in text.channels.keys() - {DEFAULT, *tiers}:
        add(f"{path}.channels.{name}", f"a tier ({', '.join(tiers)})", "No rule ever gives this tier.")
    for name, ladder in text.channels.items():
        if len(set(ladder)) != len(ladder):
            add(f"{path}.channels.{name}", "each channel once", "Remove the repetition.")
    if when is None or not fallback:
        return None
    if text.mandatory and (text.until is not None or text.phase == "pre_due"):
        add(f"{path}.mandatory", "a stage after the due date without `until`", "What is never skipped cannot expire.")
    if (text.phase == "pre_due") != (not when.working and when.count <= 0):
        add(f"{path}.when", "phase pre_due up to the due date, overdue or collection after it", "Correct either.")
    return Stage(
        id=text.id,
        index=index,
        phase=text.phase,
        when=when,
        until=until,
        ladders={tier: text.channels.get(tier) or fallback for tier in tiers},
        tone=text.tone,
        message=text.message,
        responsible=text.responsible,
        mandatory=text.mandatory,
        customer_chooses=text.customer_chooses,
        task_days=text.task_days,
    )


def _moment(text: MomentText, path: str, add: Add) -> Moment | None:
    if (text.days is None) == (text.working_days is None):
        add(path, "exactly one of `days` and `working_days`", "Remove one of the two, or add one.")
        return None
    if text.days is not None:
        return Moment(text.days, working=False)
    return Moment(text.working_days or 0, working=True)


def _check_order(index: int, before: Stage, stage: Stage, add: Add) -> None:
    if _PHASES.index(stage.phase) < _PHASES.index(before.phase):
        add(f"stages[{index}].phase", f"{before.phase} or later", "List stages from the mildest to the most severe.")
    if stage.when.count <= before.when.count and stage.when.working == before.when.working:
        add(f"stages[{index}].when", f"a day after that of {before.id}", "List stages by their day.")


def _window(channel: Channel, text: WindowText, add: Add) -> Window:
    by_kind = {"weekday": text.weekday, "saturday": text.saturday, "sunday": text.sunday, "holiday": text.holiday}
    ranges = {kind: _ranges(f"windows.{channel}.{kind}", by_kind[kind], add) for kind in DAY_KINDS}
    if not ranges["weekday"]:
        add(
            f"windows.{channel}.weekday",
            "at least one range",
            "A channel that is never allowed: leave it out of ladders.",
        )
    return Window(channel, ranges)


def _ranges(path: str, texts: tuple[str, ...], add: Add) -> Ranges:
    ranges = []
    for text in texts:
        start, end = (_minutes(part) for part in text.split("-"))
        if start == end:
            add(path, "a start that differs from the end", "Write 00:00-24:00 for the whole day, [] for never.")
        ranges.append((start, end if end > start else end + 1440))
    return tuple(sorted(ranges))


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _check_day_start(day_starts: int, add: Add) -> None:
    if not _EARLIEST_START <= day_starts <= _LATEST_START:
        add("day_starts", "05:00 to 12:00", "Clocks are changed at night; a day of stages starts after that.")


def _check_creditors(creditors: Mapping[str, CreditorText], add: Add) -> None:
    if DEFAULT not in creditors:
        add("creditors", "[creditors.default]", "It speaks for invoices that name no creditor.")


def _check_channels(sections: Sections, add: Add) -> None:
    used = {channel for stage in sections.stages for ladder in stage.channels.values() for channel in ladder}
    for channel in CHANNELS:
        if channel in used and channel not in sections.windows:
            add("windows", f"[windows.{channel}]", "A stage uses this channel; say at which hours it may.")


def _check_spread(spread: int, windows: Mapping[Channel, Window], add: Add) -> None:
    for channel, window in windows.items():
        for kind, ranges in window.ranges.items():
            if any(end - start <= spread for start, end in ranges):
                add(f"windows.{channel}.{kind}", f"ranges longer than spread_minutes ({spread})", "Widen the range.")


def _check_amounts(amounts: Mapping[str, int], add: Add) -> None:
    for currency, amount in amounts.items():
        if (currency != DEFAULT and not re.fullmatch("[A-Z]{3}", currency)) or amount < 0:
            add(f"minimum_amount.{currency}", "`default` or an ISO 4217 code, and 0 or more", "Correct the entry.")


def _check_unique(section: str, ids: list[str], add: Add) -> None:
    for index, each in enumerate(ids):
        if each in ids[:index]:
            add(f"{section}[{index}].id", "an id of its own", f"`{each}` is used by an earlier entry.")
