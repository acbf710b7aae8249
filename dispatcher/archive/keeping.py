"""How long what concerns people is kept: for everybody, and for creditors of whom something else was said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, or_

from dispatcher.core.jurisdictions import catalogue
from dispatcher.settings.model import Archive
from schemas.values import Millis

_DAY_MS = 24 * 60 * 60 * 1000


class NoSuchPreset(Exception):
    """The settings name a preset that does not exist, or that does not say how long records are kept."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days for which records and texts are kept; None: for good."""

    records: int | None = None
    texts: int | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """Days for which texts are kept, and everything else that concerns a person; `of`: creditors with days of their own."""

    texts: int | None = None
    records: int | None = None
    of: Mapping[str, Days] = field(default_factory=dict)

    def texts_before(self, now: Millis) -> "Limits":
        """Up to when texts are too old."""
        return _limits(now, self.texts, {creditor: days.texts for creditor, days in self.of.items()})

    def records_before(self, now: Millis) -> "Limits":
        """Up to when everything else is."""
        return _limits(now, self.records, {creditor: days.records for creditor, days in self.of.items()})


@dataclass(frozen=True, slots=True)
class Limits:
    """Instants before which things are too old; None: never. `of`: those of creditors with limits of their own."""

    others: Millis | None
    of: Mapping[str, Millis | None]

    @property
    def latest(self) -> Millis | None:
        """Before it something may be too old."""
        return max((each for each in (self.others, *self.of.values()) if each is not None), default=None)

    @property
    def earliest(self) -> Millis | None:
        """Before it everything is too old, whoever the creditor is; of what names no creditor, that decides."""
        limits = [self.others, *self.of.values()]
        known = [each for each in limits if each is not None]
        return min(known) if len(known) == len(limits) else None

    def too_old(
        self, at: ColumnElement[int], of_creditors: Callable[[list[str]], ColumnElement[bool]]
    ) -> ColumnElement[bool]:
        """Whether a row that is dated `at` is; `of_creditors` tells whether it is about one of some creditors."""
        limits = [
            and_(of_creditors([creditor]), at < limit) for creditor, limit in self.of.items() if limit is not None
        ]
        if self.others is not None:
            own = sorted(self.of)
            limits.append(and_(~of_creditors(own), at < self.others) if own else at < self.others)
        return or_(*limits)


def retention_of(archive: Archive) -> Retention:
    """What the settings say.

    Raises:
        NoSuchPreset: they name a preset that does not say it; the message names it.
    """
    general = Days(archive.days, archive.text_days)
    of = {creditor: _days(said, general) for creditor, said in archive.keep.items()}
    return Retention(archive.text_days, archive.days, of)


def _days(said: tuple[int, int] | str, general: Days) -> Days:
    if not isinstance(said, str):
        return Days(*said)
    preset = catalogue().get(said)
    if preset is None or not preset.text.records_kept_days:
        known = ", ".join(name for name, each in catalogue().items() if each.text.records_kept_days)
        raise NoSuchPreset(
            f"DISPATCHER_ARCHIVE_KEEP: preset {said!r} does not say how long records are kept; {known} do"
        )
    days = preset.text.records_kept_days
    return Days(days, days if general.texts is None else min(days, general.texts))


def _limits(now: Millis, others: int | None, of: Mapping[str, int | None]) -> Limits:
    def before(days: int | None) -> Millis | None:
        return None if days is None else now - days * _DAY_MS

    return Limits(before(others), {creditor: before(days) for creditor, days in of.items()})
