"""Which presets a policy chooses, and what the policy must know of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatcher.core.jurisdictions import catalogue, chosen
from dispatcher.core.policy_problems import Add
from dispatcher.core.rules import DAY, Cap, HoldRule
from schemas.values import HoldKind, Millis


@dataclass(frozen=True, slots=True)
class Choice:
    """The ids; the digests of what they say, so that the policy's hash changes with them; all their caps and waits."""

    ids: tuple[str, ...]
    digests: tuple[str, ...]
    caps: tuple[Cap, ...]
    waits: tuple[Millis, ...]


def chosen_presets(names: tuple[str, ...] | str, add: Add) -> Choice:
    """What `presets` of a policy file chooses; names that choose nothing are problems."""
    ids, unknown = chosen((names,) if isinstance(names, str) else names)
    for name in unknown:
        add("presets", f"`all`, or ids of `dispatcher presets list` (not `{name}`)", "Correct the name.")
    found = [catalogue()[each] for each in ids]
    waits = [each.text.first_notice.wait_days * DAY for each in found if each.text.first_notice is not None]
    caps = [cap for each in found for cap in each.caps]
    return Choice(ids, tuple(each.digest for each in found), tuple(caps), tuple(waits))


def check_holds(ids: tuple[str, ...], rules: Mapping[HoldKind, HoldRule], add: Add) -> None:
    """A policy's holds stop at least what the presets that it chose ask them to stop, and for as long."""
    for preset in map(catalogue().__getitem__, ids):
        text = preset.text
        for kind in text.holds:
            missing = [phase for phase in text.phases if phase not in rules[kind].phases]
            if missing:
                add(
                    f"holds.{kind}.phases", f"{', '.join(missing)} among them", f"The preset {preset.id} asks for that."
                )
        least, lasts = text.breathing_space_days, rules["breathing_space"].lasts
        if lasts is not None and lasts < least * DAY:
            add("holds.breathing_space.default_days", f"{least} at least, or 0", f"Preset {preset.id} asks for that.")
