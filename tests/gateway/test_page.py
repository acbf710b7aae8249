"""The customer's page: what it shows, what each answer states, and that nothing happens before one is given."""

import hashlib
import re
from base64 import b64encode

import httpx
import pytest

from dispatcher.gateway.buckets import Buckets
from dispatcher.gateway.page_language import LANGUAGES
from schemas.inbox import ConsentChanged, ContactReported, HoldPlaced, PreferenceStated, PromiseMade, QuietSpan
from schemas.links import LIFETIME, LinkedInvoice
from schemas.points import digest
from schemas.values import to_millis
from tests.gateway.page_site import LINK, ONE, TWO, Customer, page_of
from tests.gateway.site import NOW, POINT_KEY

pytestmark = pytest.mark.asyncio
TOMORROW = NOW.date().toordinal() + 1
LONG_AGO = to_millis(NOW) - LIFETIME - 1
BOTH = ["I-1", "I-2"]


async def test_it_shows_who_writes_and_what_about():
    text = page_of(await Customer().opens()).text
    assert [each for each in ("Northwind", "2026-1103: €1,249.00", "2026-1104: €50.00") if each not in text] == []


async def test_opening_it_states_nothing():
    ada = Customer()
    await ada.opens()
    await ada.client.head(ada.path)
    assert ada.site.writer.entries == []


async def test_it_shows_the_address_only_as_its_owner_knows_it():
    """S20"""
    text = page_of(await Customer().opens()).text
    assert ("a…@example.com" in text, "ada@example.com" in text) == (True, False)


async def test_it_may_load_nothing_and_run_nothing():
    answer = await Customer().opens()
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)[1]
    hashed = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert answer.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{hashed}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize(
    ("header", "value"), [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("set-cookie", None)]
)
async def test_it_is_kept_and_told_nowhere(header, value):
    assert (await Customer().opens()).headers.get(header) == value


async def test_who_has_paid_is_noted_and_checked():
    """S22"""
    ada = Customer()
    answer = await ada.answers("paid", invoice=["I-1"])
    assert "that you have paid" in page_of(answer).text
    assert ada.facts == [
        ContactReported(
            "email",
            "inbound",
            to_millis(NOW),
            "customer",
            "paid_claimed",
            "none",
            "ct-1",
            None,
            None,
            "check_payment",
            ("I-1",),
        )
    ]


async def test_a_promise_states_invoices_amount_and_day():
    """S17"""
    ada = Customer()
    answer = await ada.answers("promise", invoice=BOTH, day="2026-03-05", amount="1.000,50")
    assert "€1,000.50 by 5 March 2026" in page_of(answer).text
    (promise,) = ada.facts
    assert isinstance(promise, PromiseMade)
    assert (promise.invoice_ids, promise.amount, promise.currency, promise.promised_on) == (
        ("I-1", "I-2"),
        100_050,
        "EUR",
        TOMORROW,
    )


async def test_a_promise_without_an_amount_is_of_the_whole():
    ada = Customer()
    await ada.answers("promise", invoice=BOTH, day="2026-03-05")
    assert ada.facts[0].amount == ONE.amount + TWO.amount


async def test_another_promise_by_the_same_customer_about_the_same_invoices_replaces_it():
    ada = Customer()
    for day in ("2026-03-05", "2026-03-09"):
        await ada.answers("promise", invoice=BOTH, day=day)
    assert len({promise.promise_id for promise in ada.facts}) == 1


async def test_who_needs_instalments_is_heard_in_their_own_words():
    """S16, S44"""
    ada = Customer()
    await ada.answers("instalments", note="50 a month,\r\nfrom April")
    (asked,) = ada.facts
    assert (asked.outcome, asked.next_action, asked.invoice_ids, asked.note) == (
        "instalments_requested",
        "review",
        ("I-1", "I-2"),
        "50 a month,\nfrom April",
    )


async def test_a_dispute_holds_each_invoice():
    """S44"""
    ada = Customer()
    await ada.answers("dispute", invoice=BOTH, note="Wrong meter")
    assert [(hold.scope, hold.kind, hold.target, hold.note) for hold in ada.facts] == [
        ("invoice", "dispute", "I-1", "Wrong meter"),
        ("invoice", "dispute", "I-2", "Wrong meter"),
    ]


async def test_a_dispute_of_a_message_without_invoices_holds_the_customer():
    ada = Customer(invoices=())
    await ada.answers("dispute")
    assert [(type(hold), hold.scope, hold.note) for hold in ada.facts] == [(HoldPlaced, "customer", None)]


