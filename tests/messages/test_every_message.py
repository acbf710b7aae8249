"""Every built-in template, said about one invoice and about three, in every language."""

import re
from html import unescape

import pytest

from dispatcher.messages.facts import PAY_WITHIN_DAYS
from dispatcher.messages.formats import formats
from dispatcher.messages.sms_segments import segments
from dispatcher.messages.sms_text import sms_text
from dispatcher.messages.tone import improper
from dispatcher.messages.wording import Essentials, absent, indiscreet, seen_on_a_locked_screen
from tests.messages.samples import CONSEQUENCE, CREDITOR, DAYS, DUE, PAY_URL, PHASES, THREE, claim, invoice
from tests.messages.samples import policy as sample_policy

LANGUAGES = {"en-GB": ("en", "en_GB"), "zh-CN": ("zh-CN", "zh_Hans_CN"), "es-MX": ("es", "es_MX")}

every = [
    pytest.mark.parametrize("message", PHASES),
    pytest.mark.parametrize("locale", LANGUAGES),
    pytest.mark.parametrize("invoices", [(invoice(),), THREE], ids=["one", "three"]),
]


def over_every_message(test):
    for mark in every:
        test = mark(test)
    return test


def essentials(message, locale, invoices, *, sms=False):
    written = formats(LANGUAGES[locale][1])
    sums = {}
    for _, each in invoices:
        sums[each.currency] = sums.get(each.currency, 0) + each.amount_due
    today = DUE + DAYS.get(message, 0)
    pay_by = today + PAY_WITHIN_DAYS
    return Essentials(
        creditor=CREDITOR["display_name"],
        amounts=[
            sms_text(written.money(amount, currency)) if sms else written.money(amount, currency)
            for currency, amount in sums.items()
        ],
        due=written.short_date(DUE, today) if sms else written.date(DUE),
        contacts=(CREDITOR["phone"], CREDITOR["email"]),
        pay_by=written.short_date(pay_by, today) if sms else written.date(pay_by),
    )


@over_every_message
def test_an_sms_holds_what_it_must_and_nothing_improper(templates, policy, message, locale, invoices):
    text = templates.render(claim("sms", message, invoices=invoices, locale=locale), policy).text
    expected = essentials(message, locale, invoices, sms=True)
    assert absent(text, locale, "sms", PHASES[message], expected) == ()
    assert improper(text, locale) == ()


@over_every_message
def test_an_email_holds_what_it_must_and_nothing_improper(templates, policy, message, locale, invoices):
    mail = templates.render(claim("email", message, invoices=invoices, locale=locale), policy)
    expected = essentials(message, locale, invoices)
    for text in (mail.text, unescape(mail.html)):
        assert absent(text, locale, "email", PHASES[message], expected) == ()
        assert improper(text, locale, declared=tuple(CONSEQUENCE.values())) == ()


@over_every_message
def test_a_script_holds_what_it_must_and_nothing_improper(templates, policy, message, locale, invoices):
    script = templates.script(claim("call_task", message, invoices=invoices, locale=locale), policy)
    expected = essentials(message, locale, invoices)
    assert absent(script, locale, "call_task", PHASES[message], expected) == ()
    headings_may_shout = {"shouting"}
    found = improper(script, locale, declared=tuple(CONSEQUENCE.values()))
    assert [each for each in found if each.offence not in headings_may_shout] == []


@pytest.mark.parametrize("message", PHASES)
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_the_last_day_to_pay_counts_in_spanish_as_in_the_other_languages(templates, policy, message, channel):
    told = templates.render(claim(channel, message, locale="es-MX"), policy)
    day = essentials(message, "es-MX", (invoice(),), sms=channel == "sms").pay_by
    assert f"antes del {day}" not in f"{told.subject} {told.text}".replace("antes del: ", "antes del ")


@over_every_message
def test_a_subject_tells_nothing_to_who_sees_the_screen(templates, policy, message, locale, invoices):
    mail = templates.render(claim("email", message, invoices=invoices, locale=locale), policy)
    assert (indiscreet(mail.subject, locale, PHASES[message]), bool(mail.subject)) == ((), True)


