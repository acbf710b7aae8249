"""How databases of the archive become what this release needs; Alembic runs the versions in order."""
