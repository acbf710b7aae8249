import pytest

from dispatcher.messages.wording import Essentials, absent, indiscreet

ESSENTIALS = Essentials("Northwind", ["£10.00"], "3 Nov", ("020 7946 0000",), "12 Nov")


@pytest.mark.parametrize("subject", ["Invoice 7: £10.00", "You owe 1,249.00", "EUR 10 open", "账单 ¥1,249.00"])
def test_an_amount_in_a_subject_is_indiscreet_in_any_phase(subject):
    assert indiscreet(subject, "en", "pre_due") != ()


@pytest.mark.parametrize(
    ("subject", "language"),
    [("Your debt", "en"), ("Overdue invoice", "en"), ("您的欠款", "zh-CN"), ("Su deuda", "es-MX")],
)
def test_a_subject_that_tells_of_debt_is_indiscreet_after_the_due_date(subject, language):
    assert [bool(indiscreet(subject, language, phase)) for phase in ("pre_due", "overdue", "collection")] == [
        False,
        True,
        True,
    ]


def test_dates_and_numbers_of_invoices_are_no_amounts():
    assert indiscreet("Your invoice 2026-110 is due on 3 November 2026", "en", "pre_due") == ()


COMPLETE = "Northwind: £10.00, due 3 Nov, pay by 12 Nov. Questions? 020 7946 0000. Reply STOP to opt out."


def test_a_complete_sms_lacks_nothing():
    assert absent(COMPLETE, "en", "sms", "overdue", ESSENTIALS) == ()


@pytest.mark.parametrize(
    ("removed", "name"),
    [
        ("Northwind", "the creditor's name"),
        ("£10.00", "the amount £10.00"),
        ("3 Nov", "the due date"),
        ("020 7946 0000", "how to reach the creditor"),
        ("12 Nov", "the date to pay by"),
        ("Reply STOP", "how to opt out"),
    ],
)
def test_whatever_is_left_out_is_named(removed, name):
    assert absent(COMPLETE.replace(removed, ""), "en", "sms", "overdue", ESSENTIALS) == (name,)


def test_a_script_that_does_not_listen_is_incomplete():
    script = "Northwind £10.00 3 Nov 020 7946 0000 12 Nov IDENTIFY FIRST Reason Willingness Ability RECORD THE RESULT"
    assert absent(script, "en", "call_task", "overdue", ESSENTIALS) == ("the part 'LISTEN'",)
