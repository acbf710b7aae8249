"""Staff pages are served where that is safe, over a store that is kept in order; otherwise it is said what to change."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import text

from dispatcher.exit_codes import ExitCode
from dispatcher.gateway.proofs import Unstartable
from dispatcher.gateway.staff.audit import Deed
from dispatcher.gateway.staff.retention import forget_in_time
from dispatcher.gateway.staffing import check_staff, opened_store, staffed
from dispatcher.settings import Settings, load
from tests.gateway.site import site

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what operators write
SHARED = "a secret that both know"


def given(**variables: str) -> Settings:
    found = load({f"DISPATCHER_{name}": value for name, value in variables.items()})
    assert isinstance(found, Settings), found
    return found


@pytest.mark.parametrize("host", [EVERYWHERE, "192.0.2.1", "::", "gateway"])
def test_beyond_this_machine_no_page_is_served_in_clear_text(host):
    with pytest.raises(
        Unstartable, match=r"clear text on .*DISPATCHER_STAFF_URL.*DISPATCHER_STAFF_PAGES=off"
    ) as refused:
        check_staff(given(GATEWAY_HOST=host, PUBLIC_URL="http://pay.example"))
    assert refused.value.code == ExitCode.SETTINGS


@pytest.mark.parametrize(
    "safely",
    [
        {"GATEWAY_HOST": "127.0.0.1"},
        {"GATEWAY_HOST": EVERYWHERE, "STAFF_URL": "https://desk.example"},
        {"GATEWAY_HOST": EVERYWHERE, "PUBLIC_URL": "https://pay.example"},
        {"GATEWAY_HOST": EVERYWHERE, "STAFF_PROXY_SECRET": SHARED, "GATEWAY_PROXIES": "10.0.0.7"},
        {"GATEWAY_HOST": EVERYWHERE, "STAFF_PAGES": "off"},
    ],
)
def test_on_this_machine_behind_tls_and_behind_a_proxy_they_are(safely):
    check_staff(given(**safely))


def test_a_proxy_that_vouches_must_be_listed():
    problems = load({"DISPATCHER_STAFF_PROXY_SECRET": SHARED})
    assert "DISPATCHER_GATEWAY_PROXIES: missing; expected the proxies" in str(problems)


def test_the_secret_of_the_proxy_is_not_shown():
    assert SHARED not in repr(given(STAFF_PROXY_SECRET=SHARED, GATEWAY_PROXIES="10.0.0.7"))


@pytest.mark.asyncio
async def test_where_they_are_off_nothing_is_opened(tmp_path):
    async with staffed(given(STAFF_PAGES="off", DATA_DIR=str(tmp_path)), site().parts) as parts:
        assert (parts.staff, list(tmp_path.iterdir())) == (None, [])


@pytest.mark.asyncio
async def test_where_they_are_on_the_store_is_there(tmp_path):
    async with staffed(given(DATA_DIR=str(tmp_path)), site().parts) as parts:
        assert (parts.staff is not None, (tmp_path / "desk.sqlite").exists()) == (True, True)


def test_a_database_that_does_not_answer_is_named_by_its_variable_and_nothing_else():
    with pytest.raises(Unstartable, match="DISPATCHER_DATABASE_URL") as refused:
        opened_store(given(DATABASE_URL="postgresql://me:hidden@127.0.0.1:1/none"))
    assert "hidden" not in str(refused.value)


def test_the_tables_of_a_newer_release_stop_the_start(tmp_path):
    settings = given(DATA_DIR=str(tmp_path))
    store = opened_store(settings)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE gateway_version SET version_num = 'of-tomorrow'"))
    store.close()
    with pytest.raises(Unstartable, match="of-tomorrow"):
        opened_store(settings)


@pytest.mark.asyncio
async def test_the_record_is_kept_to_its_days_and_looked_at_again(front):
    paused: list[float] = []

    async def an_hour(seconds: float) -> None:
        paused.append(seconds)
        front.hours.pass_by(hours=24)
        if len(paused) == 3:
            raise asyncio.CancelledError

    with front.store.engine.begin() as connection:
        front.audit.write(connection, Deed("dialled", "ann"))
    front.hours.pass_by(hours=1)
    with suppress(asyncio.CancelledError):
        await forget_in_time(front.staff, 2, an_hour)
    assert (paused, front.record()) == ([3600.0] * 3, [])


@pytest.mark.asyncio
async def test_a_store_that_is_away_for_a_while_does_not_end_the_keeping(front):
    paused: list[float] = []

    async def an_hour(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 2:
            raise asyncio.CancelledError

    with front.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE staff_chain RENAME TO elsewhere"))
    with suppress(asyncio.CancelledError):
        await forget_in_time(front.staff, 2, an_hour)
    assert len(paused) == 2
