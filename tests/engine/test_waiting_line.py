"""Who is next: mandatory stages, then creditor by creditor; and nobody is starved."""

from dispatcher.engine.waiting_line import WaitingLine
from tests.engine.sending_stories import job


def order(line):
    taken = []
    while (each := line.take()) is not None:
        taken.append(each.claim.attempt_id)
    return taken


def line(*jobs):
    made = WaitingLine()
    for each in jobs:
        made.put(each)
    return made


def test_a_creditors_claims_keep_their_order():
    assert order(line(job("1"), job("2"), job("3"))) == ["1", "2", "3"]


def test_creditors_take_turns():
    assert order(line(job("a1", "A"), job("a2", "A"), job("a3", "A"), job("b1", "B"))) == ["a1", "b1", "a2", "a3"]


def test_a_mandatory_stage_goes_before_all_that_wait():
    assert order(line(job("a1", "A"), job("b1", "B"), job("m", "A", mandatory=True))) == ["m", "a1", "b1"]


def test_after_seven_mandatory_ones_in_a_row_one_of_the_others_goes():
    mandatory = [job(f"m{n}", mandatory=True) for n in range(9)]
    assert order(line(job("a1"), *mandatory)).index("a1") == 7


def test_who_could_not_start_is_next_again():
    made = line(job("a1", "A"), job("b1", "B"), job("a2", "A"))
    first = made.take()
    made.put_back(first)
    assert order(made) == ["a1", "b1", "a2"]


def test_those_whose_time_is_over_are_taken_out():
    made = line(job("a1", "A"), job("b1", "B"), job("m", mandatory=True))
    gone = made.remove(lambda each: each.claim.attempt_id in {"a1", "m"})
    assert ({each.claim.attempt_id for each in gone}, order(made)) == ({"a1", "m"}, ["b1"])


def test_an_empty_line_says_so():
    made = line(job("a1"))
    before = bool(made)
    made.take()
    assert (before, bool(made), made.take()) == (True, False, None)
