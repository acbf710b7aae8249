"""Thank-yous: a payment was received, a plan was agreed. They ask for nothing, in any language."""

from html import unescape

import pytest

from dispatcher.core.claim import PaymentReceived, PlanNoted
from dispatcher.messages.rendering import load
from dispatcher.messages.sms_segments import segments
from dispatcher.messages.tone import improper
from dispatcher.messages.wording import indiscreet, seen_on_a_locked_screen
from schemas.inbox import InstalmentDue
from tests.messages.samples import CONSEQUENCE, CREDITOR, DUE, claim, invoice

LOCALES = ["en-GB", "zh-CN", "es-ES"]
PAID = PaymentReceived(10_000, "GBP")
PLAN = PlanNoted((InstalmentDue(DUE + 30, 50_000), InstalmentDue(DUE + 60, 74_900)), "GBP")


def thanks(templates, policy, channel, acknowledges, *, locale="en-GB", left=24_900):
    """The text for a payment that left so much open."""
    said = claim(channel, "severe", locale=locale, invoices=(invoice(amount_due=left),), acknowledges=acknowledges)
    return templates.render(said, policy)


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_payment_is_acknowledged_with_what_remains(templates, policy, channel):
    """S23"""
    text = thanks(templates, policy, channel, PAID).text
    assert [part for part in ("received your payment of £100.00", "Still to pay: £249.00.") if part not in text] == []


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_the_last_payment_is_acknowledged_without_an_amount_that_remains(templates, policy, channel):
    text = thanks(templates, policy, channel, PAID, left=0).text
    assert ("Nothing remains open." in text, "£0.00" in text, "Invoice 2026-110" in text) == (True, False, False)


def test_what_remains_is_never_added_up_over_currencies(templates, policy):
    two = (invoice(0, amount_due=100), invoice(1, amount_due=200, currency="EUR"), invoice(2, amount_due=0))
    text = templates.render(claim("sms", invoices=two, acknowledges=PAID), policy).text
    assert "Still to pay: £1.00 and €2.00." in text


def test_an_agreed_plan_is_acknowledged_with_its_dates(templates, policy):
    """S23"""
    mail = thanks(templates, policy, "email", PLAN)
    for text in (mail.text, unescape(mail.html).replace("<strong>", "").replace("</strong>", "")):
        assert [part for part in ("3 December 2026: £500.00", "2 January 2027: £749.00") if part not in text] == []
    assert "2 instalments, £1,249.00 in all, the first on 3 December 2026" in mail.text


def test_an_sms_about_a_plan_names_its_first_date(templates, policy):
    assert "2 instalments, £1,249.00 in all, the first on 3 Dec." in thanks(templates, policy, "sms", PLAN).text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("acknowledges", [PAID, PLAN], ids=["payment", "plan"])
def test_a_thank_you_asks_for_nothing(templates, policy, locale, acknowledges):
    mail = thanks(templates, policy, "email", acknowledges, locale=locale)
    pressing = ("pay by", "overdue", "If payment", "逾期", "如未付款", "a más tardar", "retraso", *CONSEQUENCE.values())
    assert [part for part in pressing if part in mail.text or part in mail.html] == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("acknowledges", [PAID, PLAN], ids=["payment", "plan"])
def test_a_thank_you_is_civil_discreet_and_says_who_writes(templates, policy, locale, acknowledges):
    sms = thanks(templates, policy, "sms", acknowledges, locale=locale).text
    mail = thanks(templates, policy, "email", acknowledges, locale=locale)
    assert (improper(sms, locale), improper(mail.text, locale)) == ((), ())
    seen = (seen_on_a_locked_screen(sms, locale), mail.subject)
    assert [indiscreet(each, locale, "collection") for each in seen] == [(), ()]
    assert CREDITOR["display_name"] in sms
    assert segments(sms).parts <= 2


def test_an_own_thank_you_that_names_no_payment_is_refused(tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "acknowledgement.sms.txt").write_text("{% block message %}Thanks.{% endblock %}")
    (found,) = load([tmp_path]).problems
    assert found.wrong == "the payment that was received is missing"