async def test_channels_and_times_are_stated_as_a_whole():
    """S44"""
    ada = Customer()
    await ada.answers("prefer", channel=["email", "sms"], first="email", closed=["mornings", "weekends"])
    assert ada.facts == [
        PreferenceStated(("email", "sms"), (QuietSpan(0, 720), QuietSpan(0, 1440, (5, 6))), ("call_task",))
    ]


async def test_a_channel_that_is_closed_is_not_preferred():
    ada = Customer()
    await ada.answers("prefer", channel=["sms"], first="email")
    assert ada.facts == [PreferenceStated((), (), ("email", "call_task"))]


async def test_a_stop_bars_the_address_for_everybody_and_is_stated_of_the_customer():
    ada = Customer()
    answer = await ada.answers("stop")
    assert "No more reminders will be sent to a…@example.com" in page_of(answer).text
    ((key, said),) = ada.points
    assert (key, said.channel, said.standing, said.why) == (
        digest(ada.link.point, POINT_KEY),
        "email",
        "opted_out",
        "page",
    )
    assert ada.facts == [ConsentChanged("ada@example.com", "email", False, "customer's page")]


async def test_an_address_is_barred_before_anything_else_is_written():
    ada = Customer()
    await ada.answers("stop")
    assert [each.topic for each in ada.site.writer.entries] == ["reminders.points", "customers.feedback"]


async def test_every_event_is_the_customers_own_under_the_customers_key():
    ada = Customer()
    await ada.answers("dispute", invoice=BOTH)
    assert {(each.topic, each.key) for each in ada.site.writer.entries} == {("customers.feedback", b"C-1")}
    assert {(each.customer_id, each.source, each.at) for each in ada.stated} == {
        ("C-1", "dispatcher/page", to_millis(NOW) * 1000)
    }


