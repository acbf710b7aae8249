from dataclasses import replace as changed
from pathlib import Path

import pytest

from dispatcher.messages.facts import LISTED_INVOICES, LISTED_LINES
from dispatcher.messages.rendering import Templates
from schemas.inbox import BillLine
from tests.messages.samples import PAY_URL, PHASES, claim, invoice, stage_saying
from tests.messages.samples import policy as sample_policy

CREDIT_NOTE = invoice(3, kind="credit_note", number="CN-7", amount_due=24900, lines=(), pay_url=None)


def test_an_sms_goes_to_the_contact_point_from_the_creditors_number(templates, policy):
    message = templates.render(claim("sms"), policy)
    assert (message.recipient, message.sender, message.attempt_id, message.channel) == (
        "+447700900001",
        "+447700900000",
        "c1.1",
        "sms",
    )


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_message_names_its_customer_and_contact(templates, policy, channel):
    message = templates.render(claim(channel), policy)
    assert (message.customer_id, message.contact_id) == ("C-1", "c1")


def test_an_sms_has_neither_subject_nor_html(templates, policy):
    message = templates.render(claim("sms"), policy)
    assert (message.subject, message.html, message.headers) == (None, None, ())


def test_an_email_names_the_creditor_as_sender_and_takes_replies_and_opt_outs(templates, policy):
    message = templates.render(claim("email"), policy)
    assert (message.sender, message.sender_name) == ("billing@northwind.example", "Northwind")
    assert message.headers == (
        ("Reply-To", "care@northwind.example"),
        ("List-Unsubscribe", "<mailto:care@northwind.example?subject=unsubscribe>"),
    )


def test_a_message_is_valid_until_its_contact_window_ends(templates, policy):
    message = templates.render(claim("sms", claimed_at=1_000_000, not_after=1_090_000), policy)
    assert message.validity_s == 90


def test_a_call_task_is_no_message(templates, policy):
    with pytest.raises(ValueError, match="call task"):
        templates.render(claim("call_task"), policy)


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh-CN", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-SG", "zh-CN"),
        ("zh-Hans-HK", "zh-CN"),
        ("zh-TW", "en"),
        ("es", "es"),
        ("es-MX", "es"),
        ("es-ES", "es"),
        ("en-US", "en"),
        ("en", "en"),
        ("de-DE", "en"),
        ("not a locale", "en"),
        ("", "en"),
    ],
)
def test_the_words_are_in_the_customers_language_or_else_english(templates, policy, locale, language):
    assert templates.render(claim("sms", locale=locale), policy).locale == language


@pytest.mark.parametrize(
    ("locale", "due"), [("en-GB", "3 November 2026"), ("en-US", "November 3, 2026"), ("de-DE", "November 3, 2026")]
)
def test_dates_follow_the_customers_country_where_the_language_is_theirs(templates, policy, locale, due):
    assert due in templates.render(claim("email", locale=locale), policy).text


@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("phase", ["pre_due", "overdue", "collection"])
def test_a_message_without_templates_is_said_in_the_words_of_its_phase(templates, policy, channel, phase):
    own = claim(channel, stage=stage_saying("our_own_idea", phase), days_overdue=4)
    generic = claim(channel, stage=stage_saying(phase, phase), days_overdue=4)
    assert templates.render(own, policy).text == templates.render(generic, policy).text


def test_messages_that_will_be_said_generically_are_known_beforehand(templates):
    stages = """
    [[stages]]
    id = "special"
    phase = "collection"
    when = { days = 90 }
    channels = { default = ["sms"] }
    tone = "formal"
    message = "frim"
    responsible = "desk"
    """
    assert templates.generic(sample_policy(stages=stages)) == (("special", "sms"),)


def test_a_foreign_link_is_left_out_of_everything(templates, policy):
    foreign = (invoice(pay_url="https://pay.northwind.evil.example/x"),)
    mail = templates.render(claim("email", invoices=foreign), policy)
    sms = templates.render(claim("sms", invoices=foreign), policy)
    assert not any("evil" in text for text in (mail.text, mail.html, sms.text))


def test_links_left_out_are_reported():
    reported = []
    templates = Templates(on_links_left_out=reported.append)
    mixed = (
        invoice(0, pay_url="https://evil.example/"),
        invoice(1, pay_url="http://pay.northwind.example/"),
        invoice(2),
    )
    templates.render(claim("sms", invoices=mixed), sample_policy())
    assert reported == [2]


