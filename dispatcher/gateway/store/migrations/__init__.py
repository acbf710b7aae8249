"""Alembic's part of the store."""
