"""Every contact that is made, held against everything that had arrived by then: which promise of the product it breaks."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from dispatcher.sim.checking.clock import permitted, same_period, wall_clock, wants_quiet
from dispatcher.sim.checking.heard import Heard
from dispatcher.sim.checking.instalments import Plans, instalment_due_on, running_plans
from dispatcher.sim.checking.ruling import DAY, HOUR, CapRule, HoldRule, Ruling
from dispatcher.sim.checking.thanks import PAYMENT, PLAN, Thanks
from schemas.inbox import Arrival, HoldPlaced, ProfileStated

Invariant = Literal[
    "quiet_hours",
    "cap",
    "min_gap",
    "settled",
    "erased",
    "opted_out",
    "hold",
    "promise",
    "plan",
    "stage_twice",
    "channels_at_once",
    "no_profile",
    "wrong_point",
    "variant_switched",
    "acknowledgement",
]
INVARIANTS: Final[tuple[Invariant, ...]] = get_args(Invariant)
_AT_ONCE: Final = 60_000


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """A contact as the outside world sees it: a message that left, or a task that somebody was given.

    `decided_at` is when it was asked for, `at` when it happened (both milliseconds since the epoch); `invoice_ids` are the
    debts of which it speaks. `reached`: it was not refused by the provider. `hour_matters`: not for a letter, or a hand-over
    to counsel or an agency, which reach nobody by themselves. Attempts of one contact, by one channel after the other, share
    its `contact_id`. `variant` is the one that the journal names.
    """

    at: int
    decided_at: int
    channel: str
    contact_point: str
    stage: str
    invoice_ids: tuple[str, ...]
    creditor_id: str
    reached: bool
    hour_matters: bool = True
    variant: str | None = None
    contact_id: str = ""


class Checker:
    """Judges the contacts with one customer, who lives in `zone` whatever the profile says."""

    def __init__(self, ruling: Ruling, zone: str) -> None:
        self._whole = self._ruling = ruling
        self._zone = zone
        self._heard = Heard()
        self._made: list[Made] = []
        self._stages: dict[tuple[str, int | None, str], list[Made]] = {}
        self._thanks = Thanks()

    def hears(self, arrival: Arrival) -> None:
        """An event reached the dispatcher."""
        self._heard.hears(arrival)

    def judge(self, made: Made) -> list[Invariant]:
        """What the contact breaks, each invariant once."""
        self._ruling = self._whole.variants[made.variant] if made.variant else self._whole
        broken = [*self._person(made), *self._debt(made)]
        if any(each.variant != made.variant and self._same_case(each) for each in self._made[-1:]):
            broken.append("variant_switched")
        if made.reached:
            if made.hour_matters:
                broken += self._frequency(made)
                self._made.append(made)
            if made.stage in (PAYMENT, PLAN):
                self._thanks.said(made.stage, made.invoice_ids, self._heard)
            for each in made.invoice_ids:
                self._stages.setdefault(self._step(made, each), []).append(made)
        return broken

    def _same_case(self, earlier: Made) -> bool:
        """Whether something that an earlier contact was about is open still."""
        return any(self._heard.open_amount(each) for each in earlier.invoice_ids)

    def _person(self, made: Made) -> list[Invariant]:
        broken: list[Invariant] = []
        if self._heard.erased():
            broken.append("erased")
        profile = self._heard.profile()
        if profile is None:
            return [*broken, "no_profile"]
        if not made.hour_matters:
            return broken
        clock = wall_clock(self._zone, made.at)
        closed = not permitted(self._ruling, made.channel, profile.country, profile.region, clock)
        if closed or wants_quiet(profile.quiet_hours, clock):
            broken.append("quiet_hours")
        bases = _bases(profile)
        is_point = made.contact_point.startswith("+") or "@" in made.contact_point  # a visit names none
        if is_point and made.contact_point not in bases:
            broken.append("wrong_point")
        if self._is_barred(made, profile, bases.get(made.contact_point)):
            broken.append("opted_out")
        return broken

    def _is_barred(self, made: Made, profile: ProfileStated, basis: str | None) -> bool:
        allowed = self._heard.allowed(made.channel, made.contact_point)
        if made.channel in profile.blocked_channels or allowed is False:
            return True
        if made.channel not in self._ruling.consent_required or allowed:
            return False
        return basis not in self._ruling.accepted_bases

    def _debt(self, made: Made) -> list[Invariant]:
        broken: list[Invariant] = []
        plans = running_plans(self._heard, self._ruling, self._zone, made.at)
        about = set(made.invoice_ids)
        for instalment in about & plans.instalments.keys():
            about.update(plans.instalments[instalment])
        debts = [each for each in made.invoice_ids if each not in plans.instalments]
        if any(self._holds(placed_at, hold, made, about) for placed_at, hold in self._heard.holds()):
            broken.append("hold")
        if made.stage in (PAYMENT, PLAN):  # neither a payment nor an agreement stands in the way of a thank-you
            unfounded = self._thanks.unfounded(made.stage, made.invoice_ids, self._heard, self._ruling)
            return [*broken, "acknowledgement"] if unfounded else broken
        return [*broken, *self._asking(made, debts, about, plans)]

    def _asking(self, made: Made, debts: list[str], about: set[str], plans: Plans) -> list[Invariant]:
        broken: list[Invariant] = []
        if any(self._heard.open_amount(each) == 0 for each in debts):
            broken.append("settled")
        today = wall_clock(self._zone, made.at).date().toordinal()
        for promise in self._heard.promises():
            last = promise.promised_on + self._ruling.promise_grace_days
            if today <= last and not about.isdisjoint(promise.invoice_ids):
                broken.append("promise")
                break
        if not plans.resting.isdisjoint(debts):
            broken.append("plan")
        if any(self._repeats(made, self._stages.get(self._step(made, each), [])) for each in made.invoice_ids):
            broken.append("stage_twice")
        return broken

    def _holds(self, placed_at: int, hold: HoldPlaced, made: Made, about: set[str]) -> bool:
        targets = {"customer": None, "invoice": about, "contact_point": {made.contact_point}}[hold.scope]
        rule = self._ruling.holds.get(hold.kind, HoldRule(None, 0))
        phase = self._ruling.phases.get(made.stage.partition(".")[0], "")
        until = hold.until
        if until is None and rule.days:
            until = placed_at + rule.days * DAY
        if hold.kind == "deceased":
            until = None
        in_force = (until is None or until > made.at) and (rule.phases is None or phase in rule.phases)
        return in_force and (targets is None or hold.target in targets)

    def _repeats(self, made: Made, before: list[Made]) -> bool:
        """Whether a stage comes twice: by another contact, or by one channel more often than the stage has attempts."""
        alike = sum(each.channel == made.channel for each in before)
        most = self._ruling.attempts.get(made.stage.partition(".")[0], 1)
        return alike >= most or any(each.contact_id != made.contact_id for each in before)

    def _step(self, made: Made, debt: str) -> tuple[str, int | None, str]:
        return debt, self._due_on(debt), made.stage

    def _due_on(self, debt: str) -> int | None:
        due_on = self._heard.due_on(debt)
        return instalment_due_on(self._heard, debt) if due_on is None else due_on

    def _frequency(self, made: Made) -> list[Invariant]:
        broken: list[Invariant] = []
        stage = made.stage.partition(".")[0]
        gap = self._ruling.gaps.get(stage, self._ruling.min_gap)
        others = [each for each in self._made if each.contact_id != made.contact_id]
        times = [each.decided_at for each in others] + [at for at, _ in self._heard.contacts_of_others()]
        if any(0 <= made.decided_at - at < gap for at in times):
            broken.append("min_gap")
        if any(self._is_over(cap, made) for cap in self._ruling.caps):
            broken.append("cap")
        for other in self._made:
            near = made.at - other.at < _AT_ONCE and made.channel != other.channel
            if near and not set(made.invoice_ids).isdisjoint(other.invoice_ids):
                broken.append("channels_at_once")
                break
        return broken

    def _is_over(self, cap: CapRule, made: Made) -> bool:
        if made.channel not in cap.channels:
            return False
        before = [each for each in self._made if each.channel in cap.channels]
        if cap.scope == "debt":
            debts: list[list[Made]] = [[each for each in before if one in each.invoice_ids] for one in made.invoice_ids]
        elif cap.scope in ("creditor", "account"):
            debts = [[each for each in before if each.creditor_id == made.creditor_id]]
        elif cap.scope == "point":
            debts = [[each for each in before if each.contact_point == made.contact_point]]
        else:
            debts = [before]
        others = [at for at, channel in self._heard.contacts_of_others() if channel in cap.channels]
        return any(self._is_full(cap, made, [*(each.decided_at for each in of), *others]) for of in debts)

    def _is_full(self, cap: CapRule, made: Made, times: list[int]) -> bool:
        times = [at for at in times if at <= made.decided_at]
        if cap.window.startswith("calendar_"):
            now = wall_clock(self._zone, made.decided_at)
            within = [at for at in times if same_period(cap.window, wall_clock(self._zone, at), now)]
        else:
            length = int(cap.window[:-1]) * (HOUR if cap.window.endswith("h") else DAY)
            within = [at for at in times if at > made.decided_at - length]
        return len(within) >= cap.most


def _bases(profile: ProfileStated) -> dict[str, str | None]:
    return {phone.number: phone.basis for phone in profile.phones} | {
        email.address: email.basis for email in profile.emails
    }
