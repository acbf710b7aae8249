"""The archive for those who read it: opened where there is one, never made."""

from dispatcher.archive.database import FILE, address, opened
from dispatcher.archive.queries import Archive
from dispatcher.settings import Settings


def archive_of(settings: Settings) -> Archive | None:
    """The archive that the settings name, or that stands in the data folder; None where nobody archives.

    Raises:
        DatabaseUnsuitable: the settings name a database of another kind.
    """
    if settings.archive.database_url is None and not (settings.data_dir / FILE).exists():
        return None
    return Archive(opened(address(settings)), settings.archive_key, masters=settings.masters)
