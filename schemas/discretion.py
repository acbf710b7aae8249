"""Keeps personal data out of logs, errors and test reports: what holds it shows its kind, not its content."""


class Discreet:
    """First base of a model that holds a name, a number, an address or words of or about a person."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The kind alone."""
        return f"{type(self).__name__}(...)"
