"""The last contacts of a customer, in the words of the page: what the caller has to know before the talk begins."""

from datetime import timedelta

import pytest

from dispatcher.archive.queries import ContactRecord
from dispatcher.gateway.desk_pages.history import history_of, last
from dispatcher.gateway.desk_pages.task_view import task_view
from dispatcher.gateway.desk_pages.writing import writing
from schemas.values import to_millis
from tests.gateway.calls.house import ANN, NOW, OPENED, House, task

MINE = "ct-0001.1"


def contact(attempt_id: str, days_ago: int, **other: str | int | None) -> ContactRecord:
    usual: dict[str, object] = dict.fromkeys(ContactRecord.__struct_fields__)
    at = to_millis(NOW - timedelta(days=days_ago))
    known = {"attempt_id": attempt_id, "at": at, "channel": "call_task", "result": "delivered", "invoice_ids": ("R-1",)}
    return ContactRecord(**(usual | known | other))


def test_the_latest_stands_first_and_there_are_not_many():
    contacts = tuple(contact(f"ct-{n}.1", 10 - n) for n in range(9))

    assert [each.at for each in last(contacts, MINE)] == [each.at for each in reversed(contacts[-5:])]


def test_the_task_itself_is_no_past():
    assert last((contact(MINE, 0, result="accepted"), contact("ct-2.1", 0, result="claimed")), MINE) == ()


@pytest.mark.asyncio
async def test_without_an_archive_nothing_is_known():
    assert await history_of(None)("C-1", MINE) == ()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("told", "language", "said"),
    [
        ({"outcome": "message_left"}, "en", "Call, Voicemail: message left"),
        ({"outcome": "said hello"}, "en", "Call, said hello"),
        ({"channel": "sms", "outcome": "30003", "result": "undelivered"}, "en", "SMS, not delivered"),
        ({"channel": "email", "result": "accepted"}, "zh_Hans_CN", "电子邮件, 已发送"),
        (
            {"outcome": "promise_to_pay", "promised_on": "2026-02-20", "promise_outcome": "broken"},
            "en",
            "Call, Promises to pay, promised for February 20, 2026, broken",
        ),
    ],
    ids=["of-the-desk", "of-others", "by-a-provider", "chinese", "promise"],
)
async def test_a_contact_is_told_in_words(store, told, language, said):
    house = House(store)
    await house.put(task(MINE))
    past = last((contact("ct-9.1", 3, **told),), MINE)

    (line,) = task_view(await house.held(ANN), past, OPENED, writing(language)).history

    assert f"{line.way}, {line.came_of_it}" == said
