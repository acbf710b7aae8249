"""A PostgreSQL of these tests alone: a cluster in a folder, on a socket there, run by an unprivileged user."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_FOLDERS = ("/usr/local/bin", "/usr/bin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)))
_NEEDED = ("initdb", "pg_ctl", "postgres")
_UNPRIVILEGED = "postgres"
_SIZE = "-c shared_buffers=256MB -c max_wal_size=2GB"
_HURRIED = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
"""Its processes are killed here, the machine never is."""


class NoPostgres(Exception):
    """None can be started here; the message says why."""


@dataclass(frozen=True)
class Cluster:
    """A server that runs; `database()` makes an empty one in it."""

    folder: Path
    programs: dict[str, str]
    user: str | None
    options: str

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"t{secrets.token_hex(6)}"
        self._say(f"CREATE DATABASE {name}")
        return f"postgresql://{self._role}@/{name}?host={self.folder}"

    def begin_as(self, name: str, like: str) -> None:
        """Have a database be a copy of another one, which nobody uses just now."""
        self._say(f"DROP DATABASE {name}", f"CREATE DATABASE {name} TEMPLATE {like}")

    def _say(self, *statements: str) -> None:
        said = [each for statement in statements for each in ("-c", statement)]
        _run(self.user, self.programs["psql"], "-q", "-h", str(self.folder), "-d", "postgres", *said)

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' {self.options}"
        log = str(self.folder / "postgres.log")
        data = str(self.folder / "data")
        _run(self.user, self.programs["pg_ctl"], "-D", data, "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """At once, as if it were killed."""
        _run(self.user, self.programs["pg_ctl"], "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    @property
    def _role(self) -> str:
        return self.user or pwd.getpwuid(os.getuid()).pw_name


def started(folder: Path, *, durable: bool = False) -> Cluster:
    """Make a cluster in an empty folder that others may enter, and start it; `durable`: as it would be in production.

    Raises:
        NoPostgres: its programs are missing, or we are root and there is nobody to run it as.
    """
    programs = {name: shutil.which(name, path=":".join(_FOLDERS)) for name in (*_NEEDED, "psql")}
    if missing := [name for name, path in programs.items() if path is None]:
        raise NoPostgres(f"PostgreSQL is not installed: no {', '.join(missing)}")
    known = {name: str(path) for name, path in programs.items()}
    user = None
    if os.getuid() == 0:
        user = _unprivileged()
        shutil.chown(folder, user)
    folder.chmod(0o755)
    _run(user, known["initdb"], "-D", str(folder / "data"), "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    cluster = Cluster(folder, known, user, _SIZE if durable else f"{_SIZE} {_HURRIED}")
    cluster.start()
    return cluster


def running() -> Iterator[Cluster]:
    """A cluster while a test, or a run of them, needs it; where there can be none, the test is skipped and says why."""
    # Not under pytest's own folder, which only we may enter; and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        cluster = started(folder)
    except NoPostgres as none:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(str(none))
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> str:
    try:
        pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise NoPostgres(f"PostgreSQL refuses to run as root, and there is no user {_UNPRIVILEGED}") from None
    return _UNPRIVILEGED


def _run(user: str | None, *command: str) -> None:
    """As `user`, if one is named."""
    done = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoPostgres(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
