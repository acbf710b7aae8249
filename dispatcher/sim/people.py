"""Invented customers: who they are, how they can be reached, and how they treat a bill."""

from dataclasses import dataclass
from typing import Final, Literal

from dispatcher.sim.dice import Dice
from dispatcher.sim.places import HOMES, Home
from schemas.inbox import EmailPoint, PhonePoint, ProfileStated, QuietSpan
from schemas.values import Channel, Party

Habit = Literal["prompt", "forgetful", "short", "refusing"]

_BASES: Final = ("contract", "contract", "consent", None)
_SEGMENTS: Final = ("mass", "mass", "mass", "premium", "vulnerable")
_GRADES: Final = ("A", "B", "C", "D", "E", None)
_QUIET: Final = (
    (QuietSpan(20 * 60, 10 * 60),),
    (QuietSpan(12 * 60, 14 * 60, (0, 1, 2, 3, 4)),),
    (QuietSpan(22 * 60, 6 * 60), QuietSpan(8 * 60, 13 * 60, (5,))),
)
_ORDERS: Final[tuple[tuple[Channel, ...], ...]] = (("email", "sms"), ("sms",), ("call_task", "email"))
_BLOCKED: Final[tuple[tuple[Channel, ...], ...]] = (("sms",), ("call_task",), ("email", "call_task"))


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """One customer. `zone` is where the clock on the wall is, `dead` are contact points that providers refuse."""

    customer_id: str
    home: Home
    zone: str
    habit: Habit
    profile: ProfileStated
    dead: frozenset[str]


def id_of(number: int) -> str:
    """The customer id at a place of the portfolio."""
    return f"C{number:07d}"


def person(number: int, dice: Dice) -> Person:
    """The customer at a place of the portfolio."""
    home = HOMES[dice.among("home", 0, len(HOMES) - 1)]
    profile = _profile(number, home, dice)
    points = [each.number for each in profile.phones] + [each.address for each in profile.emails]
    return Person(
        customer_id=id_of(number),
        home=home,
        zone=home.zones[dice.among("zone", 0, len(home.zones) - 1)],
        habit=_habit(dice("habit")),
        profile=profile,
        dead=frozenset(point for point in points if dice(f"dead/{point}") < 0.04),  # noqa: PLR2004
    )


def _habit(thrown: float) -> Habit:
    if thrown < 0.55:  # noqa: PLR2004
        return "prompt"
    if thrown < 0.82:  # noqa: PLR2004
        return "forgetful"
    return "short" if thrown < 0.95 else "refusing"  # noqa: PLR2004


def _profile(number: int, home: Home, dice: Dice) -> ProfileStated:
    how = dice.among("points", 0, 99)
    basis = _BASES[dice.among("basis", 0, 3)]
    mobile = PhonePoint(f"+4479{number:08d}", "mobile", basis)
    landline = PhonePoint(f"+4420{number:08d}", "landline", basis)
    phones = (mobile,) if how < 70 else (landline, mobile) if how < 88 else (landline,) if how < 94 else ()  # noqa: PLR2004
    email = EmailPoint(f"c{number}@customers.example", "work" if how % 10 == 0 else "private", basis)
    party: Party = "business" if dice("party") < 0.15 else "consumer"  # noqa: PLR2004
    wish = dice.among("wish", 0, 99)
    return ProfileStated(
        name=f"Customer {number}",
        locale=home.locale,
        party=party,
        country=home.country,
        phones=phones,
        emails=() if how % 12 == 1 else (email,),
        timezone=home.stated,
        region=home.region,
        tier="vip" if dice("vip") < 0.03 else None,  # noqa: PLR2004
        risk_score=round(100 * dice("risk"), 1),
        credit_grade=_GRADES[dice.among("grade", 0, len(_GRADES) - 1)],
        segment=_SEGMENTS[dice.among("segment", 0, len(_SEGMENTS) - 1)],
        channels=_ORDERS[wish % 3] if wish < 12 else (),  # noqa: PLR2004
        quiet_hours=_QUIET[wish % 3] if 12 <= wish < 20 else (),  # noqa: PLR2004
        blocked_channels=_BLOCKED[wish % 3] if 20 <= wish < 24 else (),  # noqa: PLR2004
    )
