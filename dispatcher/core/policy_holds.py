"""What a hold of each kind stops, and how long it lasts where it states no end (S19, S21).

Standard breathing space lasts 60 days at most (Debt Respite Scheme Regulations 2020, England and Wales, SI 2020/1311); a
mental health crisis moratorium has no such end: its hold states one, or the policy changes the days. A mandate to collect
makes reminders before the due date needless, and says nothing about what could not be collected. Nobody is written to who
is said to have died, until a person releases the hold.
"""

from collections.abc import Mapping
from typing import get_args

from dispatcher.core.policy_problems import Add
from dispatcher.core.policy_text import HoldText
from dispatcher.core.rules import DAY, HoldRule
from schemas.values import HoldKind, Phase

KINDS: tuple[HoldKind, ...] = get_args(HoldKind)
BREATHING_SPACE_DAYS = 60

_EVERY_PHASE: tuple[Phase, ...] = get_args(Phase)
_DAYS: dict[HoldKind, int] = {"breathing_space": BREATHING_SPACE_DAYS}
_PHASES: dict[HoldKind, tuple[Phase, ...]] = {"mandate": ("pre_due",)}


def hold_rules(texts: Mapping[HoldKind, HoldText], add: Add) -> dict[HoldKind, HoldRule]:
    """The rule of every kind; `texts` are the policy's sections, `add` notes a problem (path, expected, advice)."""
    for name, text in texts.items():
        if text.phases == ():
            add(f"holds.{name}.phases", "at least one phase", "A hold that stops nothing: list what it stops.")
        elif name == "deceased" and text.default_days:
            add("holds.deceased.default_days", "no days", "This hold never ends by itself; only a release ends it.")
    return {kind: _rule(kind, texts.get(kind) or HoldText()) for kind in KINDS}


def _rule(kind: HoldKind, text: HoldText) -> HoldRule:
    days = _DAYS.get(kind, 0) if text.default_days is None else text.default_days
    phases = text.phases or _PHASES.get(kind, _EVERY_PHASE)
    return HoldRule(frozenset(phases), days * DAY or None, endless=kind == "deceased")
