"""The database of an archiver of the last release: brought to today's tables, and read by all who read archives."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from dispatcher.archive import schema
from dispatcher.archive.checking import check
from dispatcher.archive.database import opened
from dispatcher.archive.figures.asking import Question
from dispatcher.archive.figures.periods import Period
from dispatcher.archive.figures.register import FIGURES
from dispatcher.archive.queries import Archive
from dispatcher.archive.store import Store
from dispatcher.archive.tables import METADATA
from dispatcher.archive.timelines import MOST, Wanted
from tests.released import record, recorded
from tests.released.meaning import changes

MONTHS = Period(date(2026, 2, 15).toordinal(), date(2026, 4, 15).toordinal(), ZoneInfo("UTC"))
ARCHIVED = record.archived(recorded.lived())
TOLD = [each for each in ARCHIVED if each.kind == "journal"]
CUSTOMERS = sorted({each.key.decode() for each in TOLD})
FORGOTTEN = {each.key for each in ARCHIVED if each.kind == "arrival" and each.meant["fact"][""] == "CustomerErased"}
"""Customers of whom the archive had to forget what the journal said."""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The recorded database, brought to this release."""
    engine = opened(f"sqlite:///{recorded.archive(tmp_path_factory.mktemp('archive'))}")
    assert schema.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def anew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """What this release's archiver makes of the same records."""
    file: Path = tmp_path_factory.mktemp("anew") / "archive.sqlite"
    record.archive(ARCHIVED, file)
    engine = opened(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def rows(engine: Engine, figure: str) -> list[object]:
    with engine.connect() as connection:
        return list(FIGURES[figure].rows(connection, Question(MONTHS, MONTHS.end)))


def test_the_tables_are_those_of_this_release(migrated):
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_chains_of_the_journal_still_hold(migrated):
    report = check(migrated, record.ARCHIVE_KEY)
    assert (report.findings, report.records) == ((), len(TOLD))


def test_every_journal_record_is_read_as_it_was_written(migrated):
    found = {each.record_id: each for name in CUSTOMERS for each in Archive(migrated).timeline(name)}
    kept = [each for each in TOLD if each.key not in FORGOTTEN]
    assert [change for each in kept for change in changes(each.meant, found[each.meant["record_id"]])] == []


@pytest.mark.parametrize("name", CUSTOMERS)
def test_a_customers_timeline_is_paged_through_to_its_begin(migrated, name):
    page = Archive(migrated, record.ARCHIVE_KEY).timelines.page(name, Wanted(), most=MOST)
    assert len(page.entries) == sum(each.key == name.encode() for each in TOLD)


NOT_ARCHIVED_THEN = {"opt-outs"}
"""Figures of what the last release did not archive: they begin with the upgrade, and CHANGELOG says so."""


@pytest.mark.parametrize("figure", sorted(FIGURES.keys() - NOT_ARCHIVED_THEN))
def test_a_figure_is_what_it_would_be_had_this_release_archived_everything(migrated, anew, figure):
    assert rows(migrated, figure) == rows(anew, figure)


def test_an_archiver_goes_on_behind_what_is_there(migrated):
    positions = Store(migrated, record.ARCHIVE_KEY).positions()
    counted = {topic: sum(each.topic == topic for each in ARCHIVED) for topic, _ in positions}
    assert {topic: offset for (topic, _), offset in positions.items()} == counted
