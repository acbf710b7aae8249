"""`desk account` and `desk record check`, as a shell sees them."""

import json
import sqlite3
from pathlib import Path

import pytest

PASSWORD = b"long enough 4 me\n"


@pytest.fixture
def desk(command, tmp_path):
    def call(*arguments: str, stdin: bytes = b"", **settings: str):
        return command("desk", *arguments, stdin=stdin, DISPATCHER_DATA_DIR=str(tmp_path), **settings)

    return call


@pytest.fixture
def staffed(desk):
    """There is ann, an agent."""
    assert desk("account", "add", "Ann", "--role", "agent", stdin=PASSWORD).code == 0
    return desk


def accounts(desk) -> list[tuple[str, str, bool]]:
    found = [json.loads(line) for line in desk("account", "list", "--json").out.splitlines()]
    return [(each["name"], each["role"], each["disabled_at"] is None) for each in found]


def test_an_account_is_made_in_small_letters(staffed):
    assert accounts(staffed) == [("ann", "agent", True)]


def test_an_account_is_made_once(staffed):
    again = staffed("account", "add", "ann", "--role", "auditor", stdin=PASSWORD)
    assert (again.code, "already" in again.err, accounts(staffed)) == (2, True, [("ann", "agent", True)])


@pytest.mark.parametrize(
    ("password", "says"),
    [(b"short\n", "12 characters"), (b"password1234\n", "first that anybody would try"), (b"", "12 characters")],
)
def test_a_password_that_does_not_serve_makes_no_account_and_is_not_repeated(desk, password, says):
    ended = desk("account", "add", "ann", "--role", "agent", stdin=password)
    told = ended.out + ended.err
    assert (ended.code, says in told, accounts(desk)) == (2, True, [])
    assert not password.strip() or password.strip().decode() not in told


@pytest.mark.parametrize("name", ["", "ann smith", "-ann", "安"])
def test_a_name_that_does_not_serve_is_refused(desk, name):
    assert desk("account", "add", "--role", "agent", "--", name, stdin=PASSWORD).code == 2


def test_a_role_that_there_is_not_is_named_with_those_that_there_are(desk):
    ended = desk("account", "add", "ann", "--role", "owner", stdin=PASSWORD)
    assert (ended.code, "agent, supervisor, auditor" in ended.err) == (2, True)


def test_an_account_is_closed_and_opened_again(staffed):
    staffed("account", "disable", "ann")
    closed = accounts(staffed)
    staffed("account", "unlock", "ann")
    assert (closed, accounts(staffed)) == ([("ann", "agent", False)], [("ann", "agent", True)])


def test_an_account_gets_another_role(staffed):
    staffed("account", "role", "ann", "--role", "auditor")
    assert accounts(staffed) == [("ann", "auditor", True)]


@pytest.mark.parametrize("arguments", [("disable", "bob"), ("unlock", "bob"), ("role", "bob", "--role", "agent")])
def test_an_account_that_there_is_not_is_named(staffed, arguments):
    ended = staffed("account", *arguments)
    assert (ended.code, "there is no account bob" in ended.err) == (2, True)


def test_what_was_done_is_in_the_record_and_the_record_is_whole(staffed):
    staffed("account", "password", "ann", stdin=b"another one, longer\n")
    ended = staffed("record", "check")
    assert (ended.code, ended.out) == (0, "2 rows, up to number 2: all as they were written\n")


def test_a_record_that_was_changed_is_found(staffed, tmp_path):
    with sqlite3.connect(tmp_path / "desk.sqlite") as database:
        database.execute("UPDATE staff_audit SET detail = 'bob agent'")
    database.close()
    ended = staffed("record", "check")
    assert (ended.code, "row 1" in ended.out) == (1, True)


def test_under_another_secret_the_record_is_not_said_to_be_changed(staffed):
    ended = staffed("record", "check", DISPATCHER_SECRET="another secret, as long as one has to be")
    assert (ended.code, "row 1" in ended.out, "under this DISPATCHER_SECRET" in ended.err) == (3, False, True)


def test_nobody_else_may_read_the_file(staffed, tmp_path: Path):
    assert {each.stat().st_mode & 0o077 for each in tmp_path.iterdir()} == {0}
