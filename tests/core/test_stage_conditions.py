"""For whom a stage is meant: classes, tiers, amounts and what the profile says."""

import pytest

from dispatcher.core.policy import Policy, PolicyProblems, parse
from dispatcher.core.stages import schedule, standing
from dispatcher.core.zones import place_of
from schemas.inbox import EmailPoint, InvoiceSettled
from tests.core.builders import day, known, overdue, stage_text, staged, with_stages

DUE = day("2026-03-10")
BERLIN = place_of("Europe/Berlin", "DE", None)


def contacted(rules: Policy, until="2026-03-17 12:00", amount=5000, **changes) -> list[str]:
    story = known(rules, "2026-03-16 11:00", **changes)
    story.hear(overdue(amount=amount))
    story.until(until)
    return [claim.stage.id for claim in story.claims]


ONLY = {
    "party": ('party = "business"', {"party": "business"}, {}),
    "segments": ('segments = ["s"]', {"segment": "s"}, {"segment": "t"}),
    "stated_tiers": ('stated_tiers = ["vip"]', {"tier": "vip"}, {}),
    "min_risk_score": ("min_risk_score = 70", {"risk_score": 70.0}, {"risk_score": 69.0}),
    "min_amount": ("min_amount = { EUR = 5001 }", {"amount": 5001}, {"amount": 5000}),
    "max_amount": ("max_amount = { EUR = 5000 }", {"amount": 5000}, {"amount": 5001}),
    "an amount in another currency": ("min_amount = { EUR = 5000 }", {"amount": 5000}, {"amount": 4999}),
    "tiers": ('tiers = ["intense"]', {"amount": 100_000}, {"amount": 99_999}),
    "unreachable_by": ('unreachable_by = ["sms", "call_task"]', {"phones": ()}, {}),
}


@pytest.mark.parametrize("what", ONLY)
def test_a_stage_is_only_for(what):
    only, holds, fails = ONLY[what]
    rules = staged(stage_text("special", 7, f"only = {{ {only} }}"))
    assert [contacted(rules, **each) for each in (holds, fails)] == [["special"], []]


def test_an_amount_in_a_currency_that_is_not_listed_is_neither_large_nor_small():
    for only in ("min_amount = { USD = 1 }", "max_amount = { USD = 999999 }"):
        assert contacted(staged(stage_text("special", 7, f"only = {{ {only} }}"))) == []


def test_a_stage_that_is_not_meant_for_an_invoice_does_not_end_the_one_before_it():
    rules = staged(stage_text("one", 7), stage_text("large", 8, "only = { min_amount = { EUR = 900000 } }"))
    skipped = standing(rules, BERLIN, DUE, (), DUE + 30, True, 0b10)
    assert (skipped.due.id, skipped.missed) == ("one", ())


def test_a_stage_that_is_not_meant_for_an_invoice_is_not_missed():
    rules = staged(stage_text("large", 7, "only = { min_amount = { EUR = 900000 } }"), stage_text("all", 20))
    story = known(rules, "2026-04-08 11:00")
    story.hear(overdue())
    assert story.said() == [("claimed", "due", "all")]


def test_alternatives_may_share_a_day():
    rules = staged(
        stage_text("large", 7, "only = { min_amount = { EUR = 10000 } }"),
        stage_text("small", 7, "only = { max_amount = { EUR = 9999 } }"),
    )
    assert [contacted(rules, amount=amount) for amount in (10_000, 9_999)] == [["large"], ["small"]]


def test_an_amount_that_shrinks_makes_a_stage_not_meant_any_more():
    rules = staged(stage_text("large", 7, "only = { min_amount = { EUR = 5000 } }"))
    story = known(rules, "2026-03-16 11:00")
    story.hear(overdue(), InvoiceSettled("I-1", 4000, "EUR", "payment", 0))
    story.until("2026-03-20 11:00")
    assert story.claims == []


