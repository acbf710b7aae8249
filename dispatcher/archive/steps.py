"""The version of a database's tables, and the steps to that of this release; several sets of tables may share a database."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text


class NewerSchema(Exception):
    """A newer release has been at this database; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one set of tables.

    `whose` names it for people; `folder` holds Alembic's `env.py` and the steps; `version_table` remembers where a database
    stands; `lock` is PostgreSQL's: two processes that start together must not both make the tables.
    """

    whose: str
    folder: Path
    version_table: str
    lock: int

    def wanted(self) -> str:
        """The version that this release needs."""
        return str(ScriptDirectory.from_config(self._config()).get_current_head())

    def found(self, engine: Engine) -> str | None:
        """The version of a database; None: there are no tables yet."""
        with engine.connect().execution_options(reads=True) as connection:
            return self._version(connection)

    def migrate(self, engine: Engine) -> bool:
        """Bring a database to this release; all steps in one transaction. Returns whether there was anything to do.

        Raises:
            NewerSchema: its version is none that this release knows.
        """
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": self.lock})
            before = self._version(connection)
            if before == self.wanted():
                return False
            if before is not None and before not in self._known():
                raise NewerSchema(
                    f"{self.whose} tables are of version {before}, which is newer than this release ({self.wanted()}): "
                    "run the release that made them, or name another database"
                )
            command.upgrade(self._config(connection), "head")
        return True

    def _version(self, connection: Connection) -> str | None:
        return MigrationContext.configure(connection, opts={"version_table": self.version_table}).get_current_revision()

    def _known(self) -> set[str]:
        return {step.revision for step in ScriptDirectory.from_config(self._config()).walk_revisions()}

    def _config(self, connection: Connection | None = None) -> Config:
        config = Config()
        config.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        config.attributes["version_table"] = self.version_table
        return config
