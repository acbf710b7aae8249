"""Which callbacks are Twilio's own."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms_twilio_signature import genuine

ORIGIN = "https://mycompany.com"
PATH = "/myapp.php?foo=1&bar=2"
FORM = "application/x-www-form-urlencoded"
BODY = b"CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309"
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
"""Twilio's own example, with the token 12345."""

JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_PATH = PATH + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_SIGNATURE = "a9nBmqA0ju/hNViExpshrM61xv4="


def is_genuine(origin=ORIGIN, path=PATH, body=BODY, content_type=FORM, signature=SIGNATURE, *, tokens=("12345",)):
    return genuine(origin, path, body, content_type, signature, tokens)


def signed(text, key="12345"):
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_twilios_example_of_a_form_is_genuine():
    assert is_genuine()


def test_twilios_example_of_a_json_body_is_genuine():
    assert is_genuine(path=JSON_PATH, body=JSON_BODY, content_type="application/json", signature=JSON_SIGNATURE)


def test_a_form_may_say_in_which_characters_it_is_written():
    assert is_genuine(content_type="application/x-www-form-urlencoded; charset=UTF-8")


def test_a_request_without_a_body_is_signed_by_its_address():
    assert is_genuine(path="/hook?a=1", body=b"", content_type="", signature=signed(ORIGIN + "/hook?a=1"))


def test_empty_fields_are_signed_too():
    assert is_genuine(path="/hook", body=b"Body=&To=%2B1", signature=signed(ORIGIN + "/hook" + "Body" + "To+1"))


def test_a_field_that_stands_twice_is_signed_twice():
    body = b"MediaUrl=b&MediaUrl=a&To=1"
    assert is_genuine(path="/hook", body=body, signature=signed(ORIGIN + "/hook" + "MediaUrlaMediaUrlbTo1"))


@pytest.mark.parametrize("signed_origin", ["https://remind.example", "https://remind.example:443"])
@pytest.mark.parametrize("origin", ["https://remind.example", "https://remind.example:443", "https://remind.example/"])
def test_the_port_of_the_scheme_makes_no_difference(origin, signed_origin):
    assert is_genuine(origin, "/hook", b"", "", signed(signed_origin + "/hook"))


def test_a_path_before_ours_is_a_part_of_the_address():
    assert is_genuine(
        "https://remind.example/dispatcher", "/hook", b"", "", signed("https://remind.example/dispatcher/hook")
    )


def test_the_query_is_compared_as_it_was_written():
    assert not is_genuine(path="/myapp.php?bar=2&foo=1")


@pytest.mark.parametrize("tokens", [("12345", "new"), ("new", "12345")], ids=["before", "after"])
def test_while_the_token_changes_the_old_and_the_new_one_sign(tokens):
    assert is_genuine(tokens=tokens)


@pytest.mark.parametrize("tokens", [(), ("54321",)], ids=["none", "another"])
def test_no_other_token_signs(tokens):
    assert not is_genuine(tokens=tokens)


def test_an_account_without_a_token_trusts_nobody():
    assert not is_genuine(
        path="/hook", body=b"", content_type="", signature=signed(ORIGIN + "/hook", key=""), tokens=("",)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": ""},
        {"signature": "RSOYDt4T1cUTdK1PDd93/VVr8B9="},
        {"signature": "ü"},
        {"body": BODY.replace(b"1234&", b"1235&")},
        {"body": BODY + b"&Extra=1"},
        {"body": b""},
        {"origin": "http://mycompany.com"},
        {"origin": "https://elsewhere.com"},
        {"path": "/other.php?foo=1&bar=2"},
        {"content_type": "application/json"},
        {"content_type": "multipart/form-data"},
        {"content_type": ""},
        {"body": b"\xff\xfe"},
        {"body": b"a=%FF"},
        {"origin": "https://mycompany.com:99999"},
        {"origin": "https://[mycompany.com"},
        {"path": "/\ud800"},
    ],
    ids=repr,
)
def test_whatever_is_changed_it_is_forged(changes):
    assert not is_genuine(**changes)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (JSON_PATH, b"{}"),
        (JSON_PATH, b""),
        (JSON_PATH.replace("bodySHA256", "bodySHA255"), JSON_BODY),
        ("/hook?bodySHA256=", JSON_BODY),
        ("/hook?bodySHA256=%C3%BC", JSON_BODY),
        ("/hook", JSON_BODY),
        (JSON_PATH, b"\xff"),
    ],
    ids=["another body", "no body", "no hash", "empty hash", "no hexadecimal hash", "no query", "no text"],
)
def test_a_json_body_that_its_hash_does_not_cover_is_forged_although_the_address_is_signed(path, body):
    assert not is_genuine(path=path, body=body, content_type="application/json", signature=signed(ORIGIN + path))


@given(st.text(), st.binary(), st.sampled_from([FORM, "application/json", ""]), st.text())
def test_anything_at_all_is_judged_without_a_fault(path, body, content_type, signature):
    assert is_genuine(path=path, body=body, content_type=content_type, signature=signature) is False
