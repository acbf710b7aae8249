"""The record of what people did: only added to, and a row that was changed or taken out is named."""

import csv
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, insert, select, text, update

from dispatcher.gateway.staff.audit import Audit, Checked, Deed
from dispatcher.gateway.staff.people import Person
from dispatcher.gateway.staff.tables import AUDIT, CHAIN
from tests.gateway.staff.front import Front

ANN = Person("ann", "agent")
DAY_MS = 86_400_000


@pytest.fixture
def front(store) -> Front:
    made = Front(store)
    for number in range(5):
        made.hours.pass_by(hours=24)
        with store.engine.begin() as connection:
            made.audit.write(connection, Deed("customer_viewed", "ann", "agent", customer_id=f"C-{number}"))
    return made


def checked(front: Front) -> Checked:
    with front.store.snapshot() as connection:
        return front.audit.checked(connection)


def test_a_record_that_nobody_touched_is_whole(front):
    assert checked(front) == Checked(5, 5, None)


def test_gateways_that_write_at_once_write_one_chain(front):
    def writes(_: int) -> None:
        with front.store.engine.begin() as connection:
            front.audit.write(connection, Deed("dialled", "ann"))

    with ThreadPoolExecutor(8) as gateways:
        list(gateways.map(writes, range(40)))
    assert checked(front) == Checked(45, 45, None)


def test_what_is_written_while_one_looks_breaks_nothing(front):
    with front.store.snapshot() as connection:
        connection.execute(select(CHAIN)).all()
        with front.store.engine.begin() as other:
            front.audit.write(other, Deed("dialled", "ann"))
        assert front.audit.checked(connection) == Checked(5, 5, None)


def test_a_row_that_was_put_in_is_named(front):
    with front.store.engine.begin() as connection:
        row = connection.execute(select(AUDIT).where(AUDIT.c.number == 5)).mappings().one()
        connection.execute(insert(AUDIT), dict(row) | {"number": 6})
    assert checked(front).broken == 6


@pytest.mark.parametrize(
    "changed", [{"name": "bob"}, {"at": 1}, {"what": "dialled"}, {"customer_id": "C-9"}, {"role": None}, {"seal": b"x"}]
)
def test_a_row_that_was_changed_is_named(front, changed):
    with front.store.engine.begin() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.number == 3).values(changed))
    assert checked(front).broken == 3


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_row_that_is_missing_is_named(front, number):
    with front.store.engine.begin() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.number == number))
    assert checked(front).broken == number


def test_a_cut_at_the_end_shows_even_where_the_end_was_moved(front):
    with front.store.engine.begin() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.number > 3))
        connection.execute(update(CHAIN).values(number=3))
    assert checked(front).broken == 4


def test_under_another_secret_the_secret_is_named_and_no_row(front):
    with front.store.snapshot() as connection:
        found = Audit(front.store, b"another", front.hours).checked(connection)
    assert found.is_foreign


def test_under_its_own_secret_a_record_is_ours_however_many_rows_were_changed(front):
    with front.store.engine.begin() as connection:
        connection.execute(update(AUDIT).values(name="bob"))
    assert (checked(front).broken, checked(front).is_foreign) == (1, False)


def test_a_record_without_rows_is_not_another_secrets(front):
    with front.store.engine.begin() as connection:
        connection.execute(delete(AUDIT))
    assert (checked(front).broken, checked(front).is_foreign) == (1, False)


@pytest.mark.asyncio
async def test_rows_whose_time_is_over_go_and_the_rest_is_whole(front):
    gone = await front.audit.forget_before(front.hours() - 2 * DAY_MS)
    assert (gone, checked(front)) == (2, Checked(3, 5, None))


@pytest.mark.asyncio
async def test_after_some_are_gone_it_is_added_to(front):
    await front.audit.forget_before(front.hours() + 1)
    await front.audit.note(ANN, "dialled", task_id="t")
    assert checked(front) == Checked(1, 6, None)


@pytest.mark.asyncio
async def test_an_auditor_sees_the_newest_first(front):
    page = (await (await front.signed_in("auditor")).opens("/desk/audit")).text
    assert page.index("C-4") < page.index("C-3")


@pytest.mark.asyncio
async def test_a_row_leads_to_the_story_of_the_customer_whom_it_is_about(front):
    page = (await (await front.signed_in("auditor")).opens("/desk/audit?customer=C-4")).text
    assert '<a href="/why/C-4">C-4</a>' in page


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("customer=C-2", ["C-2"]),
        ("what=dialled", []),
        ("name=ann&first=2026-03-08", ["C-4", "C-3"]),
        ("first=2026-03-06&last=2026-03-06", ["C-1"]),
        ("before=3&name=ann", ["C-1", "C-0"]),
        ("before=x&first=never&name=ann&last=9999-12-31", ["C-4", "C-3", "C-2", "C-1", "C-0"]),
    ],
)
async def test_rows_are_chosen(front, query, found):
    auditor = await front.signed_in("auditor")
    rows = list(csv.DictReader((await auditor.opens(f"/desk/audit.csv?{query}")).text.lstrip("\ufeff").splitlines()))
    assert [row["customer_id"] for row in rows] == found


@pytest.mark.asyncio
async def test_looking_at_the_record_is_recorded(front):
    auditor = await front.signed_in("auditor")
    await auditor.opens("/desk/audit")
    await auditor.opens("/desk/audit.csv")
    assert front.record()[-2:] == ["auditor audit_viewed", "auditor exported audit"]


@pytest.mark.asyncio
async def test_nothing_that_was_written_becomes_a_formula(front):
    await front.audit.note(ANN, "customer_viewed", customer_id="=1+1")
    saved = (await (await front.signed_in("auditor")).opens("/desk/audit.csv")).text
    assert (",'=1+1," in saved, ",=1+1," in saved) == (True, False)


@pytest.mark.asyncio
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_where_the_record_cannot_be_written_nothing_is_shown(front):
    auditor = await front.signed_in("auditor")
    with front.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE staff_chain RENAME TO elsewhere"))
    answer = await auditor.opens("/desk/audit")
    assert (answer.status_code, "C-4" in answer.text) == (503, False)
