"""From the caps and cool-downs of a policy file, or of a preset, to compiled caps."""

from collections.abc import Sequence

from dispatcher.core.policy_text import CapText, CooldownText, ScopeText
from dispatcher.core.rules import DAY, HOUR, Cap, Counted, Period, Scope

_CALENDAR: dict[str, tuple[Period, int]] = {
    "calendar_day": ("calendar_day", DAY),
    "calendar_week": ("calendar_week", 7 * DAY),
    "calendar_month": ("calendar_month", 31 * DAY),
}
_AFTER: dict[str, Counted] = {
    "claim": "claims",
    "attempt": "attempts",
    "contact": "contacts",
    "conversation": "conversations",
}


def compiled_caps(caps: Sequence[CapText], cooldowns: Sequence[CooldownText], prefix: str = "") -> tuple[Cap, ...]:
    """The caps, the gaps that caps ask for, and the cool-downs; `prefix` starts the names of their rules."""
    return (
        *(_cap(text, prefix) for text in caps),
        *(_gap(text, prefix) for text in caps if text.min_gap_hours),
        *(_cooldown(text, prefix) for text in cooldowns),
    )


def _cap(text: CapText, prefix: str) -> Cap:
    if text.window in _CALENDAR:
        period, length = _CALENDAR[text.window]
    else:
        period = "rolling"
        length = int(text.window[:-1]) * (HOUR if text.window.endswith("h") else DAY)
    scope, rule = _scope(text.scope), f"{prefix}caps.{text.id}"
    return Cap(text.id, text.max, period, length, frozenset(text.channels), text.counts, scope, rule=rule)


def _gap(text: CapText, prefix: str) -> Cap:
    """At least so many hours between two that the cap counts: one at most in that time."""
    rule = f"{prefix}caps.{text.id}.min_gap_hours"
    channels, length = frozenset(text.channels), text.min_gap_hours * HOUR
    return Cap(text.id, 1, "rolling", length, channels, text.counts, _scope(text.scope), code="min_gap", rule=rule)


def _cooldown(text: CooldownText, prefix: str) -> Cap:
    return Cap(
        text.id,
        1,
        "rolling",
        text.hours * HOUR,
        frozenset(text.channels),
        _AFTER[text.after],
        _scope(text.scope),
        frozenset(text.after_channels),
        "cool_down",
        f"{prefix}cooldowns.{text.id}",
    )


def _scope(text: ScopeText) -> Scope:
    return "creditor" if text == "account" else text
