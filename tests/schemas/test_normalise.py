"""What events state becomes one spelling for each meaning."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import inbox
from schemas.codec import Accepted, Rejected, read
from schemas.contact_points import e164, email
from schemas.envelope import EVENT_MODELS
from schemas.events import EVENT_TYPES
from schemas.expectations import expectation
from schemas.vocabulary import canonical_locale

VALID = Path(__file__).parents[2] / "schemas" / "examples" / "valid"


def answer_to(name, /, **changed):
    event = json.loads((VALID / f"{name}.json").read_text("utf-8"))
    event["data"] |= changed
    return read(EVENT_TYPES[event["type"]][0], json.dumps(event).encode())


def fact_of(name, /, **changed):
    answer = answer_to(name, **changed)
    assert isinstance(answer, Accepted), answer
    return answer.fact


def refusal_of(name, /, **changed):
    answer = answer_to(name, **changed)
    assert isinstance(answer, Rejected), answer
    return answer.reason, answer.path


# --- telephone numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("+447700900123", None, "+447700900123"),
        ("+44 (0)7700 900123", None, "+447700900123"),
        ("+4407700900123", None, "+447700900123"),
        ("+390612345678", None, "+390612345678"),
        ("07700 900123", "GB", "+447700900123"),
        ("030/23125-000", "DE", "+493023125000"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("0044 7700 900123", "DE", "+447700900123"),
        ("131 0000 0000", "CN", "+8613100000000"),
    ],
)
def test_a_number_gets_its_e164_form(number, country, expected):
    assert e164(number, country) == expected


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("07700 900123", None),
        ("+999123456789", None),
        ("+0447700900123", None),
        ("+44", None),
        ("12", "GB"),
        ("", "GB"),
        ("call me", "GB"),
        ("020 7946 0000 ext. 12", "GB"),
        ("+447700900123\n", None),
        ("+٤٤٧٧٠٠٩٠٠١٢٣" + "0" * 40, None),
        ("1" * 500, "GB"),
    ],
)
def test_a_number_that_cannot_be_called_is_none(number, country):
    assert e164(number, country) is None


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=20), st.sampled_from([None, "GB", "DE", "XK", "AQ"]))
def test_whatever_comes_out_is_e164_and_stays_so(number, country):
    once = e164(number, country)
    assert once is None or e164(once, None) == once


def test_a_national_number_is_read_in_the_customers_country():
    phones = [{"number": "0152 28817386", "kind": "mobile"}]
    assert fact_of("customer.updated", country="DE", phones=phones).phones[0].number == "+4915228817386"


# --- e-mail addresses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada.Byron+bills@Example.COM", "Ada.Byron+bills@example.com"),
        ("a@b.example", "a@b.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
    ],
)
def test_an_address_keeps_its_local_part_and_lowers_its_domain(address, expected):
    assert email(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@example.com",
        "ada@localhost",
        "ada@@example.com",
        "ada@example..com",
        "ada@-example.com",
        "ada@example.c",
        "ada@example.123",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        "ada byron@example.com",
        "ada@example.com\n",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@example.com,eve@example.com",
        "Ada <ada@example.com>",
        '"ada"@example.com',
        "ädä@example.com",
        "ada@[192.0.2.1]",
        "x" * 65 + "@example.com",
        "ada@" + "x" * 64 + ".com",
        "ada@" + "x." * 150 + "com",
        "ada@\udcff.example",
    ],
)
def test_an_address_that_mail_does_not_reach_is_none(address):
    assert email(address) is None


@settings(deadline=None, max_examples=40)
@given(st.emails(domains=st.sampled_from(["example.com", "Example.org", "mail.example.net"])) | st.text(max_size=12))
def test_whatever_comes_out_is_an_address_and_stays_so(address):
    once = email(address)
    assert once is None or (email(once) == once and once.isascii() and once.isprintable())


# --- profiles -------------------------------------------------------------------------------------------------------


def test_quiet_hours_become_minutes_of_the_day_and_weekdays_numbers_from_monday():
    assert fact_of("customer.updated-full").quiet_hours == (
        inbox.QuietSpan(0, 24 * 60, (5, 6)),
        inbox.QuietSpan(20 * 60, 8 * 60),
    )


def test_quiet_hours_that_start_at_24_start_at_midnight():
    wishes = {"quiet_hours": [{"from": "24:00", "to": "06:00"}]}
    assert fact_of("customer.updated", preferences=wishes).quiet_hours == (inbox.QuietSpan(0, 6 * 60),)


def test_a_channel_named_twice_counts_where_it_stands_first():
    wishes = {"channels": ["sms", "email", "sms"]}
    assert fact_of("customer.updated", preferences=wishes).channels == ("sms", "email")


def test_line_breaks_in_a_name_cannot_reach_a_subject():
    assert fact_of("customer.updated", name="Ada\r\nBcc: eve").name == "Ada Bcc: eve"


@pytest.mark.parametrize("name", ["李雷", "می\u200cخواهم", "Ana\u00a0María", "O’Neil"])
def test_names_of_any_script_stay_as_they_are(name):
    assert fact_of("customer.updated", name=name).name == name


@pytest.mark.parametrize(
    ("tag", "canonical"),
    [
        ("en", "en"),
        ("zh-cn", "zh-CN"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-DE-u-co-phonebk", "de-DE"),
    ],
)
def test_a_locale_gets_its_usual_spelling(tag, canonical):
    assert canonical_locale(tag) == canonical


@pytest.mark.parametrize("tag", ["", "-", "en_GB", "qq", "en-XX", "english", "e", "en--GB", "u-co", "../../etc"])
def test_a_locale_of_no_known_language_is_none(tag):
    assert canonical_locale(tag) is None


@pytest.mark.parametrize("zone", ["Factory", "localtime", "europe/berlin", "../../etc/passwd", "+01:00", ""])
def test_what_is_no_zone_name_is_refused(zone):
    assert refusal_of("customer.updated", timezone=zone) == ("unknown_zone", "data.timezone")


def test_a_zone_link_is_a_zone():
    assert fact_of("customer.updated", timezone="Asia/Calcutta").timezone == "Asia/Calcutta"


# --- invoices, promises, plans, holds, consents ----------------------------------------------------------------------


def test_due_and_overdue_state_the_same_but_for_what_they_say():
    due, overdue = fact_of("invoice.due"), fact_of("invoice.overdue")
    assert (due.overdue, overdue.overdue) == (False, True)


def test_a_date_becomes_its_ordinal():
    assert fact_of("invoice.due").due_on == date(2026, 11, 30).toordinal()


@pytest.mark.parametrize("currency", ["XAU", "XTS", "XXX", "XDR", "HRK", "DEM", "EUR "])
def test_what_nobody_owes_today_is_no_currency(currency):
    assert refusal_of("invoice.due", currency=currency) == ("unknown_currency", "data.currency")


@pytest.mark.parametrize("currency", ["EUR", "JPY", "XAF", "XOF", "XPF", "XCD", "ZWG"])
def test_money_in_use_is_a_currency(currency):
    assert fact_of("invoice.due", currency=currency).currency == currency


@pytest.mark.parametrize(
    ("name", "field", "path"),
    [
        ("invoice.due", {"due_on": "1899-12-31"}, "data.due_on"),
        ("invoice.due", {"issued_on": "2200-01-01"}, "data.issued_on"),
        ("invoice.settled", {"settled_at": "2200-01-01T00:00:00Z"}, "data.settled_at"),
        ("promise.made", {"promised_on": "9999-12-31"}, "data.promised_on"),
        ("plan.agreed", {"instalments": [{"due_on": "0001-01-01", "amount": 1}]}, "data.instalments[0].due_on"),
        ("hold.placed", {"until": "9999-12-31T23:59:59Z"}, "data.until"),
        ("contact.reported", {"at": "0001-01-01T00:00:00Z"}, "data.at"),
        (
            "customer.updated",
            {"phones": [{"number": "+447700900123", "kind": "work", "verified_at": "0001-01-01T00:00:00Z"}]},
            "data.phones[0].verified_at",
        ),
        (
            "customer.updated",
            {"emails": [{"address": "a@example.com", "kind": "work", "verified_at": "0001-01-01T00:00:00Z"}]},
            "data.emails[0].verified_at",
        ),
    ],
)
def test_a_date_outside_of_living_memory_is_a_mistake(name, field, path):
    assert refusal_of(name, **field) == ("impossible_date", path)


@pytest.mark.parametrize("name", ["promise.made", "plan.agreed"])
def test_what_is_agreed_in_no_currency_is_refused(name):
    assert refusal_of(name, currency="XXX") == ("unknown_currency", "data.currency")


def test_a_settlement_in_no_currency_is_refused():
    assert refusal_of("invoice.settled", currency="XXX") == ("unknown_currency", "data.currency")


def test_a_hold_on_the_customer_has_no_target():
    assert fact_of("hold.placed", target="INV-7").target is None


@pytest.mark.parametrize("target", [None, ""])
def test_a_hold_on_an_invoice_needs_its_id(target):
    assert refusal_of("hold.placed", scope="invoice", target=target) == ("missing_field", "data.target")


@pytest.mark.parametrize(
    ("target", "expected"), [("+44 7700 900123", "+447700900123"), ("Ada@EXAMPLE.com", "Ada@example.com")]
)
def test_a_hold_on_a_contact_point_names_it_as_the_profile_does(target, expected):
    assert fact_of("hold.placed", scope="contact_point", target=target).target == expected


@pytest.mark.parametrize(("target", "reason"), [("0770", "invalid_phone"), ("@example.com", "invalid_email")])
def test_a_hold_on_no_contact_point_is_refused(target, reason):
    assert refusal_of("hold.placed", scope="contact_point", target=target) == (reason, "data.target")


@pytest.mark.parametrize(
    ("channel", "written", "expected"),
    [
        ("sms", "+44 7700 900123", "+447700900123"),
        ("call_task", "+447700900123", "+447700900123"),
        ("email", "Ada@EXAMPLE.com", "Ada@example.com"),
    ],
)
def test_a_consent_names_the_contact_point_as_the_profile_does(channel, written, expected):
    assert fact_of("consent.changed", channel=channel, contact_point=written).contact_point == expected


def test_a_number_is_no_consent_for_email():
    changed = {"channel": "email", "contact_point": "+447700900123"}
    assert refusal_of("consent.changed", **changed) == ("invalid_email", "data.contact_point")


def test_a_national_number_in_a_consent_is_refused_with_advice():
    assert "E.164" in answer_to("consent.changed", contact_point="07700 900123").message


@pytest.mark.parametrize(
    ("path", "expected"), [("data.lines[3].amount", "a whole number"), ("data.attributes[...]", "text")]
)
def test_what_is_expected_is_taken_from_the_models(path, expected):
    model = EVENT_MODELS["invoice.due" if "lines" in path else "customer.updated"]
    assert expectation(model, path).startswith(expected)


def test_a_place_that_no_model_has_is_the_callers_mistake():
    with pytest.raises(LookupError):
        expectation(EVENT_MODELS["invoice.due"], "id.of_what")
