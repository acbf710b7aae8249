"""What binds one contact: the policy, and the presets of every jurisdiction that may have a say, composed.

Only what all windows allow is allowed, every cap counts (so the smallest decides), and every duty stands. A preset has a say
where the customer's address is, and where the customer's phone numbers come from if that is elsewhere; an address whose
region is not known may lie in any region of its country. Whom a preset binds, in which phase, and from when is its own.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dispatcher.core.first_notice import FirstNotice
from dispatcher.core.jurisdictions import CreditorParty, FirstNoticeText, Preset, catalogue
from dispatcher.core.phone_areas import area_of, country_of
from dispatcher.core.rules import DAY, Cap, Policy, Window
from dispatcher.core.turn import Turn
from dispatcher.core.zones import Place, day_in, distinct, place_of
from schemas.inbox import ProfileStated
from schemas.values import Channel, Day, Party, Phase


@dataclass(frozen=True, slots=True, eq=False)
class Regime:
    """The rules for one contact. `early`: no contact before so many days overdue, and the rule that says so.

    `notices` ask for a first contact in writing, and for a wait after it.
    """

    presets: tuple[Preset, ...]
    windows: Mapping[Channel, Window]
    caps: tuple[Cap, ...]
    early: tuple[int, str]
    opt_out_line: bool
    notices: tuple[FirstNotice, ...] = ()


Areas = tuple[str, ...]
"""The beginnings of a customer's phone numbers."""


def regime_of(turn: Turn, profile: ProfileStated, party: CreditorParty, phase: Phase) -> tuple[Regime, Place]:
    """The rules for a contact, and the place whose clocks they are read on. Without presets both are the policy's own."""
    policy, place = turn.policy, turn.place
    if not policy.presets:
        return _composed(policy, ()), place
    areas = tuple([area_of(phone.number) for phone in profile.phones])
    starts = _eras(policy.presets)
    era = bisect_right(starts, day_in(place, turn.now))
    since = starts[era - 1] if era else 0
    found = _binding(policy, profile.country, profile.region, areas, party, profile.party, phase, since)
    return found, _with_phones(place, areas) if found.presets and areas else place


@lru_cache(maxsize=1 << 14)
def _binding(  # noqa: PLR0917  what a regime depends on, as the key of its cache
    policy: Policy,
    country: str,
    region: str | None,
    areas: Areas,
    creditor: CreditorParty,
    debtor: Party,
    phase: Phase,
    day: Day,
) -> Regime:
    presets = [
        preset
        for preset in map(catalogue().__getitem__, policy.presets)
        if creditor in preset.text.creditors
        and debtor in preset.text.debtors
        and phase in preset.text.phases
        and preset.begins <= day < preset.ends
        and has_a_say(preset, country, region, areas)
    ]
    return _composed(policy, tuple(presets))


def has_a_say(preset: Preset, country: str, region: str | None, areas: Areas) -> bool:
    """Whether an address, or a phone number, lies where a preset applies."""
    text = preset.text
    if country in text.places or region in text.places:
        return True
    if region is None and any(place.startswith(f"{country}-") for place in text.places):
        return True
    return any(country_of(area) in text.places or area.startswith(text.area_codes) for area in areas)


@lru_cache(maxsize=1 << 12)
def _composed(policy: Policy, presets: tuple[Preset, ...]) -> Regime:
    windows = {}
    for channel, own in policy.windows.items():
        also = tuple(preset.windows[channel] for preset in presets if channel in preset.windows)
        windows[channel] = Window(channel, own.ranges, own.rule, also) if also else own
    early = [(preset.text.not_before_days_overdue, f"{preset.rule}.not_before_days_overdue") for preset in presets]
    return Regime(
        presets,
        windows,
        (*policy.caps, *(cap for preset in presets for cap in preset.caps)),
        max(early, default=(0, "")),
        any(preset.text.opt_out_line for preset in presets),
        tuple(_notice(preset.rule, preset.text.first_notice) for preset in presets if preset.text.first_notice),
    )


def _notice(preset: str, text: FirstNoticeText) -> FirstNotice:
    return FirstNotice(frozenset(text.by), text.wait_days * DAY, f"{preset}.first_notice")


@lru_cache(maxsize=64)
def _eras(presets: tuple[str, ...]) -> tuple[Day, ...]:
    """The days on which a preset begins or ceases to apply."""
    found = map(catalogue().__getitem__, presets)
    return tuple(sorted({day for preset in found for day in (preset.begins, preset.ends)}))


@lru_cache(maxsize=1 << 14)
def _with_phones(place: Place, areas: Areas) -> Place:
    """The place with the clocks of phone numbers that cannot be where the customer lives: windows hold on those, too."""
    zones = place.zones
    for area in areas:
        country = country_of(area)
        if country is not None:
            there = place_of(None, country, None, area).zones
            if len(distinct((*there, *place.zones))) == len(there) + len(place.zones):
                zones = (*zones, *there)
    if zones is place.zones:
        return place
    return Place(distinct(zones), place.country, place.region, place.source, place.confidence)
