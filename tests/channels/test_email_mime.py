"""The bytes of an e-mail."""

import dataclasses
import re
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import callback_token
from channels.email_mime import ATTEMPT_HEADER, encoded, envelope_address, message_id, named_by
from channels.protocol import Message, Rejected

MESSAGE = Message(
    "a-1",
    "email",
    "kim@example.com",
    "Grüße,\nInvoice 4711 is due.\n.\nBye\n",
    "en",
    sender_name="Müller & Söhne, GmbH",
    subject="Rechnung für März",
    html="<p>Grüße, 逾期</p>",
)
SENDER = "bills@creditor.example"
TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), min_size=1, max_size=200)
ALWAYS = {"From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version"}


def encode(**changes):
    return encoded(dataclasses.replace(MESSAGE, **changes), "kim@example.com", SENDER)


def read(payload):
    return message_from_bytes(payload, policy=default)


def test_plain_text_comes_first_and_html_beside_it():
    assert [part.get_content_type() for part in read(encode()).iter_parts()] == ["text/plain", "text/html"]


def test_a_trace_is_no_part_of_a_mail():
    assert encode(trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") == encode()


def test_the_text_arrives_as_it_was_written():
    assert read(encode()).get_body(("plain",)).get_content().replace("\r\n", "\n") == MESSAGE.text


def test_the_html_arrives_as_it_was_written():
    assert read(encode()).get_body(("html",)).get_content().strip() == MESSAGE.html


def test_a_message_without_html_is_plain_text():
    assert read(encode(html=None)).get_content_type() == "text/plain"


def test_names_and_subjects_may_be_in_any_script():
    mail = read(encode(subject="逾期通知", sender_name="Żółć"))
    assert (mail["Subject"], mail["From"].addresses[0].display_name) == ("逾期通知", "Żółć")


def test_a_name_with_a_comma_is_one_sender():
    assert [each.addr_spec for each in read(encode())["From"].addresses] == [SENDER]


def test_it_says_that_it_was_sent_by_a_program():
    assert read(encode())["Auto-Submitted"] == "auto-generated"


def test_further_headers_are_added():
    mail = read(encode(headers=(("List-Unsubscribe", "<https://pay.example/u/1>"),)))
    assert mail["List-Unsubscribe"] == "<https://pay.example/u/1>"


# --- the way out

MAILTO = ("List-Unsubscribe", "<mailto:care@creditor.example?subject=unsubscribe>")
URL = "https://remind.example/u/" + "gAAAAABn" * 30


def test_a_mail_program_can_end_the_mails_with_one_click():
    mail = read(encode(unsubscribe_url=URL))
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (f"<{URL}>", "List-Unsubscribe=One-Click")


def test_the_address_of_the_click_comes_before_other_ways_and_is_not_encoded():
    payload = encode(unsubscribe_url=URL, headers=(MAILTO,))
    assert f"List-Unsubscribe: <{URL}>,\r\n {MAILTO[1]}\r\n".encode() in payload


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080"])
def test_a_trial_on_one_machine_has_the_same_way_out(origin):
    mail = read(encode(unsubscribe_url=f"{origin}/u/1"))
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (
        f"<{origin}/u/1>",
        "List-Unsubscribe=One-Click",
    )


@pytest.mark.parametrize(
    "url",
    [
        None,
        "http://remind.example/u/1",
        "http://localhost.example/u/1",
        "http://127.0.0.1@remind.example/u/1",
        "https://",
        "https://remind.example/u/1>, <mailto:all@example.com",
        "https://remind.example/u/1\r\nBcc: all@example.com",
        "https://remind.example/ü",
    ],
)
def test_without_an_https_address_there_is_no_click_and_the_other_way_stays(url):
    mail = read(encode(unsubscribe_url=url, headers=(MAILTO,)))
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (MAILTO[1], None)


@pytest.mark.parametrize("name", ["List-Unsubscribe-Post", "x-reminder-attempt", "message-id"])
def test_a_header_of_ours_cannot_be_said_twice(name):
    assert encode(headers=((name, "x"),)) == Rejected("content", "unencodable")


# --- whose it is


def test_a_mail_says_whose_attempt_it_is_so_that_its_bounce_does():
    assert callback_token.read(read(encode(customer_id="C-1"))[ATTEMPT_HEADER]) == ("C-1", "a-1")


def test_an_id_that_no_line_holds_is_left_out():
    payload = encode(customer_id="客" * 300)
    assert ATTEMPT_HEADER not in read(payload)
    assert max(map(len, payload.split(b"\r\n"))) <= 998


def test_a_mail_to_nobody_in_particular_does_not():
    assert read(encode())[ATTEMPT_HEADER] is None


# --- styles


def test_style_sheets_are_written_into_the_elements():
    mail = read(encode(html="<style>p{color:#1f2933}</style><p>Due</p>"))
    assert '<p style="color: #1f2933;">Due</p>' in mail.get_body(("html",)).get_content()


def test_rules_for_narrow_screens_stay():
    mail = read(encode(html="<style>@media (max-width:600px){p{margin:0}}</style><p>Due</p>"))
    assert "@media (max-width:600px)" in mail.get_body(("html",)).get_content()


def test_a_page_without_a_style_sheet_is_sent_as_it_is():
    page = "<!DOCTYPE html><p  style='color:red'>Due"
    assert read(encode(html=page)).get_body(("html",)).get_content().strip() == page


def test_the_bytes_are_the_same_each_time():
    assert encode() == encode()


def test_every_byte_passes_a_server_without_8bitmime():
    assert encode().isascii()


def test_every_line_ends_with_crlf():
    assert b"\n" not in encode().replace(b"\r\n", b"")


@given(st.text(max_size=3000))
def test_no_line_is_longer_than_smtp_allows(text):
    payload = encode(text=text)
    assert isinstance(payload, Rejected) or max(map(len, payload.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Invoice\r\nBcc: everybody@example.com"},
        {"subject": "Invoice\nBcc: everybody@example.com"},
        {"subject": "Invoice\x00"},
        {"subject": "Invoice\u2028Bcc: everybody@example.com"},
        {"sender_name": "Bills\r\nBcc: everybody@example.com"},
        {"headers": (("X-Note", "a\r\nBcc: everybody@example.com"),)},
        {"headers": (("X-Note\r\nBcc", "everybody@example.com"),)},
    ],
)
def test_a_control_character_in_a_header_is_refused(changes):
    assert encode(**changes) == Rejected("content", "control-character")


@pytest.mark.parametrize("name", ["", "X Note", "X:Note", "Überschrift"])
def test_a_header_name_that_is_none_is_refused(name):
    assert encode(headers=((name, "x"),)) == Rejected("content", "header")


def test_a_second_recipient_cannot_be_added_by_a_header():
    assert encode(headers=(("To", "everybody@example.com"),)) == Rejected("content", "unencodable")


@given(subject=st.text(), name=st.text(), attempt=st.text(min_size=1), value=st.text())
def test_no_text_makes_a_header_of_its_own(subject, name, attempt, value):
    payload = encode(subject=subject, sender_name=name, attempt_id=attempt, headers=(("X-Note", value),))
    if not isinstance(payload, Rejected):
        head = payload.split(b"\r\n\r\n", 1)[0]
        names = {line.split(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))}
        assert names == ALWAYS | {"Content-Type", "X-Note"}


