"""`desk`: the local accounts of those who work at the gateway's pages, and the record of what they did."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.new_password import new_password
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dispatcher.gateway.staff.accounts import Accounts, Changed
    from dispatcher.gateway.staff.audit import Audit
    from dispatcher.gateway.staff.people import Role
    from dispatcher.gateway.store.database import Store

_NAME = typer.Argument(help="The account's name.", metavar="NAME")
_ROLE = typer.Option(help="agent, supervisor or auditor.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Accounts of the staff pages, and their record.", rich_markup_mode=None)
    account = typer.Typer(help="Local accounts of the staff pages.", rich_markup_mode=None)
    account.command("add")(add)
    account.command("list")(list_accounts)
    account.command("disable")(disable)
    account.command("unlock")(unlock)
    account.command("password")(password)
    account.command("role")(role)
    record = typer.Typer(help="The record of what people did.", rich_markup_mode=None)
    record.command("check")(check)
    group.add_typer(account, name="account")
    group.add_typer(record, name="record")
    app.add_typer(group, name="desk")


def add(name: str = _NAME, role: str = _ROLE) -> None:
    """Make an account. Its password is asked for, or read from stdin as one line."""
    from dispatcher.gateway.staff.people import is_name

    named, given = _named(name), _role(role)
    if not is_name(named):
        stop(ExitCode.USAGE, "expected a NAME of at most 100 letters, digits, '.', '_', '@', '+', '-' or '\\'")
    kept = _kept(new_password(named))
    _change(named, lambda accounts, connection: accounts.add(connection, named, given, kept, _now()))
    typer.echo(f"{named} may sign in as {given}")


def list_accounts(as_json: bool = typer.Option(False, "--json", help="One object a line.")) -> None:
    """Show all accounts."""
    from dispatcher.gateway.staff.accounts import all_accounts

    with _opened() as (store, _), store.snapshot() as connection:
        found = all_accounts(connection)
    if as_json:
        for each in found:
            print_json(each)
        return
    rows = [(each.name, each.role, _state(each.disabled_at, each.locked_until), _day(each.made_at)) for each in found]
    print_table(("name", "role", "state", "made"), rows)


def disable(name: str = _NAME) -> None:
    """Close an account. Its sessions end, and nobody signs in there until `unlock`."""
    named = _named(name)
    _change(named, lambda accounts, connection: accounts.disable(connection, named, _now()))
    typer.echo(f"{named} is closed")


def unlock(name: str = _NAME) -> None:
    """Open a closed account again. Wrong passwords or `disable` had closed it."""
    named = _named(name)
    _change(named, lambda accounts, connection: accounts.unlock(connection, named))
    typer.echo(f"{named} is open")


def password(name: str = _NAME) -> None:
    """Give an account another password, asked for or read from stdin. Its sessions end."""
    named = _named(name)
    kept = _kept(new_password(named))
    _change(named, lambda accounts, connection: accounts.give_password(connection, named, kept))
    typer.echo(f"{named} has a new password")


def role(name: str = _NAME, role: str = _ROLE) -> None:
    """Give an account another role. Its sessions end."""
    named, given = _named(name), _role(role)
    _change(named, lambda accounts, connection: accounts.give_role(connection, named, given))
    typer.echo(f"{named} is {given}")


def check() -> None:
    """Look whether the record still says what was written. Exit code 1 names the first row that does not."""
    with _opened() as (store, audit), store.snapshot() as connection:
        found = audit.checked(connection)
    if found.is_foreign:
        why = "no row of the record was written under this DISPATCHER_SECRET: set the one that the gateways have"
        stop(ExitCode.SETTINGS, f"{why}. If they have this one, every row was changed")
    if found.broken is not None:
        typer.echo(f"row {found.broken} is not what was written, or is missing")
        raise typer.Exit(ExitCode.FINDINGS)
    typer.echo(f"{found.rows} rows, up to number {found.last}: all as they were written")


def _change(named: str, change: "Callable[[Accounts, Connection], Changed]") -> None:
    from dispatcher.gateway.staff.accounts import Accounts

    with _opened() as (store, audit), store.engine.begin() as connection:
        changed = change(Accounts(audit), connection)
    if changed == "unknown":
        stop(ExitCode.USAGE, f"there is no account {named}: `dispatcher desk account list` shows all")
    if changed == "taken":
        stop(ExitCode.USAGE, f"there is an account {named} already: `password` and `role` change it, `unlock` opens it")


@contextmanager
def _opened() -> "Iterator[tuple[Store, Audit]]":
    settings = settings_or_stop()
    from sqlalchemy.exc import DBAPIError

    from dispatcher.gateway.proofs import Unstartable
    from dispatcher.gateway.staff.audit import Audit
    from dispatcher.gateway.staffing import opened_store

    try:
        store = opened_store(settings)
    except Unstartable as unsuitable:
        stop(unsuitable.code, str(unsuitable))
    try:
        yield store, Audit(store, settings.staff_key, _now)
    except DBAPIError as fault:
        stop(ExitCode.SETTINGS, f"the gateway's database does not answer ({type(fault.orig).__name__})")
    finally:
        store.close()


def _kept(given: str) -> str:
    from argon2 import PasswordHasher

    from dispatcher.gateway.staff.passwords import Passwords

    return Passwords(PasswordHasher()).kept(given)


def _role(text: str) -> "Role":
    from dispatcher.gateway.staff.people import ROLES, role_of

    found = role_of(text)
    if found is None:
        stop(ExitCode.USAGE, f"expected --role out of {', '.join(ROLES)}")
    return found


def _named(name: str) -> str:
    """Names are kept in small letters: people sign in however they write them."""
    return name.strip().casefold()


def _state(disabled_at: int | None, locked_until: int) -> str:
    if disabled_at is not None:
        return f"closed since {_day(disabled_at)}"
    return "closed for a while, after wrong passwords" if _now() < locked_until else "open"


def _day(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).date().isoformat()


def _now() -> int:
    return time.time_ns() // 1_000_000
