"""What others typed stays text: it is neither run, nor markup, nor a header, nor a link."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.messages.rendering import Templates
from schemas.inbox import BillLine
from tests.messages.samples import claim, invoice
from tests.messages.samples import policy as sample_policy

TEMPLATES = Templates()
POLICY = sample_policy()

typed = st.text(st.sampled_from("ab{}%<>&\"'\n\r\t\x00\x1b\u2028\u202e.:/#-中😀 "), max_size=60) | st.text(max_size=60)


def everything(text):
    """A claim in which every text from outside is the given one."""
    bill = invoice(number=text or "n", description=text, lines=(BillLine(text, 1),), pay_url=text)
    return {"invoices": (bill,), "name": text, "customer_id": text or "c"}


def all_texts(text):
    mail = TEMPLATES.render(claim("email", **everything(text)), POLICY)
    sms = TEMPLATES.render(claim("sms", **everything(text)), POLICY)
    script = TEMPLATES.script(claim("call_task", **everything(text)), POLICY)
    return mail, sms, script


@pytest.mark.parametrize("typed_in", ["{{ 7*7 }}", "{% raw %}", "{# x #}", "{{ config }}"])
def test_template_syntax_from_outside_is_shown_and_not_run(typed_in):
    mail, sms, script = all_texts(typed_in)
    assert all(typed_in in text for text in (mail.text, sms.text, script))
    assert "49" not in sms.text.replace("1,249", "")


def test_markup_from_outside_is_escaped():
    mail, _, _ = all_texts('<b onclick="x">O\'Neil & Sons</b>')
    assert ("<b " in mail.html, "&lt;b onclick=&#34;x&#34;&gt;" in mail.html) == (False, True)


def test_a_link_with_a_quote_cannot_leave_its_attribute():
    hostile = invoice(pay_url='https://pay.northwind.example/"><script>alert(1)</script>')
    assert "<script" not in TEMPLATES.render(claim("email", invoices=(hostile,)), POLICY).html


def test_a_line_break_from_outside_never_reaches_the_subject():
    subject = TEMPLATES.render(claim("email", **everything("1\r\nBcc: all@evil.example")), POLICY).subject
    assert ("\n" in subject, "\r" in subject) == (False, False)


def test_a_link_from_outside_reaches_no_text():
    mail, sms, script = all_texts("win https://evil.example/x now")
    assert not any("evil" in text for text in (mail.subject, mail.text, mail.html, sms.text, script))


@given(typed)
@settings(max_examples=60)
def test_whatever_is_typed_texts_stay_printable_and_within_their_limits(text):
    mail, sms, _ = all_texts(text)
    assert (len(sms.text) <= 1600, len(mail.subject) <= 150) == (True, True)
    assert [char for char in sms.text + mail.subject if ord(char) < 32 or char in "\u2028\u202e"] == []


@given(typed)
@settings(max_examples=60)
def test_whatever_is_typed_adds_no_element_to_the_page(text):
    plain, hostile = (
        TEMPLATES.render(claim("email", **everything(each)), POLICY).html for each in ("plain", f"plain{text}")
    )
    assert hostile.count("<") <= plain.count("<")


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_very_long_texts_are_cut(channel):
    message = TEMPLATES.render(claim(channel, **everything("word " * 800)), POLICY)
    assert len(message.text) <= 1600
    assert "…" in message.text or "..." in message.text


def test_a_chinese_sms_with_an_astral_name_still_fits():
    bill = invoice(number="😀" * 400)
    assert len(TEMPLATES.render(claim("sms", locale="zh-CN", invoices=(bill,)), POLICY).text) <= 1600