@given(TEXT)
def test_an_attempt_has_one_message_id_of_legal_characters(attempt):
    local, _, domain = message_id(attempt, SENDER).strip("<>").rpartition("@")
    assert domain == "creditor.example"
    assert re.fullmatch(r"[A-Za-z0-9%~_-]+(\.[A-Za-z0-9%~_-]+)*", local)


@given(TEXT)
def test_a_message_id_gives_the_attempt_back(attempt):
    assert named_by(message_id(attempt, SENDER)) == attempt


@pytest.mark.parametrize(
    "foreign",
    ["", "a-1", "<a-1>", "<a b@x>", "<CAF+x=1@mail.gmail.com>", "<%61-1@creditor.example>", "<a-1@x@y>", "<%FF@x>"],
)
def test_a_message_id_of_somebody_else_names_nothing(foreign):
    assert named_by(foreign) is None


@given(st.lists(TEXT, min_size=2, max_size=2, unique=True))
def test_different_attempts_have_different_message_ids(attempts):
    assert message_id(attempts[0], SENDER) != message_id(attempts[1], SENDER)


def test_a_long_message_id_stays_in_one_piece():
    attempt = "c" * 120
    assert f"<{attempt}@creditor.example>".encode() in encode(attempt_id=attempt)


# --- addresses


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("kim@example.com", "kim@example.com"),
        ("kim.doe+bills@mail.example.com", "kim.doe+bills@mail.example.com"),
        ("kim@bücher.example", "kim@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_written_in_ascii(address, written):
    assert envelope_address(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "",
        "kim",
        "@example.com",
        "kim@",
        "kim doe@example.com",
        "kim@example.com\r\nRCPT TO:<all@example.com>",
        "kim@example.com>",
        "<kim@example.com>",
        ".kim@example.com",
        "kim..doe@example.com",
        "kim@-example.com",
        "kim@[127.0.0.1]",
        '"kim"@example.com',
        "kím@example.com",
        "a@b@example.com",
        "k" * 65 + "@example.com",
        "kim@" + "a" * 64 + ".com",
        "kim@" + ".".join(["a" * 60] * 5),
    ],
)
def test_what_is_no_address_is_refused(address):
    assert envelope_address(address) is None


@given(st.text())
def test_no_text_becomes_more_than_one_address(text):
    written = envelope_address(text)
    assert written is None or (written.count("@") == 1 and written.isascii() and not set(written) & set(" <>\r\n\0,;:"))
