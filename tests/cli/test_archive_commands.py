"""`archive migrate` and `verify --archive`, as a shell sees them."""

import json
import sqlite3

import pytest

from dispatcher.archive.database import opened
from dispatcher.settings import load
from tests.archive.journal import Topics, batch, begun

KEY = load({}).archive_key


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


@pytest.fixture
def filled(command, url) -> str:
    """The address of an archive with 30 records."""
    command("archive", "migrate", DISPATCHER_DATABASE_URL=url)
    told = Topics()
    for number in range(30):
        told.decided("Ada", "planned", minutes=number)
    engine = opened(url)
    store, positions = begun(engine, KEY)
    store.write(batch(told.records, KEY), positions)
    engine.dispose()
    return url


def test_the_tables_are_made_once(command, url):
    first = command("archive", "migrate", DISPATCHER_DATABASE_URL=url)
    second = command("archive", "migrate", DISPATCHER_DATABASE_URL=url)
    assert (first.code, "nothing had to be done" in first.out) == (0, False)
    assert (second.code, "nothing had to be done" in second.out) == (0, True)


def test_without_an_address_the_archive_is_a_file_in_the_data_folder(command, tmp_path):
    assert command("archive", "migrate", DISPATCHER_DATA_DIR=str(tmp_path / "data")).code == 0
    assert (tmp_path / "data" / "archive.sqlite").exists()


@pytest.mark.parametrize("wrong", ["mysql://me:hidden@host/name", "postgresql://me:hidden@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_used_is_named_by_its_variable_and_nothing_else(command, wrong):
    ended = command("archive", "migrate", DISPATCHER_DATABASE_URL=wrong)
    assert (ended.code, "DISPATCHER_DATABASE_URL" in ended.err, "hidden" in ended.err) == (3, True, False)


def test_an_archive_that_nobody_touched_verifies(command, filled):
    ended = command("verify", "--archive", DISPATCHER_DATABASE_URL=filled)
    assert (ended.code, "30 records" in ended.out) == (0, True)


def test_a_record_that_was_changed_is_named(command, filled):
    with sqlite3.connect(filled.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE records SET result = 'suppressed' WHERE number = 17")
    database.close()
    ended = command("verify", "--archive", "--json", DISPATCHER_DATABASE_URL=filled)
    findings = [(each["kind"], each["number"]) for each in json.loads(ended.out)["findings"]]
    assert (ended.code, findings) == (1, [("changed", 17)])


def test_ends_that_were_written_down_show_that_the_archive_was_cut(command, filled, tmp_path):
    noted = tmp_path / "ends.json"
    noted.write_text(command("verify", "--archive", "--json", DISPATCHER_DATABASE_URL=filled).out)
    with sqlite3.connect(filled.removeprefix("sqlite:///")) as database:
        database.execute("DELETE FROM records")
        database.execute("DELETE FROM chains")
    database.close()
    assert command("verify", "--archive", DISPATCHER_DATABASE_URL=filled).code == 0
    ended = command("verify", "--archive", "--ends", str(noted), DISPATCHER_DATABASE_URL=filled)
    assert (ended.code, "the chain was longer when it was noted" in ended.out) == (1, True)


def test_another_secret_cannot_verify_and_says_so(command, filled):
    ended = command(
        "verify", "--archive", DISPATCHER_DATABASE_URL=filled, DISPATCHER_SECRET="another secret of these tests"
    )
    assert (ended.code, "another DISPATCHER_SECRET" in ended.err) == (3, True)


def test_an_archive_without_tables_is_not_verified(command, url):
    ended = command("verify", "--archive", DISPATCHER_DATABASE_URL=url)
    assert (ended.code, "archive migrate" in ended.err) == (3, True)


def test_ends_mean_nothing_without_an_archive(command, tmp_path):
    assert command("verify", "--ends", str(tmp_path)).code == 2


def test_a_file_that_holds_no_ends_is_named(command, filled, tmp_path):
    (tmp_path / "ends").write_text("[]")
    ended = command("verify", "--archive", "--ends", str(tmp_path / "ends"), DISPATCHER_DATABASE_URL=filled)
    assert (ended.code, str(tmp_path / "ends") in ended.err) == (2, True)