ANSWERS = {
    "paid": {"invoice": BOTH},
    "promise": {"invoice": BOTH, "day": "2026-03-05"},
    "instalments": {"note": "please"},
    "dispute": {"invoice": BOTH},
    "prefer": {"channel": ["email"]},
    "stop": {},
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_button_pressed_twice_states_one_thing(answer):
    ada = Customer()
    for _ in range(2):
        await ada.answers(answer, **ANSWERS[answer])
    half = len(ada.stated) // 2
    assert [each.id for each in ada.stated[:half]] == [each.id for each in ada.stated[half:]]


@pytest.mark.parametrize("answer", ANSWERS)
async def test_the_same_answer_in_a_form_that_was_shown_later_is_stated_anew(answer):
    ada = Customer()
    for shown in ("1", "2"):
        await ada.answers(answer, **ANSWERS[answer] | {"shown": shown})
    half = len(ada.stated) // 2
    assert [each.id for each in ada.stated[:half]] != [each.id for each in ada.stated[half:]]


@pytest.mark.parametrize("answer", ANSWERS)
async def test_an_answer_that_kafka_did_not_take_is_asked_for_again(answer):
    ada = Customer()
    ada.site.writer.away = True
    told = await ada.answers(answer, **ANSWERS[answer])
    assert (told.status_code, told.headers["retry-after"]) == (503, "2")
    assert "Nothing was changed" in page_of(told).text


WRONG = {
    "no invoice": ("paid", {}, "Choose at least one invoice."),
    "an invoice of somebody else": ("paid", {"invoice": ["I-3"]}, "Choose at least one invoice."),
    "nothing to dispute": ("dispute", {}, "Choose at least one invoice."),
    "no day": ("promise", {"invoice": BOTH}, "Enter a date such as"),
    "a day in words": ("promise", {"invoice": BOTH, "day": "tomorrow"}, "Enter a date such as"),
    "a day that is past": ("promise", {"invoice": BOTH, "day": "2026-03-02"}, "Enter a date from 4 March 2026"),
    "a day far away": ("promise", {"invoice": BOTH, "day": "2026-06-01"}, "to 3 May 2026"),
    "no amount": ("promise", {"invoice": BOTH, "day": "2026-03-05", "amount": "all"}, "Enter an amount such as"),
    "nothing": ("promise", {"invoice": BOTH, "day": "2026-03-05", "amount": "0"}, "at most €1,299.00"),
    "too much": ("promise", {"invoice": BOTH, "day": "2026-03-05", "amount": "1299,01"}, "at most €1,299.00"),
    "a long note": ("instalments", {"note": "x" * 1001}, "at most 1000 characters"),
    "a long reason": ("dispute", {"invoice": BOTH, "note": "x" * 1001}, "at most 1000 characters"),
    "no time of day": ("prefer", {"closed": ["mornings", "afternoons", "evenings"]}, "Leave at least one time"),
    "an answer that does not exist": ("erase", {}, "could not read your answer"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_mistake_is_told_and_states_nothing(what):
    answer, fields, said = WRONG[what]
    ada = Customer()
    told = await ada.answers(answer, **fields)
    assert (told.status_code, ada.site.writer.entries, said in page_of(told).text) == (422, [], True)


async def test_a_form_with_a_mistake_keeps_what_was_entered():
    told = page_of(await Customer().answers("promise", invoice=["I-2"], day="2026-03-05", amount="9999"))
    fields = {each.get("id"): each.get("value") for each in told.all("input")}
    assert (fields["promise-day"], fields["promise-amount"]) == ("2026-03-05", "9999")


async def test_the_place_of_a_mistake_can_be_gone_to():
    told = page_of(await Customer().answers("promise", invoice=BOTH, day="x"))
    assert "#promise-day" in {each["href"] for each in told.all("a")}
    (day,) = [each for each in told.all("input") if each.get("id") == "promise-day"]
    assert (day["aria-invalid"], set(day["aria-describedby"].split()) <= told.ids) == ("true", True)


async def test_invoices_in_two_currencies_are_promised_one_at_a_time():
    ada = Customer(invoices=(ONE, LinkedInvoice("I-2", "2026-1104", 5_000, "GBP")))
    told = await ada.answers("promise", invoice=BOTH, day="2026-03-05")
    assert "one currency at a time" in page_of(told).text


async def test_a_single_invoice_need_not_be_chosen():
    ada = Customer(invoices=(ONE,))
    await ada.answers("paid")
    assert ada.facts[0].invoice_ids == ("I-1",)


ONE_CLICK = {
    "urlencoded": {"data": {"List-Unsubscribe": "One-Click"}},
    "multipart": {"files": {"List-Unsubscribe": (None, "One-Click")}},
}


@pytest.mark.parametrize("form", ONE_CLICK)
async def test_a_mail_programs_button_stops_reminders_without_a_page(form):
    ada = Customer()
    answer = await ada.client.post(ada.path, **ONE_CLICK[form])
    assert (answer.status_code, answer.text) == (200, "")
    assert [(said.standing, said.why) for _, said in ada.points] == [("opted_out", "one_click")]
    assert ada.facts == [ConsentChanged("ada@example.com", "email", False, "one-click unsubscribe")]


async def test_a_mail_program_whose_post_kafka_did_not_take_is_told_to_repeat_it():
    ada = Customer()
    ada.site.writer.away = True
    answer = await ada.client.post(ada.path, **ONE_CLICK["urlencoded"])
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_a_mail_program_that_repeats_itself_states_one_thing():
    ada = Customer()
    for _ in range(3):
        await ada.client.post(ada.path, **ONE_CLICK["urlencoded"])
    assert len({each.id for each in ada.stated}) == 1


async def test_an_old_link_says_so_and_still_stops_reminders():
    ada = Customer(issued_at=LONG_AGO)
    opened, answer = await ada.opens(), await ada.answers("stop")
    assert (opened.status_code, "too old" in page_of(opened).text) == (410, True)
    assert (answer.status_code, len(ada.points)) == (200, 1)


async def test_an_old_link_honours_a_mail_programs_button():
    ada = Customer(issued_at=LONG_AGO)
    answer = await ada.client.post(ada.path, **ONE_CLICK["urlencoded"])
    assert (answer.status_code, len(ada.points)) == (200, 1)


async def test_an_old_link_takes_no_other_answer():
    ada = Customer(issued_at=LONG_AGO)
    answer = await ada.answers("paid", invoice=BOTH)
    assert (answer.status_code, ada.site.writer.entries) == (410, [])


async def test_an_old_link_shows_neither_invoices_nor_amounts():
    """S20"""
    text = page_of(await Customer(issued_at=LONG_AGO).opens()).text
    assert [each for each in ("2026-1103", "€") if each in text] == []


NO_TOKENS = ["x", "A" * 200, "A" * 5000, "%00", "ü", LINK.customer_id]


@pytest.mark.parametrize("token", NO_TOKENS)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_is_no_link_gets_the_same_polite_page_whatever_is_wrong(method, token):
    ada = Customer()
    answer = await ada.client.request(method, f"/u/{token}", data={"answer": "stop"})
    expected = await ada.client.get("/u/nothing")
    assert (answer.status_code, answer.text, ada.site.writer.entries) == (404, expected.text, [])
    assert "does not exist" in page_of(answer).text


async def test_who_tries_tokens_is_slowed_down():
    ada = Customer(parts={"strangers": Buckets(0.1, 2, lambda: 0.0)})
    codes = [(await ada.client.get("/u/nothing")).status_code for _ in range(3)]
    assert (codes, (await ada.opens()).status_code) == ([404, 404, 429], 200)


@pytest.mark.parametrize(
    ("locale", "query", "tag"),
    [
        ("en-GB", "", "en"),
        ("es-MX", "", "es"),
        ("zh", "", "zh-CN"),
        ("zh-Hans-HK", "", "zh-CN"),
        ("zh-TW", "", "en"),
        ("zh-Hant", "", "en"),
        ("de-DE", "", "en"),
        ("", "", "en"),
        ("en", "?lang=es", "es"),
        ("es", "?lang=xx", "es"),
    ],
)
async def test_it_speaks_the_customers_language_or_the_one_that_was_chosen(locale, query, tag):
    shown = page_of(await Customer(locale=locale).opens(query))
    assert shown.all("html")[0]["lang"] == tag


@pytest.mark.parametrize(("accepted", "lang"), [("es-ES,en;q=0.5", "es"), ("de,zh-CN;q=0.9,en", "zh-CN"), ("", "en")])
async def test_what_is_no_link_is_told_in_the_browsers_language(accepted, lang):
    answer = await Customer().client.get("/u/nothing", headers={"accept-language": accepted})
    assert page_of(answer).all("html")[0]["lang"] == lang


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_every_field_has_a_name_and_every_form_its_button(tag):
    shown = page_of(await Customer().opens(f"?lang={tag}"))
    labelled = {each.get("for") for each in shown.all("label")}
    bare = [
        each
        for each in (*shown.all("input"), *shown.all("textarea"))
        if each.get("type") not in {"hidden", "checkbox", "radio"} and each.get("id") not in labelled
    ]
    assert (bare, len(shown.all("form")), len(shown.all("button"))) == ([], 6, 6)


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("attribute", ["aria-labelledby", "aria-describedby"])
async def test_whatever_is_described_by_something_is_described_by_something_that_is_there(tag, attribute):
    shown = page_of(await Customer().opens(f"?lang={tag}"))
    named = [name for _, each in shown.elements for name in (each.get(attribute) or "").split()]
    assert named
    assert set(named) <= shown.ids


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_a_form_stays_in_the_language_of_its_page(tag):
    shown = page_of(await Customer().opens(f"?lang={tag}"))
    assert {each["action"] for each in shown.all("form")} == {f"?lang={tag}"}


COLOURS = [
    ("text", "#1f2933", "#f4f5f7", 4.5),
    ("text of a section", "#1f2933", "#ffffff", 4.5),
    ("hint", "#52606d", "#ffffff", 4.5),
    ("mistake", "#9b1c1c", "#ffffff", 4.5),
    ("button", "#ffffff", "#1f4f8f", 4.5),
    ("link", "#1f4f8f", "#f4f5f7", 4.5),
    ("border of a field", "#52606d", "#ffffff", 3.0),
    ("focus", "#1f2933", "#ffffff", 3.0),
]


@pytest.mark.parametrize(("what", "ink", "ground", "least"), COLOURS)
async def test_colours_can_be_told_apart(what, ink, ground, least):
    """WCAG 2.2, 1.4.3 and 1.4.11"""
    style = (await Customer().opens()).text.replace("#fff;", "#ffffff;")
    assert ink in style
    assert ground in style
    dark, light = sorted((_luminance(ink), _luminance(ground)))
    assert (light + 0.05) / (dark + 0.05) >= least


def _luminance(colour):
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


async def test_an_answer_that_is_too_large_is_refused():
    ada = Customer()
    answer = await ada.answers("instalments", note="x" * 40_000)
    assert (answer.status_code, ada.site.writer.entries) == (413, [])


async def test_a_body_that_is_no_form_is_a_mistake_and_no_fault():
    ada = Customer()
    answer: httpx.Response = await ada.client.post(
        ada.path, content=b"{]", headers={"content-type": "application/json"}
    )
    assert (answer.status_code, ada.site.writer.entries) == (422, [])
