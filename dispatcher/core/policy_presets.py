"""Which presets a policy chooses, and what the policy must know of them."""

from dataclasses import dataclass

from dispatcher.core.jurisdictions import catalogue, chosen
from dispatcher.core.policy_problems import Add
from dispatcher.core.rules import Cap


@dataclass(frozen=True, slots=True)
class Choice:
    """The ids; the digests of what they say, so that the policy's hash changes with them; and all their caps."""

    ids: tuple[str, ...]
    digests: tuple[str, ...]
    caps: tuple[Cap, ...]


def chosen_presets(names: tuple[str, ...] | str, add: Add) -> Choice:
    """What `presets` of a policy file chooses; names that choose nothing are problems."""
    ids, unknown = chosen((names,) if isinstance(names, str) else names)
    for name in unknown:
        add("presets", f"`all`, or ids of `dispatcher presets list` (not `{name}`)", "Correct the name.")
    found = [catalogue()[each] for each in ids]
    return Choice(ids, tuple(each.digest for each in found), tuple(cap for each in found for cap in each.caps))
