"""The version of the archive's tables, and the steps to that of this release."""

from pathlib import Path
from typing import Final

from dispatcher.archive.steps import NewerSchema, Steps

__all__ = ["NewerSchema", "found", "migrate", "wanted"]

_STEPS: Final = Steps("the archive's", Path(__file__).parent / "migrations", "alembic_version", 4_730_111_911)

wanted = _STEPS.wanted
found = _STEPS.found
migrate = _STEPS.migrate
