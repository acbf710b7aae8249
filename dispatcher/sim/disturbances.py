"""What happens to a customer whether or not anyone writes: profiles, holds, objections, other people's calls, erasures."""

from functools import partial
from typing import Final

from msgspec.structs import replace

from dispatcher.sim.agenda import Agenda
from dispatcher.sim.billing import Billing
from dispatcher.sim.dice import Dice
from dispatcher.sim.people import Person
from dispatcher.sim.publisher import DAY, HOUR, MINUTE, Publisher
from schemas.inbox import (
    ConsentChanged,
    ContactReported,
    CustomerErased,
    Fact,
    HoldPlaced,
    HoldReleased,
    PhonePoint,
    ProfileStated,
)
from schemas.values import CHANNELS, HoldKind, HoldScope, Millis

_HOLDS: Final[tuple[HoldKind, ...]] = ("dispute", "complaint", "hardship", "breathing_space", "legal", "manual")
_SCOPES: Final[tuple[HoldScope, ...]] = ("customer", "invoice", "contact_point")


class Disturbances:
    """The events of one customer's span that no contact brings about."""

    def __init__(self, person: Person, dice: Dice, agenda: Agenda, publisher: Publisher, billing: Billing) -> None:
        self._person = person
        self._dice = dice
        self._agenda = agenda
        self._publisher = publisher
        self._billing = billing
        self._profile: ProfileStated = person.profile
        self._erased = False

    def begin(self, start: Millis, days: int) -> None:
        """Puts them on the agenda."""
        dice = self._dice
        known_at = start + dice.among("known", 0, 60) * MINUTE
        if dice("known late") < 0.03:  # noqa: PLR2004
            known_at += dice.among("known late/by", 1, 25) * DAY
        self._agenda.add(known_at, self._introduce)
        self._maybe("moves on", 0.04, start, days, self._change_profile)
        self._maybe("held", 0.04, start, days, self._hold)
        self._maybe("objects", 0.02, start, days, self._object)
        self._maybe("called", 0.05, start, days, self._report_call)
        self._maybe("erased", 0.008, start, days, self._erase)
        if dice("exported nightly") < 0.02:  # noqa: PLR2004
            for day in range(1, days):
                self._agenda.add(start + day * DAY + dice.among("export", 0, 300) * MINUTE, self._export)

    def _maybe(self, what: str, chance: float, start: Millis, days: int, deed: partial[None] | object) -> None:
        if self._dice(what) < chance:
            at = start + self._dice.among(f"{what}/at", 60, max(61, days * 24 * 60 - 1)) * MINUTE
            self._agenda.add(at, deed)  # type: ignore[arg-type]  # bound methods below

    def _introduce(self, at: Millis) -> None:
        if not self._erased:  # stated afterwards, it would name a basis that the erasure did not know
            self._state(at, "profile", self._profile)

    def _export(self, at: Millis) -> None:
        self._billing.publish_all(at)
        if not self._erased:
            self._state(at, "profile", self._profile)

    def _change_profile(self, at: Millis) -> None:
        """Another number, or a channel that is no longer wanted."""
        number = f"+4478{self._person.customer_id[1:]}0"
        phones = (PhonePoint(number, "mobile", "contract"),)
        if self._dice("moves on/how") < 0.5:  # noqa: PLR2004
            self._profile = replace(self._profile, phones=phones)
        else:
            self._profile = replace(self._profile, phones=phones, blocked_channels=("email",))
        if not self._erased:
            self._state(at, "profile", self._profile)

    def _hold(self, at: Millis) -> None:
        """With or without an end, released or not, of the whole customer, one bill or one number."""
        dice = self._dice
        scope = _SCOPES[dice.among("held/scope", 0, 2)]
        target: str | None = None
        if scope == "invoice":
            target = next(iter(self._billing.bills), "none")
        elif scope == "contact_point":
            target = self._profile.phones[0].number if self._profile.phones else "none"
        until = at + dice.among("held/days", 3, 40) * DAY + 3 * HOUR if dice("held/until") < 0.6 else None  # noqa: PLR2004
        hold = HoldPlaced("H-1", scope, _HOLDS[dice.among("held/kind", 0, len(_HOLDS) - 1)], target, until)
        self._state(at, "hold", hold)
        if dice("held/released") < 0.5:  # noqa: PLR2004
            released_at = at + dice.among("held/released at", 1, 30) * DAY
            self._agenda.add(released_at, partial(self._state, name="release", fact=HoldReleased("H-1")))

    def _object(self, at: Millis) -> None:
        """The customer forbids a channel at a number or address, and a few think better of it."""
        points = [(each.number, "sms") for each in self._profile.phones]
        points += [(each.address, "email") for each in self._profile.emails]
        points += [(each.number, "call_task") for each in self._profile.phones]
        if points:
            point, channel = points[self._dice.among("objects/to", 0, len(points) - 1)]
            named = next(each for each in CHANNELS if each == channel)
            self._state(at, "objection", ConsentChanged(point, named, allowed=False, source="portal"))
            if self._dice("objects/no more") < 0.2:  # noqa: PLR2004
                again = ConsentChanged(point, named, allowed=True, source="portal")
                self._agenda.add(at + 12 * DAY, partial(self._state, name="consent", fact=again))

    def _report_call(self, at: Millis) -> None:
        """A branch has called on its own account; some reports are written days later."""
        told_at = at + (self._dice.among("called/told", 1, 3) * DAY if self._dice("called/late") < 0.2 else 30 * MINUTE)  # noqa: PLR2004
        report = ContactReported("call_task", "outbound", at, "branch", "reached", "right_party")
        self._agenda.add(told_at, partial(self._state, name="branch call", fact=report))

    def _erase(self, at: Millis) -> None:
        self._erased = True
        self._state(at, "erasure", CustomerErased())

    def _state(self, at: Millis, name: str, fact: Fact) -> None:
        self._publisher.state(at, f"{self._person.customer_id}/{name}/{at}", fact)
