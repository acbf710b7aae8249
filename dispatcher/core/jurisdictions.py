"""Presets of jurisdictions: what the law, or a code of conduct, of a place asks beside the policy.

They are data of this package (`presets/*.toml`), the same wherever it is installed: read once, like the zone database,
through `read_preset`, a pure function of a text. They are no legal advice: each names its sources, how sure they are, and
its date; check them before you rely on them.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from dispatcher.core.policy_caps import compiled_caps
from dispatcher.core.policy_problems import Add, PolicyProblem
from dispatcher.core.policy_text import CapText, CooldownText, Count, Name, Positive, Range, Text
from dispatcher.core.policy_windows import ranges_of
from dispatcher.core.rules import DAY_KINDS, Cap, Window
from schemas.values import CHANNELS, Channel, Day, HoldKind, Party, Phase

NO_ADVICE = "Not legal advice: check the sources and their dates before you rely on a preset."

CreditorParty = Literal["creditor", "third_party"]
Status = Literal["law", "guideline", "self_regulation", "draft"]
ForbiddenPoint = Literal["work_email", "work_phone"]

_Jurisdiction = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
_AreaCode = Annotated[str, msgspec.Meta(pattern=r"^\+[1-9]\d{0,8}$")]


class HoursText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[windows]]` of a preset: ranges of local time by kind of day; an empty list means never."""

    weekday: tuple[Range, ...]
    saturday: tuple[Range, ...]
    sunday: tuple[Range, ...]
    holiday: tuple[Range, ...]
    channels: tuple[Channel, ...] = CHANNELS


class FirstNoticeText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`first_notice` of a preset: the first contact about a debt goes `by` these, and nothing follows for `wait_days`."""

    by: Annotated[tuple[Channel, ...], msgspec.Meta(min_length=1)]
    wait_days: Positive


class PresetText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A preset's file.

    `places` are countries (ISO 3166-1) and regions (ISO 3166-2) of the debtor's address; `area_codes` the beginnings of
    telephone numbers that stand for a region. `holds` are kinds of holds that stop every phase that the preset governs, and
    `breathing_space_days` how long such a hold lasts at least: a policy that says less is refused. Nobody but a business is
    contacted at work: `forbidden_contact_points` need no rule of their own. `records_kept_days` is how long records of
    contacts have to be kept at least, 0 where the source does not say: an archive can be told to go by it. `duties` and
    `required_content` are for people,
    and nothing here sees to them.
    """

    title: Text
    status: Status
    confidence: Literal["A", "B"]
    cites: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    places: Annotated[tuple[_Jurisdiction, ...], msgspec.Meta(min_length=1)]
    area_codes: tuple[_AreaCode, ...] = ()
    creditors: tuple[CreditorParty, ...] = ("creditor", "third_party")
    debtors: tuple[Party, ...] = ("consumer",)
    phases: tuple[Phase, ...] = ("overdue", "collection")
    effective_from: date | None = None
    effective_until: date | None = None
    windows: tuple[HoursText, ...] = ()
    caps: tuple[CapText, ...] = ()
    cooldowns: tuple[CooldownText, ...] = ()
    not_before_days_overdue: Count = 0
    opt_out_line: bool = False
    breathing_space_days: Count = 0
    records_kept_days: Count = 0
    holds: tuple[HoldKind, ...] = ()
    first_notice: FirstNoticeText | None = None
    required_content: tuple[Text, ...] = ()
    forbidden_contact_points: tuple[ForbiddenPoint, ...] = ()
    duties: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Preset:
    """A preset, compiled. `text` is what its file says, `digest` names it; the days of validity are [begins, ends)."""

    id: str
    text: PresetText
    digest: str
    windows: Mapping[Channel, Window]
    caps: tuple[Cap, ...]
    begins: Day
    ends: Day

    @property
    def rule(self) -> str:
        """The start of its rules' names in reasons."""
        return f"presets.{self.id}"


def read_preset(name: str, text: str) -> Preset | tuple[PolicyProblem, ...]:
    """The preset that a TOML text states, or what is wrong with it."""
    problems: list[PolicyProblem] = []

    def add(path: str, expected: str, advice: str) -> None:
        problems.append(PolicyProblem(path, None, expected, advice))

    try:
        stated = msgspec.convert(tomllib.loads(text), PresetText)
        msgspec.convert(name, Name)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        return (PolicyProblem(name, None, "a preset", f"The reader says: {wrong}."),)
    windows = _windows(name, stated.windows, add)
    begins, ends = stated.effective_from or date.min, stated.effective_until or date.max
    if begins >= ends:
        add("effective_until", f"a day after {begins}", "A preset that never applies: correct the dates.")
    if problems:
        return tuple(problems)
    caps = compiled_caps(stated.caps, stated.cooldowns, f"presets.{name}.")
    digest = hashlib.sha256(msgspec.json.encode(stated)).hexdigest()[:12]
    return Preset(name, stated, digest, windows, caps, begins.toordinal(), ends.toordinal())


def _windows(name: str, texts: tuple[HoursText, ...], add: Add) -> dict[Channel, Window]:
    windows: dict[Channel, Window] = {}
    for index, text in enumerate(texts):
        ranges = {kind: ranges_of(f"windows[{index}].{kind}", getattr(text, kind), add) for kind in DAY_KINDS}
        for channel in text.channels:
            if channel in windows:
                add(f"windows[{index}].channels", "each channel once", f"{channel} has hours already.")
            windows[channel] = Window(channel, ranges, f"presets.{name}.windows.{channel}")
    return windows


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Preset]:
    """Every preset of this package, by id."""
    shipped = sorted(files("dispatcher.core").joinpath("presets").iterdir(), key=lambda each: each.name)
    names = [file.name.removesuffix(".toml") for file in shipped]
    return {name: right_preset(name, file.read_text("utf-8")) for name, file in zip(names, shipped, strict=True)}


def right_preset(name: str, text: str) -> Preset:
    """The preset of a text that is known to be right; `ValueError` says what is wrong after all."""
    preset = read_preset(name, text)
    if isinstance(preset, Preset):
        return preset
    raise ValueError(f"presets/{name}.toml: {preset[0]}")


def chosen(names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids that names choose, and the names that choose nothing.

    A name stands for itself and for all that begin with it and a hyphen: `us` is every preset of the United States. `all`
    is everything that is in force: drafts only by their own name.
    """
    ids: dict[str, None] = {}
    unknown: list[str] = []
    for name in names:
        if name == "all":
            found = [each for each, preset in catalogue().items() if preset.text.status != "draft"]
        else:
            found = [each for each in catalogue() if each == name or each.startswith(f"{name}-")]
        ids.update(dict.fromkeys(found))
        if not found:
            unknown.append(name)
    return tuple(sorted(ids)), tuple(unknown)