def test_nothing_is_reported_where_every_link_is_the_creditors_or_absent():
    reported = []
    templates = Templates(on_links_left_out=reported.append)
    templates.render(claim("sms", invoices=(invoice(0), invoice(1, pay_url=None))), sample_policy())
    assert reported == []


def test_an_sms_carries_a_link_only_if_it_pays_for_everything(templates, policy):
    apart = (invoice(0), invoice(1, pay_url=PAY_URL + "9"))
    assert "https://" not in templates.render(claim("sms", invoices=apart), policy).text


def test_credit_notes_are_listed_and_taken_off(templates, policy):
    mail = templates.render(claim("email", invoices=(invoice(), CREDIT_NOTE)), policy)
    assert [part in mail.text for part in ("CN-7: £249.00", "Total after credit notes: £1,000.00")] == [True, True]


def test_an_sms_says_that_credit_notes_are_deducted(templates, policy):
    text = templates.render(claim("sms", invoices=(invoice(), CREDIT_NOTE)), policy).text
    assert "£1,000.00" in text
    assert "Credit notes of £249.00 are already deducted." in text


def test_a_credit_note_in_another_currency_changes_nothing(templates, policy):
    foreign = (CREDIT_NOTE[0], invoice(3, kind="credit_note", currency="USD", number="CN-7")[1])
    mail = templates.render(claim("email", invoices=(invoice(), foreign)), policy)
    assert "CN-7" not in mail.text


def test_totals_of_different_currencies_are_never_added(templates, policy):
    two = (invoice(0, amount_due=100), invoice(1, amount_due=200, currency="EUR"))
    mail = templates.render(claim("email", invoices=two), policy)
    assert ("Total: £1.00" in mail.text, "Total: €2.00" in mail.text, "3.00" in mail.text) == (True, True, False)


def test_the_oldest_invoice_gives_the_date(templates, policy):
    text = templates.render(claim("sms", invoices=(invoice(2), invoice(0), invoice(1))), policy).text
    assert "oldest due 3 Nov (2 days overdue)" in text


def test_an_invoice_that_is_not_overdue_yet_says_so_by_silence(templates, policy):
    mail = templates.render(claim("email", invoices=(invoice(0), invoice(9)), days_overdue=2), policy)
    assert mail.text.count("Days overdue:") == 1


def test_one_day_is_singular(templates, policy):
    assert "(1 day overdue)" in templates.render(claim("sms", days_overdue=1), policy).text


def test_a_date_of_another_year_shows_its_year_in_an_sms(templates, policy):
    text = templates.render(claim("sms", "severe", days_overdue=300), policy).text
    assert "3 Nov 2026" in text


def test_many_invoices_are_listed_up_to_a_limit_and_counted(templates, policy):
    many = tuple(invoice(number) for number in range(LISTED_INVOICES + 5))
    mail = templates.render(claim("email", invoices=many), policy)
    assert (mail.text.count("Due date:"), "And 5 more invoices." in mail.text) == (LISTED_INVOICES, True)


def test_many_lines_are_listed_up_to_a_limit_and_counted(templates, policy):
    lines = tuple(BillLine("Reading", 1) for _ in range(LISTED_LINES + 1))
    mail = templates.render(claim("email", invoices=(invoice(lines=lines),)), policy)
    assert (mail.text.count("Reading"), "and 1 more line" in mail.text) == (LISTED_LINES, True)


def test_a_sender_that_cannot_be_answered_names_another_way_out(templates):
    text = templates.render(claim("sms"), sample_policy(sms_from="NORTHWIND")).text
    assert ("STOP" in text, "To opt out, contact us." in text) == (False, True)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-GB", "instalment 2 of the payment plan"),
        ("zh-CN", "付款计划第2期"),
        ("es-MX", "cuota 2 del plan de pago"),
    ],
)
def test_an_instalment_of_a_plan_is_called_one(templates, policy, locale, said):
    obligation = ("P-7/2", invoice(plan="P-7")[1])
    text = templates.render(claim("sms", invoices=(obligation,), locale=locale), policy).text
    assert (said in text, "2026-110" in text) == (True, False)


@pytest.mark.parametrize("message", PHASES)
def test_an_instalment_is_one_of_your_plan_and_not_your_one_of_the_plan(templates, policy, message):
    owed = {"message": message, "invoices": (("P-7/2", invoice(plan="P-7")[1]),)}
    mail = templates.render(claim("email", **owed), policy)
    script = templates.script(claim("call_task", **owed), policy)
    assert [said for said in (mail.subject, mail.text, script) if "our instalment 2" in said] == []


