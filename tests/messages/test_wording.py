import pytest

from dispatcher.messages.wording import Essentials, absent, improper, indiscreet

ESSENTIALS = Essentials("Northwind", ["£10.00"], "3 Nov", ("020 7946 0000",), "12 Nov")


@pytest.mark.parametrize(
    ("text", "language", "offence"),
    [
        ("Pay or else.", "en", "threat"),
        ("We are forced to act.", "en-GB", "threat"),
        ("You are a DEBTOR.", "en", "insult"),
        ("Pay immediately!", "en", "false urgency"),
        ("We will take you to court.", "en", "legal claim"),
        ("You will be prosecuted.", "en", "legal claim"),
        ("We will tell your employers.", "en", "exposure"),
        ("Pay now!!", "en", "shouting"),
        ("PLEASE ANSWER TODAY", "en", "shouting"),
        ("否则后果自负", "zh-CN", "threat"),
        ("你是老赖", "zh", "insult"),
        ("请立即付款", "zh-CN", "false urgency"),
        ("我们将起诉", "zh-CN", "legal claim"),
        ("将通知您的单位", "zh-CN", "exposure"),
        ("请付款！！", "zh-CN", "shouting"),
    ],
)
def test_improper_phrases_are_found(text, language, offence):
    assert offence in {found.offence for found in improper(text, language)}


@pytest.mark.parametrize(
    "text", ["This is a courtesy call.", "Courtyard", "Thank you!", "We owe you an answer.", "IBAN"]
)
def test_harmless_words_are_not_taken_for_improper_ones(text):
    assert improper(text, "en") == ()


def test_what_the_creditor_declared_true_may_be_said():
    declared = ("Legal action may follow, as stated in your contract.",)
    assert improper(f"If unpaid: {declared[0]}", "en", declared=declared) == ()


@pytest.mark.parametrize("subject", ["Invoice 7: £10.00", "You owe 1,249.00", "EUR 10 open", "账单 ¥1,249.00"])
def test_an_amount_in_a_subject_is_indiscreet_in_any_phase(subject):
    assert indiscreet(subject, "en", "pre_due") != ()


@pytest.mark.parametrize(
    ("subject", "language"), [("Your debt", "en"), ("Overdue invoice", "en"), ("您的欠款", "zh-CN")]
)
def test_a_subject_that_tells_of_debt_is_indiscreet_in_collection(subject, language):
    assert (indiscreet(subject, language, "overdue"), bool(indiscreet(subject, language, "collection"))) == ((), True)


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
