"""What billing and desks publish on its way to the dispatcher: delayed, late, repeated, and so out of order."""

from typing import Final

from dispatcher.sim.agenda import Agenda
from dispatcher.sim.dice import Dice
from schemas.inbox import Arrival, Cause, ContactReported, Fact
from schemas.values import Millis

SECOND: Final[Millis] = 1_000
MINUTE: Final[Millis] = 60 * SECOND
HOUR: Final[Millis] = 60 * MINUTE
DAY: Final[Millis] = 24 * HOUR


class Publisher:
    """The events of one customer. `published`, `late` and `repeated` count them."""

    def __init__(self, agenda: Agenda, dice: Dice) -> None:
        self._agenda = agenda
        self._dice = dice
        self._ids: set[str] = set()
        self.published = 0
        self.late = 0
        self.repeated = 0

    def state(self, at: Millis, name: str, fact: Fact) -> None:
        """Publish a fact that is stated at an instant; `name` is its id, and the same fact has the same fate everywhere."""
        while name in self._ids:
            name += "+"
        self._ids.add(name)
        self.published += 1
        arrival = Arrival(at * 1000, Cause("", 0, self.published, "/sim", name), fact)
        fate = self._dice.among(f"fate/{name}", 0, 9_999)
        on_the_way = SECOND + fate * 7
        if fate < 150:  # noqa: PLR2004  1.5 %: hours or days late
            on_the_way += fate * 30 * MINUTE
            self.late += 1
        self._agenda.add(at + on_the_way, arrival)
        if fate % 50 == 1:  # 2 %: the very event again, up to ten days later
            self.repeated += 1
            self._agenda.add(at + on_the_way + fate * 90 * SECOND, arrival)
        elif fate % 50 == 2 and not isinstance(fact, ContactReported):  # noqa: PLR2004  2 %: the statement under a new id
            self.repeated += 1
            again = Arrival(arrival.at, Cause("", 0, self.published, "/sim", f"{name}/again"), fact)
            self._agenda.add(at + on_the_way + fate * 90 * SECOND, again)
