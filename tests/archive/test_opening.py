"""Whether there is an archive to read is told without making one."""

from pathlib import Path

from dispatcher.archive import schema
from dispatcher.archive.database import FILE, opened
from dispatcher.archive.opening import archive_of
from dispatcher.settings import Settings, load


def settings(folder: Path, **more: str) -> Settings:
    loaded = load({"DISPATCHER_DATA_DIR": str(folder), **more})
    assert isinstance(loaded, Settings)
    return loaded


def test_where_nobody_archives_there_is_none_and_none_is_made(tmp_path: Path) -> None:
    assert (archive_of(settings(tmp_path)), list(tmp_path.iterdir())) == (None, [])


def test_the_file_in_the_data_folder_is_found(tmp_path: Path) -> None:
    engine = opened(f"sqlite:///{tmp_path / FILE}")
    schema.migrate(engine)
    engine.dispose()
    found = archive_of(settings(tmp_path))
    assert found is not None
    assert found.timeline("nobody") == ()


def test_a_database_that_is_named_is_the_archive(tmp_path: Path) -> None:
    found = archive_of(settings(tmp_path, DISPATCHER_DATABASE_URL="postgresql://localhost/archive"))
    assert found is not None
    assert found.engine.dialect.name == "postgresql"
