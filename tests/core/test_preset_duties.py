"""What jurisdictions ask beside hours and caps, from the table's column of duties, and what remains for people."""

import pytest
from msgspec.structs import replace

from dispatcher.core.jurisdictions import catalogue
from dispatcher.core.policy import PolicyProblems, parse
from schemas.inbox import AttemptAccepted, AttemptRejected, PhonePoint
from tests.core.builders import DAY, HOUR, MINUTE, PHONE, POLICY, Story, due, known, overdue, policy, stage_text
from tests.core.test_presets import ALWAYS, vars_of

THIRD_PARTY = ('country = "GB"\n', 'country = "GB"\nparty = "third_party"\n')
HOURS = "".join(
    f"[windows.{channel}]\nweekday = {ALWAYS}\nsaturday = {ALWAYS}\nsunday = {ALWAYS}\nholiday = {ALWAYS}\n"
    for channel in ("sms", "email", "call_task")
)
NOON = "2026-03-11 16:00"  # noon of a Wednesday in Toronto


def ontario(*stages: str, party=THIRD_PARTY):
    """A policy that allows everything at any hour, of an agency, with these stages; the law of Ontario stands beside it."""
    text = POLICY[: POLICY.index("[[stages]]")] + "".join(stages) + HOURS
    text = 'presets = ["ca-on"]\n' + text.replace("min_gap_hours = 20", "min_gap_hours = 0").replace(*party)
    return policy((POLICY, text))


FIRST = stage_text("first", 1, 'channels = { default = ["sms", "email"] }')
SECOND = stage_text("second", 4, 'channels = { default = ["sms", "email"] }')


def owing(*stages: str, start=NOON, **more) -> Story:
    story = known(ontario(*(stages or (FIRST, SECOND))), start, **vars_of("ca-on"), **more)
    story.hear(overdue(due_on="2026-03-10"))
    return story


def accept(story: Story) -> None:
    story.hear(*(AttemptAccepted(each, "stand-in", "ref") for each in story.last.open_claims))


def contacts(story: Story) -> list[tuple]:
    return [(each.stage.id, each.channel) for each in story.claims]


def test_in_ontario_the_first_contact_is_in_writing_whatever_the_ladder_says():
    assert contacts(owing()) == [("first", "email")]


def test_in_ontario_nobody_is_texted_or_called_before_the_notice():
    story = owing(emails=())
    record = story.records[-1]
    assert (contacts(story), record.result, record.reasons[0].code) == ([], "suppressed", "notice_first")


@pytest.mark.parametrize(("minutes", "made"), [(-1, 1), (0, 2), (1, 2)])
def test_in_ontario_six_days_pass_after_the_notice_to_the_minute(minutes, made):
    story = owing()
    accept(story)
    story.now += 6 * DAY + minutes * MINUTE
    story.turn()
    assert len(story.claims) == made


def test_what_waits_for_the_six_days_says_so_and_until_when():
    story = owing()
    accept(story)
    story.now += 4 * DAY
    story.turn()
    record = story.records[-1]
    assert (record.reasons[0].code, record.reasons[0].rule, f"{record.next_at:%m-%d %H:%M}") == (
        "notice_first",
        "presets.ca-on.first_notice",
        "03-17 16:00",
    )


def test_after_the_six_days_the_ladder_counts_again():
    story = owing()
    accept(story)
    story.until("2026-03-17 18:00")
    assert contacts(story) == [("first", "email"), ("second", "sms")]


def test_a_notice_that_was_refused_is_none():
    story = owing()
    story.hear(AttemptRejected(story.claims[0].attempt_id, "stand-in", "content", "filtered"))
    story.now += 7 * DAY
    story.turn()
    assert contacts(story) == [("first", "email"), ("second", "email")]


def test_a_debt_of_which_the_ledger_has_forgotten_the_notice_had_it_long_ago():
    story = owing()
    accept(story)
    story.now += 5 * DAY
    story.customer = replace(story.customer, contacts=())
    story.turn()
    assert contacts(story) == [("first", "email"), ("second", "sms")]


def test_a_further_debt_needs_a_notice_of_its_own():
    story = owing()
    accept(story)
    story.now += 7 * DAY
    story.hear(overdue("I-2", "2026-03-17"))
    assert (contacts(story)[1:], story.claims[1].invoices[-1][0]) == ([("second", "email")], "I-2")


def test_the_law_of_agencies_does_not_bind_a_creditor():
    story = known(ontario(FIRST, SECOND, party=("[", "[")), NOON, **vars_of("ca-on"))
    story.hear(overdue(due_on="2026-03-10"))
    assert contacts(story) == [("first", "sms")]


def test_before_the_due_date_no_notice_is_asked_for():
    story = known(ontario(stage_text("early", -3, 'channels = { default = ["sms"] }'), FIRST), NOON, **vars_of("ca-on"))
    story.hear(due(due_on="2026-03-14"))
    assert contacts(story) == [("early", "sms")]


def test_a_copy_of_a_notice_that_was_given_back_is_no_second_contact():
    story = owing()
    story.hear(AttemptRejected(story.claims[0].attempt_id, "stand-in", "recipient", "unknown"))
    story.now += HOUR
    story.turn()
    assert contacts(story) == [("first", "email")]


FORBIDDING = [each for each in catalogue().values() if each.text.forbidden_contact_points]


@pytest.mark.parametrize("preset", FORBIDDING, ids=lambda preset: preset.id)
def test_a_preset_that_forbids_points_at_work_binds_towards_consumers_who_are_never_contacted_there(preset):
    assert preset.text.debtors == ("consumer",)


def test_a_consumer_is_not_called_at_work_where_that_is_the_only_number():
    story = known(start="2026-03-11 10:00", phones=(PhonePoint(PHONE, "work"),), emails=())
    story.hear(overdue())
    assert (story.claims, story.verdict[1]) == ([], "no_reachable_channel")


HOLDS = {
    "a breathing space that stops calls alone": ("uk", '[holds.breathing_space]\nphases = ["collection"]'),
    "a breathing space of 30 days": ("uk", "[holds.breathing_space]\ndefault_days = 30"),
    "a dispute that lets notices pass": ("us-ma", '[holds.dispute]\nphases = ["collection"]'),
    "an attorney's notice that lets notices pass": ("us-reg-f", '[holds.legal]\nphases = ["collection"]'),
    "a death that stops nothing before collection": ("kr-pda", '[holds.deceased]\nphases = ["collection"]'),
}


@pytest.mark.parametrize("what", HOLDS)
def test_a_policy_whose_holds_stop_less_than_its_presets_ask_for_is_refused(what):
    preset, section = HOLDS[what]
    found = parse(f'presets = ["{preset}"]\n{POLICY}\n{section}\n')
    assert isinstance(found, PolicyProblems)
    assert [each.path.partition(".")[0] for each in found.problems] == ["holds"]


@pytest.mark.parametrize(
    "section",
    [
        "[holds.breathing_space]\ndefault_days = 60",
        "[holds.breathing_space]\ndefault_days = 90",
        "[holds.breathing_space]\ndefault_days = 0",
        '[holds.breathing_space]\nphases = ["overdue", "collection"]',
    ],
)
def test_holds_that_stop_as_much_or_more_are_taken(section):
    assert not isinstance(parse(f'presets = ["uk"]\n{POLICY}\n{section}\n'), PolicyProblems)


def test_without_the_preset_a_policy_may_say_less():
    assert not isinstance(parse(f"{POLICY}\n[holds.breathing_space]\ndefault_days = 30\n"), PolicyProblems)
