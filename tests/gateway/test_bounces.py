"""Reports of mail systems: what they say is written of the address, and of the attempt where they name it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.callback_token import token
from dispatcher.engine.placement import partition_of
from dispatcher.gateway.word_of_mail import mail_in
from schemas import inbox, points
from schemas.inbox import AttemptReceipt
from schemas.topics import INBOX, POINTS
from schemas.values import to_micros
from tests.gateway.site import NOW, PARTITIONS, POINT_KEY, Site, site

pytestmark = pytest.mark.asyncio
REPORTS = Path(__file__).parents[1] / "channels" / "reports"
KIM = "kim.doe@customer.example"
PATH = "/hooks/email/bounces"
MAIL = {"content-type": "message/rfc822"}
CONTACT = "ct-0123456789abcdef0123"
OURS = f"<{CONTACT}@creditor.example>"


def report(name: str) -> bytes:
    return (REPORTS / f"{name}.eml").read_bytes()


def returning(*headers: str, name: str = "two_recipients", boundary: str = "ee") -> bytes:
    """A report that also returns these headers of the mail that it is about."""
    part = "\n".join((f"--{boundary}", "Content-Type: text/rfc822-headers", "", *headers, "", f"--{boundary}--"))
    return report(name).replace(f"--{boundary}--".encode(), part.encode())


def dated(date: str) -> bytes:
    return f"Date: {date}\n".encode() + returning(f"Message-ID: {OURS}")


async def sent(at: Site, raw: bytes) -> int:
    return (await at.client.post(PATH, content=raw, headers=MAIL)).status_code


async def says(at: Site, raw: bytes) -> list[str]:
    answer = await at.client.post(PATH, content=raw, headers=MAIL)
    assert answer.status_code == 200
    found: list[str] = answer.json()["says"]
    return found


def stated(at: Site) -> list[points.PointStated]:
    return [points.decode(each.value) for each in at.writer.entries if each.topic == POINTS]


async def test_an_address_that_is_no_good_is_unreachable_for_everybody():
    at = site()

    status = await sent(at, report("postfix_unknown"))

    assert status == 200
    assert [(each.channel, each.standing, each.why) for each in stated(at)] == [
        ("email", "unreachable", "bounce 5.1.1")
    ]


async def test_it_stands_under_the_digest_of_the_address():
    at = site()

    await sent(at, report("gmail_unknown"))

    assert [each.key for each in at.writer.entries] == [points.digest(KIM, POINT_KEY)]


async def test_a_bounce_that_names_its_attempt_is_also_a_receipt_for_the_customer():
    at = site()

    await sent(at, report("postfix_unknown"))

    (entry,) = (each for each in at.writer.entries if each.topic == INBOX)
    attempt_id = "ct-0123456789abcdef0123.1"
    assert (entry.key, entry.partition) == (b"C-1", partition_of("C-1", PARTITIONS))
    assert inbox.decode_arrival(entry.value).fact == AttemptReceipt(attempt_id, "smtp", "undelivered", "5.1.1")


@pytest.mark.parametrize("name", ["gmail_unauthenticated", "exchange_policy", "mailbox_full", "postfix_delayed"])
async def test_what_is_not_the_addresss_fault_says_nothing_of_it(name):
    at = site()

    await sent(at, report(name))

    assert stated(at) == []


async def test_each_recipient_of_a_report_is_spoken_of():
    at = site()

    await sent(at, returning(f"Message-ID: {OURS}"))

    assert [each.key for each in at.writer.entries] == [
        points.digest(address, POINT_KEY) for address in (KIM, "lee@customer.example")
    ]


async def test_a_complaint_opts_the_address_out():
    at = site()

    await sent(at, report("complaint_yahoo"))

    assert [(each.standing, each.why) for each in stated(at)] == [("opted_out", "complaint")]


async def test_a_complaint_that_names_nobody_is_counted_and_writes_nothing():
    at = site()

    await sent(at, report("complaint_redacted"))

    assert at.writer.entries == []
    assert at.counted('dispatcher_gateway_mail_reports_total{kind="nobody"}') == 1


async def test_a_mail_that_is_no_report_is_acknowledged_and_counted():
    at = site()

    assert (await says(at, report("vacation")), at.writer.entries) == (["not_a_report"], [])
    assert at.counted('dispatcher_gateway_mail_reports_total{kind="not_a_report"}') == 1


# --- anybody can write a report


@pytest.mark.parametrize("name", ["two_recipients", "smtputf8"])
async def test_what_the_mail_system_hands_over_is_believed(name):
    at = site()

    assert set(await says(at, report(name))) == {"bounce"}
    assert at.writer.entries


@pytest.mark.parametrize("name", ["two_recipients", "smtputf8", "forwarded", "exchange_policy", "mailbox_full"])
async def test_a_report_that_names_no_mail_of_ours_bars_nobody_and_says_so(name):
    at = site(bounces="ours")

    assert set(await says(at, report(name))) == {"not_ours"}
    assert at.writer.entries == []


@pytest.mark.parametrize(
    "header",
    [
        "Message-ID: <5f9f7c1b@mail.stranger.example>",
        "Message-ID: <ct-0123@creditor.example>",
        f"Message-ID: <{CONTACT}0@creditor.example>",
        f"Message-ID: <{CONTACT}.x@creditor.example>",
        f"Message-ID: <x{CONTACT}@creditor.example>",
        f"X-Reminder-Attempt: {token('C-1', 'some-attempt')}",
        f"X-Reminder-Attempt: {CONTACT}",
        f"Subject: {CONTACT}",
    ],
)
async def test_a_name_that_we_would_not_give_is_none_of_ours(header):
    at = site(bounces="ours")

    assert (await says(at, returning(header)), at.writer.entries) == (["not_ours", "not_ours"], [])


@pytest.mark.parametrize(
    "header",
    [
        f"Message-ID: {OURS}",
        f"Message-ID: <{CONTACT}.2@creditor.example>",
        f"X-Reminder-Attempt: {token('C-1', CONTACT + '.1')}",
    ],
)
async def test_a_name_that_we_give_is_one_of_ours(header):
    assert await says(site(), returning(header)) == ["bounce", "bounce"]


async def test_a_complaint_about_no_mail_of_ours_opts_nobody_out():
    at = site(bounces="ours")
    strange = (
        report("complaint_yahoo").replace(CONTACT.encode(), b"somebody").replace(b"X-Reminder-Attempt", b"X-Other")
    )

    assert (await says(at, strange), at.writer.entries) == (["not_ours"], [])


async def test_reports_about_no_mail_of_ours_are_counted():
    at = site(bounces="ours")

    await says(at, report("two_recipients"))

    assert at.counted('dispatcher_gateway_mail_reports_total{kind="not_ours"}') == 2


async def test_the_same_report_later_says_the_same_under_the_same_ids():
    first, second = site(), site(now=lambda: to_micros(NOW) + 5)
    mail = dated("Tue, 03 Mar 2026 08:00:00 +0100")

    await sent(first, mail)
    await sent(second, mail)

    assert [each.value for each in first.writer.entries] == [each.value for each in second.writer.entries]


async def test_it_was_stated_on_its_own_date():
    at = site()

    await sent(at, dated("Tue, 03 Mar 2026 08:00:00 +0100"))

    assert {each.at for each in stated(at)} == {to_micros(datetime(2026, 3, 3, 7, tzinfo=UTC))}


@pytest.mark.parametrize("date", ["Tue, 03 Mar 2099 08:00:00 +0000", "soon", "", "Tue, 03 Mar 1850 08:00:00 +0000"])
async def test_a_date_that_cannot_be_is_replaced_by_now(date):
    at = site()

    await sent(at, dated(date))

    assert {each.at for each in stated(at)} == {to_micros(NOW)}


async def test_a_report_in_a_form_is_found():
    at = site()

    answer = await at.client.post(PATH, files={"message": report("postfix_unknown")}, data={"from": "mailer"})

    assert (answer.status_code, [each.standing for each in stated(at)]) == (200, ["unreachable"])


async def test_a_key_in_the_path_serves_as_well():
    at = site()
    async with at.client_with(MAIL) as client:
        answer = await client.post(f"{PATH}/{at.key}", content=report("postfix_unknown"))

    assert (answer.status_code, len(at.writer.entries)) == (200, 2)


async def test_a_wrong_key_in_the_path_is_turned_away():
    at = site()
    async with at.client_with(MAIL) as client:
        answer = await client.post(f"{PATH}/wrong", content=report("postfix_unknown"))

    assert (answer.status_code, at.writer.entries) == (401, [])


async def test_a_key_for_something_else_is_turned_away():
    assert await sent(site(scopes=("events:write",)), report("postfix_unknown")) == 403


async def test_without_kafka_a_report_is_not_acknowledged():
    at = site()
    at.writer.away = True

    assert await sent(at, report("postfix_unknown")) == 503


_SHARED = site()
_KINDS = st.sampled_from(["message/rfc822", "multipart/form-data", "multipart/form-data; boundary=b", "", "a/b;\xe9"])
_BODIES = st.binary(max_size=200) | st.binary(max_size=80).map(
    lambda part: b"--b\r\nContent-Disposition: form-data; name=m\r\n\r\n" + part + b"\r\n--b--\r\n"
)


@settings(max_examples=150, deadline=None)
@given(body=_BODIES, kind=_KINDS)
async def test_whatever_is_sent_it_is_no_fault_of_ours(body, kind):
    headers = {"content-type": kind.encode("latin-1")}

    assert (await _SHARED.client.post(PATH, content=body, headers=headers)).status_code == 200


@settings(deadline=None)
@given(head=st.binary(max_size=60), name=st.sampled_from(["postfix_unknown", "complaint_yahoo", "smtputf8"]))
async def test_a_damaged_report_is_no_fault_of_ours(head, name):
    raw = report(name)
    at = len(head) * 7 % len(raw)

    assert (await _SHARED.client.post(PATH, content=raw[:at] + head + raw[at:], headers=MAIL)).status_code == 200


@settings(deadline=None)
@given(part=st.binary(min_size=20, max_size=80).filter(lambda part: b"\n" not in part and b"\r" not in part))
async def test_the_mail_in_a_form_is_its_largest_part(part):
    form = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nnote\r\n--b\r\n\r\n' + part + b"\r\n--b--\r\n"

    assert mail_in(form, "multipart/form-data; boundary=b") == part
