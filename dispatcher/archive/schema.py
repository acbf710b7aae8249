"""The version of a database's tables, and the steps to that of this release."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_STEPS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 4_730_111_911
"""Two processes that start together must not both make the tables."""


class NewerSchema(Exception):
    """A newer release has been at this database; the message says what to do."""


def wanted() -> str:
    """The version that this release needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def found(engine: Engine) -> str | None:
    """The version of a database; None: there are no tables yet."""
    with engine.connect().execution_options(reads=True) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine) -> bool:
    """Bring a database to this release; all steps in one transaction. Returns whether there was anything to do.

    Raises:
        NewerSchema: its version is none that this release knows.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        if before == wanted():
            return False
        if before is not None and before not in _known():
            raise NewerSchema(
                f"the archive's tables are of version {before}, which is newer than this release ({wanted()}): "
                "run the release that made them, or name another database"
            )
        command.upgrade(_config(connection), "head")
    return True


def _known() -> set[str]:
    return {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
