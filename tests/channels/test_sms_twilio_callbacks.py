"""What Twilio's callbacks say."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms_twilio_callbacks import STATUSES, Inbound, Malformed, Price, StatusReport, inbound, status

SID = "SM" + "0" * 32
SPEC = os.environ.get("DISPATCHER_TEST_TWILIO_SPEC", "")
FORMS = st.dictionaries(
    st.sampled_from(
        [
            "MessageSid",
            "SmsSid",
            "MessageStatus",
            "ErrorCode",
            "NumSegments",
            "Price",
            "PriceUnit",
            "From",
            "To",
            "Body",
        ]
    ),
    st.one_of(st.text(), st.sampled_from([SID, "sent", "30003", "1", "-0.0075", "usd", "+12025550123"])),
)


def report(**fields):
    return status({"MessageSid": SID, "MessageStatus": "sent", **fields})


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("accepted", "accepted"),
        ("scheduled", "accepted"),
        ("queued", "accepted"),
        ("sending", "accepted"),
        ("sent", "accepted"),
        ("delivered", "delivered"),
        ("read", "delivered"),
        ("undelivered", "undelivered"),
        ("failed", "undelivered"),
        ("canceled", "undelivered"),
    ],
)
def test_a_status_means(raw, meant):
    assert report(MessageStatus=raw) == StatusReport(SID, meant, raw)


def test_a_failure_carries_its_code():
    assert report(MessageStatus="undelivered", ErrorCode="30003").code == "30003"


def test_segments_and_price_are_taken_where_they_are_told():
    found = report(NumSegments="2", Price="-0.01500", PriceUnit="usd")
    assert (found.segments, found.price) == (2, Price(15_000, "USD"))


def test_old_names_of_the_fields_are_understood():
    assert status({"SmsSid": SID, "SmsStatus": "delivered"}) == StatusReport(SID, "delivered", "delivered")


@pytest.mark.parametrize(
    "odd",
    [
        {"ErrorCode": ""},
        {"ErrorCode": "Kim Doe"},
        {"NumSegments": "many"},
        {"Price": "null", "PriceUnit": "USD"},
        {"Price": "-0.0075"},
        {"RawDlrDoneDate": "2611281200", "NewWithoutNotice": "x"},
    ],
    ids=repr,
)
def test_what_cannot_be_read_beside_the_status_is_left_out(odd):
    assert report(**odd) == StatusReport(SID, "accepted", "sent")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"MessageSid": ""}, "MessageSid"),
        ({"MessageSid": "SM1"}, "MessageSid"),
        ({"MessageSid": SID + "\n"}, "MessageSid"),
        ({"MessageStatus": ""}, "MessageStatus"),
        ({"MessageStatus": "received"}, "MessageStatus"),
        ({"MessageStatus": "Kim Doe"}, "MessageStatus"),
    ],
    ids=repr,
)
def test_a_report_without_message_or_status_is_malformed_and_names_the_field(changes, field):
    found = report(**changes)
    assert isinstance(found, Malformed)
    assert found.why.startswith(f"{field}: expected")
    assert "Kim" not in found.why


@pytest.mark.skipif(
    not (SPEC and Path(SPEC).is_file()), reason="DISPATCHER_TEST_TWILIO_SPEC names no OpenAPI document of Twilio"
)
def test_every_status_that_twilio_documents_is_known():
    schemas = json.loads(Path(SPEC).read_text(encoding="utf-8"))["components"]["schemas"]
    assert set(schemas["message_enum_status"]["enum"]) - {"receiving", "received"} == set(STATUSES)


TEXT = {"MessageSid": SID, "From": "+12025550123", "To": "+15005550006", "Body": "Stop please"}


def test_a_text_names_who_wrote_what_to_whom():
    assert inbound(TEXT) == Inbound("+12025550123", "+15005550006", SID, "Stop please")


def test_a_picture_without_words_has_an_empty_body():
    assert inbound({name: value for name, value in TEXT.items() if name != "Body"}).body == ""


@pytest.mark.parametrize(
    ("told", "meant"), [("STOP", "STOP"), ("start", "START"), ("HELP", "HELP"), ("", None), ("X", None)]
)
def test_the_accounts_own_opt_out_service_is_heard(told, meant):
    assert inbound(TEXT | {"OptOutType": told}).opt_out_type == meant


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"MessageSid": "x"}, "MessageSid"),
        ({"From": ""}, "From"),
        ({"From": "whatsapp:+12025550123"}, "From"),
        ({"From": "ACME"}, "From"),
        ({"From": "12345"}, "From"),
        ({"To": ""}, "To"),
    ],
    ids=repr,
)
def test_a_text_from_nobody_is_malformed_and_names_the_field(changes, field):
    found = inbound(TEXT | changes)
    assert isinstance(found, Malformed)
    assert found.why.startswith(f"{field}: expected")


def test_repr_shows_neither_number_nor_words():
    assert repr(inbound(TEXT)) == f"Inbound({SID}, 11 characters, None)"


@given(FORMS)
def test_any_form_is_read_without_a_fault(form):
    assert isinstance(status(form), StatusReport | Malformed)
    assert isinstance(inbound(form), Inbound | Malformed)
