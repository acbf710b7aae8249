"""Columns as every table of ours has them, on both kinds of database: texts, numbers, and instants in milliseconds."""

from sqlalchemy import BigInteger, Column, Text


def required(name: str) -> Column[str]:
    """A text that is always there."""
    return Column(name, Text, nullable=False)


def optional(name: str) -> Column[str]:
    """A text, or none."""
    return Column(name, Text)


def number(name: str) -> Column[int]:
    """A number that is always there."""
    return Column(name, BigInteger, nullable=False)


def instant(name: str) -> Column[int]:
    """Milliseconds since the epoch, or never."""
    return Column(name, BigInteger)
