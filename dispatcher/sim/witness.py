"""Who sees every contact with one customer: the checker, the tally, and whoever compares two policies."""

from dataclasses import dataclass, field

from dispatcher.core.claim import Claim
from dispatcher.sim.checking.checker import Checker, Made
from dispatcher.sim.tally import Breach, Tally


@dataclass(slots=True)
class Witness:
    """The contacts of one customer, and what they break."""

    customer_id: str
    checker: Checker
    tally: Tally
    contacts: list[Made] = field(default_factory=list)

    def sees(self, claim: Claim, made: Made) -> None:
        """A contact was made; one that the provider refused is judged and not counted."""
        broken = self.checker.judge(made)
        if broken:
            self.tally.breach(Breach(self.customer_id, made.at, claim.stage.id, claim.channel, tuple(broken)))
        if made.reached:
            self.contacts.append(made)
            self.tally.contact(made)
