"""From the sections of a policy file to the compiled policy, and what must hold between sections."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from dispatcher.core.conditions import history_tests
from dispatcher.core.ledger import horizon
from dispatcher.core.policy_acknowledgements import compiled_acknowledging
from dispatcher.core.policy_caps import compiled_caps
from dispatcher.core.policy_holds import hold_rules
from dispatcher.core.policy_presets import check_holds, chosen_presets
from dispatcher.core.policy_problems import Add, check_unique
from dispatcher.core.policy_stages import compiled_classes, compiled_stages
from dispatcher.core.policy_text import (
    DEFAULT_CLASSES,
    CreditorText,
    Sections,
    TierText,
)
from dispatcher.core.policy_windows import compiled_window, minutes
from dispatcher.core.rules import (
    DEFAULT,
    HOUR,
    Creditor,
    Policy,
    Stage,
    Tier,
    Window,
)
from dispatcher.core.tiers import DEFAULT_RULE, compiled, turning_days
from schemas.values import CHANNELS, Channel

_EARLIEST_START, _LATEST_START = 5 * 60, 12 * 60


def compile_policy(sections: Sections, content: Mapping[str, Any], add: Add) -> Policy:
    """The compiled policy, of no use where problems were added. `content` is hashed."""
    tiers = tuple(dict.fromkeys([sections.default_tier, *(rule.tier for rule in sections.tiers)]))
    stages, conditions = compiled_stages(
        sections.stages, tiers, compiled_classes(sections.classes or DEFAULT_CLASSES, add), add
    )
    windows = {
        channel: compiled_window(channel, text, add) for channel in CHANNELS if (text := sections.windows.get(channel))
    }
    day_starts = minutes(sections.day_starts)
    _check_day_start(day_starts, add)
    _check_sections(sections, stages, windows, add)
    caps = compiled_caps(sections.caps, sections.cooldowns)
    presets = chosen_presets(sections.presets, add)
    all_caps = (*caps, *presets.caps)
    holds = hold_rules(sections.holds, add)
    check_holds(presets.ids, holds, add)
    min_gap = sections.min_gap_hours * HOUR
    acknowledging = compiled_acknowledging(sections.acknowledgements, tiers, add)
    asked = () if acknowledging is None else acknowledging.stages
    by_tier = any(each.tiers for each in conditions)
    return Policy(
        hash=_hash({**content, "presets": presets.digests} if presets.ids else content),
        creditors={name: _creditor(name, text) for name, text in sections.creditors.items()},
        stages=stages,
        pre_due_stages=sum(stage.phase == "pre_due" for stage in stages),
        tiers=tuple(compiled(text) for text in sections.tiers),
        default_tier=Tier(sections.default_tier, DEFAULT_RULE),
        windows=windows,
        caps=caps,
        min_gap=min_gap,
        minimum_amount={DEFAULT: 1, **{key: max(1, least) for key, least in sections.minimum_amount.items()}},
        overdue_by_date=sections.overdue_on == "due_date",
        promise_grace_days=sections.promise_grace_days,
        promise_raises=sections.promise_broken == "next_stage",
        plan_grace_days=sections.plan_grace_days,
        holds=holds,
        day_starts=day_starts,
        spread=sections.spread_minutes,
        reserve_for_mandatory=sections.reserve_for_mandatory,
        phases={stage.id: stage.phase for stage in (*stages, *asked)},
        consent_required=frozenset(sections.consent.required),
        accepted_bases=frozenset(sections.consent.accepted_bases),
        horizon=horizon([min_gap, *(stage.min_gap or 0 for stage in stages), *presets.waits], all_caps),
        counts_points=any(cap.scope == "point" for cap in all_caps),
        presets=presets.ids,
        conditions=conditions,
        tier_conditions=by_tier,
        asks_history=_asks_history(sections),
        tier_days=_tier_days(sections.tiers) if by_tier else (),
        max_contacts_per_hour=sections.max_contacts_per_hour,
        sms_max_parts=sections.sms_max_parts,
        acknowledging=acknowledging,
        desk_capacity=None if sections.desk is None else sections.desk.capacity_per_hour,
        in_doubt={channel: getattr(sections.in_doubt, channel) for channel in CHANNELS},
    )


def _tier_days(tiers: tuple[TierText, ...]) -> tuple[int, ...]:
    return tuple(sorted({day for rule in tiers for day in turning_days(rule.when)}))


def _asks_history(sections: Sections) -> bool:
    asked = [*(rule.when for rule in sections.tiers), *(stage.only for stage in sections.stages if stage.only)]
    return any(history_tests(each) for each in asked)


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
        opt_out_line=text.opt_out_line,
    )


def _check_sections(sections: Sections, stages: tuple[Stage, ...], windows: Mapping[Channel, Window], add: Add) -> None:
    """What must hold between sections, and within one between its entries."""
    _check_creditors(sections.creditors, add)
    _check_channels(sections, add)
    _check_desk(sections, stages, add)
    _check_spread(sections.spread_minutes, windows, add)
    _check_amounts(sections.minimum_amount, add)
    check_unique("tiers", [rule.id for rule in sections.tiers], add)
    check_unique("caps", [cap.id for cap in sections.caps], add)
    check_unique("cooldowns", [each.id for each in sections.cooldowns], add)


def _check_day_start(day_starts: int, add: Add) -> None:
    if not _EARLIEST_START <= day_starts <= _LATEST_START:
        add("day_starts", "05:00 to 12:00", "Clocks are changed at night; a day of stages starts after that.")


def _check_creditors(creditors: Mapping[str, CreditorText], add: Add) -> None:
    if DEFAULT not in creditors:
        add("creditors", "[creditors.default]", "It speaks for invoices that name no creditor.")


def _check_channels(sections: Sections, add: Add) -> None:
    used: set[Channel] = {
        channel for stage in sections.stages for ladder in stage.channels.values() for channel in ladder
    }
    used.update(() if sections.acknowledgements is None else sections.acknowledgements.channels)
    if any(stage.task in {"call", "visit"} for stage in sections.stages):
        used.add("call_task")
    for channel in CHANNELS:
        if channel in used and channel not in sections.windows:
            add("windows", f"[windows.{channel}]", "A stage uses this channel; say at which hours it may.")


def _check_desk(sections: Sections, stages: tuple[Stage, ...], add: Add) -> None:
    if sections.desk is not None and not any("call_task" in ladder for s in stages for ladder in s.ladders.values()):
        add(
            "desk",
            "a stage that calls",
            "Nobody is called by this policy: add call_task to a stage, or take [desk] out.",
        )


def _check_spread(spread: int, windows: Mapping[Channel, Window], add: Add) -> None:
    for channel, window in windows.items():
        for kind, ranges in window.ranges.items():
            if any(end - start <= spread for start, end in ranges):
                add(f"windows.{channel}.{kind}", f"ranges longer than spread_minutes ({spread})", "Widen the range.")


def _check_amounts(amounts: Mapping[str, int], add: Add) -> None:
    for currency, amount in amounts.items():
        if (currency != DEFAULT and not re.fullmatch("[A-Z]{3}", currency)) or amount < 0:
            add(f"minimum_amount.{currency}", "`default` or an ISO 4217 code, and 0 or more", "Correct the entry.")
