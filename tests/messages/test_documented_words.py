"""What the source documents require of the words: each test names its line of deploy/requirements.md."""

import pytest

from dispatcher.messages.tone import improper
from tests.messages.samples import CONSEQUENCE, PAY_URL, PHASES, claim, invoice


@pytest.fixture
def notice(templates, policy):
    return templates.render(claim("email", "notice", invoices=(invoice(),), locale="en-GB"), policy)


def test_a_notice_says_amount_days_overdue_and_pay_by_date(notice):
    """S12 and S2"""
    assert [part for part in ("£", "overdue", "by") if part not in notice.text] == []


def test_a_notice_states_the_consequences_that_the_creditor_declared(notice):
    """S12"""
    assert CONSEQUENCE["en"] in notice.text


def test_an_email_holds_the_detail_of_the_bill(notice):
    """S11"""
    assert PAY_URL in notice.text


@pytest.mark.parametrize("message", PHASES)
def test_no_message_is_rude(templates, policy, message: str):
    """S13"""
    text = templates.render(claim("sms", message, invoices=(invoice(),), locale="en-GB"), policy).text
    assert improper(text, "en-GB") == ()


def test_a_caller_is_asked_to_listen_and_to_ask_for_the_reason(templates, policy):
    """S18"""
    script = templates.script(claim("call_task", "first_contact", invoices=(invoice(),), locale="en-GB"), policy)
    assert "reason" in script.lower() or "why" in script.lower()


def test_a_caller_says_nothing_before_knowing_who_answers(templates, policy):
    """S20"""
    script = templates.script(claim("call_task", "first_contact", invoices=(invoice(),), locale="en-GB"), policy)
    assert "£" not in script.partition("I am calling")[0]


@pytest.mark.parametrize("message", PHASES)
def test_the_subject_names_no_amount(templates, policy, message: str):
    """S20"""
    subject = templates.render(claim("email", message, invoices=(invoice(),), locale="en-GB"), policy).subject
    assert "£" not in subject


def test_every_message_says_how_to_answer(notice):
    """S44"""
    assert "care@northwind.example" in notice.text