def test_a_letter_lists_an_instalment_as_one(templates, policy):
    mail = templates.render(claim("email", invoices=(("P-7/2", invoice(plan="P-7")[1]),)), policy)
    assert all("Instalment 2 of your payment plan" in text for text in (mail.text, mail.html))


def test_invoices_below_their_minimum_are_listed_apart_and_counted_in_the_total(templates, policy):
    small = changed(policy, minimum_amount={"default": 1, "GBP": 500})
    said = claim("email", invoices=(invoice(0), invoice(1, amount_due=450)))
    mail = templates.render(said, small)
    apart = mail.text.partition("too small for a reminder of its own:")[2]
    assert ("2026-111: £4.50" in apart, "Total: £1,253.50" in apart, mail.text.count("Amount due:")) == (True, True, 1)


def test_invoices_that_are_all_below_their_minimum_are_listed_as_ever(templates, policy):
    large = changed(policy, minimum_amount={"default": 1_000_000})
    mail = templates.render(claim("email", invoices=(invoice(0), invoice(1))), large)
    assert ("too small" in mail.text, mail.text.count("Amount due:")) == (False, 2)


LONG_LINK = "https://pay.northwind.example/" + "x" * 160


@pytest.mark.parametrize(
    ("most", "kept", "left_out"),
    [
        (4, ("difficulty paying?", "Credit notes", LONG_LINK), ()),
        (3, (LONG_LINK, "Reply STOP"), ("difficulty paying?",)),
        (2, ("£1,000.00", "020 7946 0000.", "Reply STOP"), ("Credit notes", LONG_LINK)),
    ],
)
def test_an_sms_that_is_too_long_is_said_without_what_it_can_do_without(templates, policy, most, kept, left_out):
    bills = (invoice(pay_url=LONG_LINK), CREDIT_NOTE)
    text = templates.render(claim("sms", "severe", invoices=bills), changed(policy, sms_max_parts=most)).text
    assert ([part for part in kept if part not in text], [part for part in left_out if part in text]) == ([], [])


def test_an_sms_that_cannot_be_short_enough_keeps_what_it_must_say(templates, policy):
    text = templates.render(claim("sms"), changed(policy, sms_max_parts=1)).text
    assert [part for part in ("Northwind", "£1,249.00", "2 days", "12 Nov", "STOP") if part not in text] == []


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_the_opt_out_line_is_left_out_where_the_creditor_asks_for_none(templates, channel):
    text = templates.render(claim(channel), without_opt_out_line()).text
    assert ("STOP" in text, "unsubscribe" in text) == (False, False)


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_duty_brings_the_opt_out_line_back(templates, channel):
    text = templates.render(claim(channel, opt_out_line=True), without_opt_out_line()).text
    assert "STOP" in text or "unsubscribe" in text


def without_opt_out_line():
    policy = sample_policy()
    return changed(policy, creditors={"default": changed(policy.creditors["default"], opt_out_line=False)})


def test_an_agency_says_that_it_acts_for_another(templates):
    agency = sample_policy(party="third_party")
    assert "acting for the company that issued the invoice" in templates.render(claim("email"), agency).text


def test_the_postal_address_is_shown_where_there_is_one(templates):
    mail = templates.render(claim("email"), sample_policy(postal_address="1 Example Street"))
    assert ("1 Example Street" in mail.text, "1 Example Street" in mail.html) == (True, True)


def test_consequences_in_another_language_are_not_mixed_in(templates):
    only_english = sample_policy()
    default = changed(only_english.creditors["default"], consequences={"en": ("A fee is added.",)})
    policy = changed(only_english, creditors={"default": default})
    assert "fee" not in templates.render(claim("email", locale="zh-CN"), policy).text


def test_the_example_policy_speaks_in_words_of_its_own(templates):
    from dispatcher.core.policy import Policy, parse  # noqa: PLC0415

    text = (Path(__file__).parents[2] / "deploy" / "policy.example.toml").read_text(encoding="utf-8")
    example = parse(text)
    assert isinstance(example, Policy)
    assert templates.generic(example) == ()


def test_the_repr_of_a_message_shows_nobody(templates, policy):
    shown = repr(templates.render(claim("email"), policy))
    assert not any(secret in shown for secret in ("ana@", "Ana", "1,249"))
