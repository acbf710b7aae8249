"""Who works at the desk, as far as the desk needs to know."""

from typing import Literal, Protocol

Role = Literal["agent", "supervisor", "auditor"]


class Person(Protocol):
    """Somebody who has signed in. `name` is the login, never a customer's."""

    @property
    def name(self) -> str:
        """The login: unique, and the collector's id in every statement."""

    @property
    def role(self) -> Role:
        """What the person may do."""

    @property
    def language(self) -> str:
        """In which the person reads, a BCP 47 tag; customers who speak it come first."""


def spoken(tag: str) -> str:
    """The language of a BCP 47 tag without script and country: `zh` for `zh-CN`."""
    return tag.partition("-")[0].lower()
