"""What the migrations make is what the code asks for, once, and never of a newer release."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from dispatcher.archive import schema
from dispatcher.archive.database import DatabaseUnsuitable, opened
from dispatcher.archive.tables import METADATA


def test_the_migrations_make_the_tables_of_the_code(engine):
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_database_is_migrated_once(engine):
    assert (schema.found(engine), schema.migrate(engine)) == (schema.wanted(), False)


def test_an_empty_database_has_no_version(url):
    made = opened(url)
    try:
        assert schema.found(made) is None
    finally:
        made.dispose()


def test_tables_of_a_newer_release_are_left_alone(engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of-tomorrow'"))
    with pytest.raises(schema.NewerSchema, match="of-tomorrow"):
        schema.migrate(engine)


@pytest.mark.parametrize("wrong", ["mysql://me:hidden@host/name", "sqlite://", "hidden", "sqlite:///:memory:"])
def test_another_kind_of_database_is_refused_without_showing_its_address(wrong):
    with pytest.raises(DatabaseUnsuitable) as refused:
        opened(wrong)
    assert "hidden" not in str(refused.value)
