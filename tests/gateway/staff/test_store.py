"""The store makes its tables when a gateway starts, once, and leaves those of a newer release alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text

from dispatcher.archive import schema as of_archive
from dispatcher.archive.steps import NewerSchema
from dispatcher.gateway.staff.tables import SESSIONS
from dispatcher.gateway.store.database import STEPS, address, store_at
from dispatcher.gateway.store.metadata import METADATA
from dispatcher.settings import Settings, load

ROW = {"digest": b"d", "name": "ann", "begun_at": 1, "seen_at": 1}


def given(**variables: str) -> Settings:
    found = load({f"DISPATCHER_{name}": value for name, value in variables.items()})
    assert isinstance(found, Settings), found
    return found


def test_the_steps_make_the_tables_of_the_code(store):
    with store.engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"version_table": STEPS.version_table})
        assert compare_metadata(found, METADATA) == []


def test_several_gateways_may_start_at_once(url):
    with ThreadPoolExecutor(8) as starting:
        stores = list(starting.map(lambda _: store_at(url), range(8)))
    versions = {STEPS.found(each.engine) for each in stores}
    for each in stores:
        each.close()
    assert versions == {STEPS.wanted()}


def test_a_newer_release_is_left_alone(url):
    store = store_at(url)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE gateway_version SET version_num = 'of-tomorrow'"))
    with pytest.raises(NewerSchema, match=r"the gateway's tables are of version of-tomorrow"):
        store_at(url)
    store.close()


def test_the_archive_may_share_the_database(url):
    store = store_at(url)
    of_archive.migrate(store.engine)
    tables = set(inspect(store.engine).get_table_names())
    store.close()
    assert {"staff_audit", "records", "gateway_version", "alembic_version"} <= tables


@pytest.mark.asyncio
async def test_what_was_written_is_read(store):
    await store.writes(lambda connection: connection.execute(insert(SESSIONS), ROW) and None)
    assert await store.reads(lambda connection: connection.execute(select(SESSIONS.c.name)).scalars().all()) == ["ann"]


@pytest.mark.asyncio
async def test_where_work_fails_nothing_was_written(store):
    def half(connection):
        connection.execute(insert(SESSIONS), ROW)
        raise LookupError

    with pytest.raises(LookupError):
        await store.writes(half)
    assert await store.reads(lambda connection: connection.execute(select(SESSIONS.c.name)).all()) == []


def test_postgresql_is_shared_with_the_archive():
    url = "postgresql://me:hidden@host/name"
    assert address(given(DATABASE_URL=url)) == url


def test_a_file_of_the_archive_is_left_to_it(tmp_path):
    settings = given(DATABASE_URL="sqlite:////elsewhere/archive.sqlite", DATA_DIR=str(tmp_path))
    assert address(settings) == f"sqlite:///{tmp_path / 'desk.sqlite'}"
