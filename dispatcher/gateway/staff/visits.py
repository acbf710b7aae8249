"""One request to a staff page: who makes it, in which language, and what makes its forms and scripts ours."""

import hmac
from dataclasses import dataclass, field
from typing import Any, Final

from litestar.connection import ASGIConnection

from dispatcher.gateway.staff.cookies import Cookies
from dispatcher.gateway.staff.languages import WORDS
from dispatcher.gateway.staff.people import Language, Person
from dispatcher.gateway.staff.words import Words

_KEY: Final = "staff_visit"

AnyConnection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that a guard has let in. `locale`: how dates and amounts are written for whoever reads.

    `nonce` allows this answer's scripts and styles, `form_token` proves this visit's forms. `flash` is a word of ours that
    the page before left. `fresh`: a cookie that has to be set so that the form token holds. `signs_out`: whether there is a
    session of ours to end; `sign_out_url`: where whoever was signed in elsewhere ends theirs.
    """

    person: Person | None
    language: Language
    locale: str
    nonce: str
    form_token: str = field(repr=False)
    path: str
    cookies: Cookies
    flash: str | None = None
    fresh: str | None = field(default=None, repr=False)
    signs_out: bool = False
    sign_out_url: str | None = None

    @property
    def words(self) -> Words:
        """The words of the frame."""
        return WORDS[self.language]

    def carries(self, presented: str) -> bool:
        """Whether a form that came carries this visit's token."""
        return hmac.compare_digest(self.form_token.encode(), presented.encode())

    @property
    def who(self) -> Person:
        """The person, where the guard let nobody else in.

        Raises:
            LookupError: nobody is signed in; the page is guarded too weakly.
        """
        if self.person is None:
            raise LookupError("nobody is signed in here: guard the page with `needs`")
        return self.person


def visit_of(connection: AnyConnection) -> Visit:
    """The visit that the guard of this handler let in.

    Raises:
        LookupError: the handler has no guard.
    """
    found = kept_visit(connection)
    if found is None:
        raise LookupError("this handler has no guard: give it `needs` or `open_to_all`")
    return found


def kept_visit(connection: AnyConnection) -> Visit | None:
    """The visit that a guard made, whether or not it let it in."""
    found = connection.scope.get("state", {}).get(_KEY)
    return found if isinstance(found, Visit) else None


def keep(connection: AnyConnection, visit: Visit) -> None:
    """Remember it for the handler, or for the page that says why there is none."""
    connection.scope["state"][_KEY] = visit
