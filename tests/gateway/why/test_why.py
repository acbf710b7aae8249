"""`/why`: who may look, what is found, and that each look stands in the record."""

import json
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from dispatcher.archive.emptying import Caretaker
from dispatcher.archive.keeping import Retention
from dispatcher.gateway.store.database import store_at
from schemas.inbox import CustomerErased
from tests.archive.counting import counted
from tests.archive.journal import Topics
from tests.gateway.staff.front import Browser, Front
from tests.gateway.why.archived import CUSTOMER, HOSTILE, INVOICE, archive_of

pytestmark = pytest.mark.asyncio

PAGE = "/why/Ada%2F7%20%26%20co"


@pytest.fixture
def front(tmp_path: Path) -> Front:
    """A gateway with staff pages and an archive."""
    store = store_at(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    yield Front(store, more={"archive": archive_of(tmp_path)})
    store.close()


@pytest_asyncio.fixture
async def auditor(front) -> Browser:
    return await front.signed_in("auditor")


class _Text(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def text_of(answer: httpx.Response) -> str:
    """What a reader sees."""
    return " ".join(_Text(answer.text).words)


async def read(browser: Browser, path: str = PAGE) -> str:
    answer = await browser.opens(path)
    assert answer.status_code == 200
    return text_of(answer)


async def test_a_customer_is_found_by_id(auditor):
    found = await auditor.client.get("/why", params={"q": CUSTOMER})
    assert (found.status_code, found.headers["location"]) == (303, PAGE)


async def test_an_invoice_leads_to_its_customer_and_to_what_concerns_it(auditor):
    found = await auditor.client.get("/why", params={"q": INVOICE})
    assert (found.status_code, found.headers["location"]) == (303, f"{PAGE}?invoice={INVOICE}")


async def test_an_unknown_id_is_said_to_be_unknown(auditor):
    found = await auditor.client.get("/why", params={"q": "nobody"})
    assert (found.status_code, "Nothing is known under this id" in text_of(found)) == (404, True)


async def test_what_goes_back_to_a_traced_event_shows_the_id_by_which_it_is_found(auditor):
    assert (await read(auditor)).count("Trace 0af7651916cd43dd8448eb211c80319c") == 1


async def test_a_non_contact_is_told_with_rule_inputs_and_the_next_possible_instant(auditor):
    told = await read(auditor)
    assert "No contact yet: put off" in told
    assert "It is night, or a time at which this customer wants no contact." in told
    assert "Rule windows.sms.weekday · clock: America/New_York" in told
    assert "Possible next 2026-03-02 08:00 2026-03-02 13:00:00 UTC" in told


async def test_what_time_does_not_change_is_told_by_what_does(auditor):
    assert "This can change when the hold is released" in await read(auditor)


async def test_instants_are_on_the_customers_clock_with_utc_beside_them(auditor):
    assert "2026-03-02 04:01 2026-03-02 09:01:00 UTC" in await read(auditor)


async def test_what_was_said_and_sent_is_shown_beside_the_contact(auditor):
    told = await read(auditor)
    assert "Billing stated that an invoice is overdue" in told
    assert "Amount €129.00" in told
    assert f"Please pay 129.00 EUR. {HOSTILE}" in told
    assert "Ask why." in told


async def test_no_text_becomes_markup(auditor):
    assert HOSTILE not in (await auditor.opens(PAGE)).text


async def test_how_the_customer_stands_comes_first(auditor):
    told = await read(auditor)
    assert "Contacts are on hold Complaint · the customer" in told
    assert f"Invoice {INVOICE}: €129.00" in told


async def test_non_contacts_alone_leave_out_the_text(auditor):
    told = await read(auditor, f"{PAGE}?only=non_contacts")
    assert ("Please pay" in told, "put off" in told) == (False, True)


async def test_days_are_those_of_the_customer(auditor):
    told = await read(auditor, f"{PAGE}?from=2026-03-04&to=2026-03-04")
    assert ("A promise to pay was recorded" in told, "Please pay" in told) == (True, False)


async def test_a_day_that_cannot_be_read_is_named_and_leaves_out_nothing(auditor):
    told = await read(auditor, f"{PAGE}?from=tomorrow")
    assert ("Please give a day as 2026-03-31." in told, "Please pay" in told) == (True, True)


async def test_everything_is_told_in_chinese_too(front, auditor):
    auditor.client.cookies.set(front.staff.front_desk.cookies.name("language"), "zh-CN")
    told = await read(auditor)
    assert "现在是夜间，或客户不希望被联系的时段。" in told
    assert "下次可能的时间 2026-03-02 08:00" in told


async def test_days_are_written_as_in_the_country_that_the_browser_names(auditor):
    due = []
    for country in ("en-GB,en;q=0.9", "en-US,en;q=0.9"):
        auditor.client.headers["accept-language"] = country
        due.append(["25 March 2026" in (told := await read(auditor)), "March 25, 2026" in told])
    assert due == [[True, False], [False, True]]


async def test_each_look_stands_in_the_record(front, auditor):
    await auditor.opens(PAGE)
    with front.store.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT name, what, customer_id FROM staff_audit ORDER BY number DESC").first()
    assert tuple(row) == ("auditor", "customer_viewed", CUSTOMER)


async def test_a_page_asks_the_archive_three_times_by_one_connection(front, auditor):
    with counted(front.more["archive"].engine) as asked:
        await read(auditor)
    assert (asked.count("connected"), len(asked) - 1) == (1, 3)


async def test_agents_do_not_see_it(front):
    browser = await front.signed_in("agent")
    assert [(await browser.opens(path)).status_code for path in ("/why", PAGE)] == [403, 403]


async def test_strangers_are_asked_to_sign_in(front):
    assert (await front.browser().opens(PAGE)).headers["location"].startswith("/desk/sign-in")


async def test_a_program_with_the_scope_is_told_as_json(front):
    answer = await front.site.client.get(PAGE, headers={"accept": "application/json"})
    told = answer.json()
    assert (answer.status_code, told["customer_id"], told["older"]) == (200, CUSTOMER, None)
    assert told["entries"][0]["record"]["reasons"] == [{"code": "hold", "rule": "holds.complaint", "inputs": {}}]
    assert front.record()[-1] == "key:billing customer_viewed why"


async def test_a_program_without_the_scope_is_turned_away(tmp_path, front):
    stranger = front.site.client_with({"Authorization": "Bearer dk_wrong"})
    assert (await stranger.get(PAGE)).status_code == 401


async def test_pages_of_a_long_story_hang_together(tmp_path):
    told = Topics()
    for minutes in range(120):
        told.decided("Cem", "deferred", "cap", minutes=minutes)
    store = store_at(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    front = Front(store, more={"archive": archive_of(tmp_path, told)})
    path, seen = "/why/Cem", []
    while path is not None:
        answer = json.loads((await front.site.client.get(path)).text)
        seen += [each["record"]["record_id"] for each in answer["entries"]]
        path = None if answer["older"] is None else f"/why/Cem?after={answer['older']}"
    store.close()
    assert seen == [f"Cem.{number}" for number in range(120, 0, -1)]


async def test_of_somebody_who_was_erased_the_page_leads_to_what_is_kept(front, auditor, tmp_path):
    told = Topics(ends={}, numbers={})
    told.decided("Dan", "planned")
    told.said("Dan", CustomerErased(), minutes=1)
    told.noted("Dan", "customer.erased", minutes=1)
    archive = archive_of(tmp_path / "other", told)
    Caretaker(archive.engine, Retention(), lambda *_: None).work(front.hours())
    store = store_at(f"sqlite:///{tmp_path / 'other' / 'desk.sqlite'}")
    browser = await Front(store, more={"archive": archive}).signed_in("auditor")
    answer = await browser.client.get("/why", params={"q": "Dan"})
    store.close()
    assert "The data of this customer was erased on" in text_of(answer)
    assert 'href="/why/erased-' in answer.text


async def test_without_an_archive_the_page_says_so(tmp_path):
    store = store_at(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    browser = await Front(store).signed_in("supervisor")
    answers = [await browser.opens(path) for path in ("/why", PAGE)]
    store.close()
    assert [(each.status_code, "There is no archive here" in text_of(each)) for each in answers] == [(404, True)] * 2