@over_every_message
def test_the_preview_of_an_email_tells_nothing(templates, policy, message, locale, invoices):
    """S20"""
    page = templates.render(claim("email", message, locale=locale, invoices=invoices), policy).html
    preview = unescape(re.sub(r"<[^>]+>", "", page.partition("<body")[2].partition(">")[2])).strip()[:120]
    assert (indiscreet(preview, locale, "collection"), bool(preview)) == ((), True)


@over_every_message
def test_an_sms_begins_with_neither_an_amount_nor_a_debt(templates, policy, message, locale, invoices):
    """S20"""
    text = templates.render(claim("sms", message, locale=locale, invoices=invoices), policy).text
    assert indiscreet(seen_on_a_locked_screen(text, locale), locale, PHASES[message]) == ()


@over_every_message
def test_identification_comes_before_anything_about_the_account(templates, policy, message, locale, invoices):
    script = templates.script(claim("call_task", message, invoices=invoices, locale=locale), policy)
    identify = min(script.find(part) % 10_000 for part in ("IDENTIFY FIRST", "先核实身份", "PRIMERO, IDENTIFICAR"))
    assert identify < script.index("2026-110")


@pytest.mark.parametrize("message", PHASES)
@pytest.mark.parametrize("invoices", [(invoice(),), (invoice(0), invoice(1), invoice(2))], ids=["one", "three"])
@pytest.mark.parametrize("locale", ["en-GB", "es-MX"])
def test_an_english_or_spanish_sms_takes_at_most_two_gsm_parts(templates, policy, message, invoices, locale):
    carried = segments(templates.render(claim("sms", message, invoices=invoices, locale=locale), policy).text)
    assert (carried.encoding, carried.parts <= 2) == ("GSM-7", True)


@pytest.mark.parametrize("message", PHASES)
@pytest.mark.parametrize("invoices", [(invoice(),), (invoice(0), invoice(1), invoice(2))], ids=["one", "three"])
def test_a_chinese_sms_takes_at_most_two_parts(templates, message, invoices):
    chinese = sample_policy(display_name="北风能源")
    text = templates.render(claim("sms", message, invoices=invoices, locale="zh-CN"), chinese).text
    assert segments(text).parts <= 2


@over_every_message
def test_no_text_shows_the_seams_of_its_template(templates, policy, message, locale, invoices):
    mail = templates.render(claim("email", message, invoices=invoices, locale=locale), policy)
    sms = templates.render(claim("sms", message, invoices=invoices, locale=locale), policy)
    script = templates.script(claim("call_task", message, invoices=invoices, locale=locale), policy)
    for text in (mail.subject, mail.text, mail.html, sms.text, script):
        assert [seam for seam in ("{{", "{%", "None", "  .", "。。", "，。", "\n\n\n", "[]") if seam in text] == []


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("message", [key for key, phase in PHASES.items() if phase != "pre_due"])
def test_declared_consequences_stand_in_letters_and_scripts_once_something_is_overdue(
    templates, policy, message, locale
):
    mail = templates.render(claim("email", message, locale=locale), policy)
    script = templates.script(claim("call_task", message, locale=locale), policy)
    sentence = CONSEQUENCE[LANGUAGES[locale][0]]
    assert all(sentence in text for text in (mail.text, mail.html, script))


@pytest.mark.parametrize("message", ["pre_due", "due_day"])
def test_no_consequences_before_anything_is_overdue(templates, policy, message):
    mail = templates.render(claim("email", message), policy)
    assert CONSEQUENCE["en"] not in mail.text


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("message", PHASES)
def test_the_link_to_pay_is_in_every_written_message(templates, policy, message, locale):
    sms = templates.render(claim("sms", message, locale=locale), policy)
    mail = templates.render(claim("email", message, locale=locale), policy)
    assert all(PAY_URL in text for text in (sms.text, mail.text, mail.html))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_lines_of_the_bill_stand_in_an_email(templates, policy, locale):
    mail = templates.render(claim("email", locale=locale), policy)
    rows = ("Energy", "£1,000.00", "Network", "£249.00") if locale == "en-GB" else ("Energy", "Network")
    assert all(row in text for row in rows for text in (mail.text, mail.html))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_heading_of_an_invoice_is_a_line_of_its_own(templates, policy, locale):
    lines = templates.render(claim("email", locale=locale), policy).text.splitlines()
    heading = next(number for number, line in enumerate(lines) if line.endswith("2026-110"))
    assert lines[heading + 1] == "  Electricity in October"