def test_a_tier_that_time_alone_changes_opens_its_stage_on_that_day():
    rules = staged(
        stage_text("worse", 2, 'only = { tiers = ["intense"] }'),
        changes=(("when = { min_amount = { EUR = 100000 } }", "when = { min_days_overdue = 8 }"),),
    )
    story = known(rules, "2026-03-12 11:00")
    story.hear(overdue())
    story.until("2026-03-30 11:00")
    assert [claim.claimed_at // 86_400_000 - 20454 for claim in story.claims] == [day("2026-03-18") - day("2026-01-01")]


def test_when_nothing_of_the_ladder_is_meant_for_an_invoice_it_is_done():
    rules = staged(stage_text("special", 7, 'only = { party = "business" }'))
    story = known(rules, "2026-03-16 11:00")
    story.hear(overdue())
    assert story.verdict == ("suppressed", "ladder_done", None)


def test_a_class_bounds_the_days_of_a_stage():
    rules = staged(stage_text("mid", 14, 'only = { classes = ["medium"] }'))
    plan = schedule(rules, DUE, BERLIN)
    assert (plan.starts[0] - DUE, plan.ends[0] - DUE) == (31, 61)


def test_neighbouring_classes_are_one_range():
    rules = staged(stage_text("late", 14, 'only = { classes = ["medium", "severe"] }'))
    plan = schedule(rules, DUE, BERLIN)
    assert (plan.starts[0] - DUE, plan.ends[0] > DUE + 9999) == (31, True)


def test_a_stage_may_begin_and_end_with_a_class():
    rules = staged(stage_text("mid", '{ class = "medium" }', 'until = { class = "medium" }'))
    plan = schedule(rules, DUE, BERLIN)
    assert (plan.starts[0] - DUE, plan.ends[0] - DUE) == (31, 61)


OWN_CLASSES = """[[classes]]
id = "young"
from = 1
to = 10

[[classes]]
id = "old"
from = 11

"""


def test_a_policy_may_have_classes_of_its_own():
    rules = parse(with_stages(OWN_CLASSES + stage_text("late", '{ class = "old" }')))
    assert schedule(rules, DUE, BERLIN).starts[0] - DUE == 11


WRONG = {
    "a gap between classes": (OWN_CLASSES.replace("from = 11", "from = 12"), "classes[1].from"),
    "an overlap of classes": (OWN_CLASSES.replace("from = 11", "from = 10"), "classes[1].from"),
    "a class after one without end": (OWN_CLASSES.replace("to = 10\n", ""), "classes[1].from"),
    "a class that ends before it begins": (OWN_CLASSES.replace("from = 11", "from = 11\nto = 10"), "classes[1].to"),
    "a class twice": (OWN_CLASSES.replace('"old"', '"young"'), "classes[1].id"),
    "an unknown class": (stage_text("s", 40, 'only = { classes = ["nobody"] }'), "stages[0].only.classes"),
    "classes apart": (stage_text("s", 40, 'only = { classes = ["light", "severe"] }'), "stages[0].only.classes"),
    "an unknown class as the begin": (stage_text("s", '{ class = "nobody" }'), "stages[0].when"),
    "the end of a class without end": (stage_text("s", 70, 'until = { class = "severe" }'), "stages[0].until"),
    "two moments": (stage_text("s", '{ days = 3, class = "light" }'), "stages[0].when"),
    "a tier that no rule gives": (stage_text("s", 7, 'only = { tiers = ["nobody"] }'), "stages[0].only.tiers"),
    "a class before the due date": (stage_text("s", -3, 'only = { classes = ["light"] }'), "stages[0].only.classes"),
    "a mandatory stage of a class that ends": (
        stage_text("s", 7, "mandatory = true", 'only = { classes = ["light"] }'),
        "stages[0].mandatory",
    ),
    "a mandatory stage that is skipped": (
        stage_text("s", 7, "mandatory = true", 'missed = "skip"'),
        "stages[0].mandatory",
    ),
    "an unknown condition": (stage_text("s", 7, "only = { age = 3 }"), "stages[0].only.age"),
    "one day for two stages without conditions": (stage_text("a", 7) + stage_text("b", 7), "stages[1].when"),
    "an earlier day": (stage_text("a", 7) + stage_text("b", 6, 'only = { party = "business" }'), "stages[1].when"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_a_policy_may_not_state(what):
    stages, path = WRONG[what]
    stages += "" if 'id = "s"' in stages or 'id = "a"' in stages else stage_text("any", 7)
    found = parse(with_stages(stages))
    assert isinstance(found, PolicyProblems)
    assert path in [problem.path for problem in found.problems]


def test_a_stage_for_the_unreachable_is_for_those_whose_only_address_is_at_work_too():
    rules = staged(stage_text("letter", 7, 'only = { unreachable_by = ["email"] }', 'channels = { default = ["sms"] }'))
    assert contacted(rules, emails=(EmailPoint("w@x.example", "work"),)) == ["letter"]
