"""A policy tried on a part of the customers, then rolled out or taken back: nobody's contact is lost, none is made twice."""

from collections import Counter
from functools import cache

import pytest

from dispatcher.core.decide import Decision, decide
from dispatcher.core.policy import Policy, parse
from schemas.inbox import AttemptAccepted
from schemas.state import EMPTY
from tests.core.builders import LIVE, POLICY, arrival, at, due, overdue, profile

STAGES = POLICY[POLICY.index("[[stages]]") : POLICY.index("[windows.sms]")]
MAIL_FIRST = STAGES.replace('default = ["sms", "email"]', 'default = ["email", "sms"]')
TRIAL = "\n[variants.mail_first]\nshare = 30\n" + MAIL_FIRST.replace(
    "[[stages]]", "[[variants.mail_first.policy.stages]]"
)

CUSTOMERS = [f"C-{number}" for number in range(60)]
BEGIN, END = at("2026-03-01 00:00"), at("2026-05-15 00:00")
SWITCHES = [
    ("2026-03-02 12:00", "2026-03-07 07:00"),
    ("2026-03-02 12:00", "2026-03-10 07:30"),
    ("2026-03-10 07:30", "2026-03-11 10:30"),
    ("2026-03-02 12:00", "2026-03-30 00:00"),
]
"""When the trial begins and ends: before or amid the cases, in the hour of a contact, after days or weeks."""


def rules(text: str) -> Policy:
    parsed = parse(text)
    assert isinstance(parsed, Policy), str(parsed)
    return parsed


ALONE, TRIED, ROLLED_OUT = rules(POLICY), rules(POLICY + TRIAL), rules(POLICY.replace(STAGES, MAIL_FIRST))


class Life:
    """One customer with one invoice, planned at every wake-up and at every change of the policy."""

    def __init__(self, customer_id: str) -> None:
        self.customer_id = customer_id
        self.customer = EMPTY
        self.claims: list[tuple[str, str, str]] = []
        self.variants: set[str | None] = set()
        self.to_come = [(BEGIN, (profile(), due())), (at("2026-03-11 06:00"), (overdue(),))]

    def turn(self, policy: Policy, now: int, *facts: object) -> Decision:
        heard = [arrival(fact, now) for fact in facts]
        made = decide(self.customer_id, self.customer, heard, policy, now, LIVE)
        self.customer = made.customer
        self.claims += [(claim.stage.id, claim.channel, claim.attempt_id) for claim in made.claims]
        self.variants |= {each.variant for each in made.records if each.result == "claimed"}
        if made.open_claims:
            return self.turn(policy, now, *(AttemptAccepted(each, "p", "r") for each in made.open_claims))
        return made

    def until(self, policy: Policy, begin: int, end: int) -> None:
        now, facts = begin, ()
        while now < end:
            if self.to_come and self.to_come[0][0] <= now:
                facts = self.to_come.pop(0)[1]
            made = self.turn(policy, now, *facts)
            facts = ()
            now = min(made.wake_at or END, self.to_come[0][0] if self.to_come else END)


@cache
def lived(*course: tuple[str, Policy]) -> dict[str, Life]:
    """Everybody, under one policy after the other, each from its instant on."""
    lives = {}
    ends = [at(begin) for begin, _ in course[1:]] + [END]
    for name in CUSTOMERS:
        life = lives[name] = Life(name)
        for (begin, policy), end in zip(course, ends, strict=True):
            life.until(policy, at(begin), end)
    return lives


def courses(trial: tuple[str, str], then: Policy) -> dict[str, Life]:
    begin, end = trial
    return lived(("2026-03-01 00:00", ALONE), (begin, TRIED), (end, then))


ways = pytest.mark.parametrize("then", [ROLLED_OUT, ALONE], ids=["rolled out", "taken back"])
trials = pytest.mark.parametrize("trial", SWITCHES, ids=[" to ".join(each) for each in SWITCHES])


def stages(lives: dict[str, Life]) -> Counter[tuple[str, str]]:
    return Counter((name, stage) for name, life in lives.items() for stage, _, _ in life.claims)


@ways
@trials
def test_every_contact_is_made_once_whatever_is_tried(trial, then):
    assert stages(courses(trial, then)) == stages(lived(("2026-03-01 00:00", ALONE)))


def test_a_case_that_runs_is_not_drawn_into_a_trial():
    lives = courses(("2026-03-12 00:00", "2026-05-14 00:00"), ALONE)
    assert {variant for life in lives.values() for variant in life.variants} == {None}


def test_cases_that_begin_during_the_trial_live_under_it_by_its_share():
    lives = lived(("2026-03-01 00:00", TRIED))
    tried = [life for life in lives.values() if life.variants == {"mail_first"}]
    assert 0.15 < len(tried) / len(lives) < 0.45


def test_who_is_under_trial_is_contacted_by_its_rules_and_the_others_by_those_in_force():
    firsts = {(life.claims[0][1], *life.variants) for life in lived(("2026-03-01 00:00", TRIED)).values()}
    assert firsts == {("email", "mail_first"), ("sms", None)}


def test_after_the_roll_out_everybody_lives_under_the_new_rules():
    lives = lived(("2026-03-01 00:00", ALONE), ("2026-03-06 12:00", TRIED), ("2026-03-07 00:00", ROLLED_OUT))
    assert {life.claims[0][1] for life in lives.values()} == {"email"}
