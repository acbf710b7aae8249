"""The customer's page as HTML: no script, nothing from elsewhere, everything that others wrote escaped. Pure."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, assert_never

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dispatcher.gateway.form_fields import Form
from dispatcher.gateway.page_answers import (
    LONGEST_NOTE,
    PROMISE_WITHIN,
    Answer,
    Disputed,
    InstalmentsAsked,
    Misfit,
    Paid,
    Preferred,
    Promised,
    Stopped,
)
from dispatcher.gateway.page_language import LANGUAGES
from dispatcher.gateway.page_words import Words
from dispatcher.messages.foreign_text import foreign_text
from dispatcher.messages.formats import Formats, formats
from dispatcher.messages.money import parse_locale
from schemas.links import CustomerLink
from schemas.values import Day, Millis, to_date

_FOLDER: Final = Path(__file__).parent / "page_templates"
_CSS: Final = (_FOLDER / "page.css").read_text("utf-8")

CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_CSS.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Our own style sheet and forms to ourselves; no script, picture, font or frame."""

_LONGEST: Final = 80
_SHOWN_OF_A_NUMBER: Final = 3

_environment: Final = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_environment.globals.update(css=Markup(_CSS), languages=tuple(LANGUAGES.values()))  # noqa: S704 - our own file


@dataclass(frozen=True, slots=True)
class Shown:
    """For whom and when a page is shown: its link, its language, the instant, and what makes its forms one."""

    link: CustomerLink
    words: Words
    now: Millis
    form: str

    @property
    def today(self) -> Day:
        """The day at UTC."""
        return datetime.fromtimestamp(self.now / 1000, UTC).date().toordinal()


@dataclass(frozen=True, slots=True)
class Left:
    """How a customer left a form that has to be shown again: its fields, and what is wrong, if it is not us."""

    fields: Form = field(default_factory=dict, repr=False)
    misfit: Misfit | None = None
    not_saved: bool = False


_UNTOUCHED: Final = Left()


def page(shown: Shown, left: Left = _UNTOUCHED) -> str:
    """The page with all its forms."""
    link, words, misfit = shown.link, shown.words, left.misfit
    written, last = _formats(shown), shown.today + PROMISE_WITHIN
    answered = next(iter(left.fields.get("answer", ())), "")
    says = "" if misfit is None else _says(misfit, shown)

    def value(form: str, name: str) -> str:
        return next(iter(left.fields.get(name, ())), "") if form == answered else ""

    def ticked(form: str, name: str, one: str) -> bool:
        """All are ticked until the customer has answered."""
        return form != answered or one in left.fields.get(name, ())

    return _environment.get_template("page.html").render(
        _common(shown),
        invoices=[
            {
                "id": each.invoice_id,
                "number": foreign_text(each.number, _LONGEST),
                "amount": written.money(each.amount, each.currency),
            }
            for each in link.invoices
        ],
        as_of=written.date(_day_of(link.issued_at)),
        first=to_date(shown.today).isoformat(),
        last=to_date(last).isoformat(),
        first_day=written.date(shown.today),
        last_day=written.date(last),
        longest=LONGEST_NOTE,
        not_saved=left.not_saved,
        mistake=None if misfit is None else {"form": misfit.form, "field": misfit.field, "says": says},
        wrong=lambda form, name: says if misfit is not None and (misfit.form, misfit.field) == (form, name) else "",
        value=value,
        ticked=ticked,
        closed=lambda time: answered == "prefer" and time in left.fields.get("closed", ()),
        words=words,
    )


def done(shown: Shown, answer: Answer) -> str:
    """The confirmation of an answer."""
    return _environment.get_template("done.html").render(_common(shown), said=_done(answer, shown))


def expired(shown: Shown, *, not_saved: bool = False) -> str:
    """What an old link still offers."""
    return _environment.get_template("expired.html").render(_common(shown), not_saved=not_saved)


def gone(words: Words) -> str:
    """What is shown where there is no such link, whatever is wrong with it."""
    return _environment.get_template("gone.html").render(words=words, creditor=None)


def masked(point: str) -> str:
    """A number or address as its owner knows it again, and nobody else learns it: `a…@example.com`, `…123`."""
    local, at, domain = point.rpartition("@")
    return f"{local[:1]}…@{domain}" if at else f"…{point[-_SHOWN_OF_A_NUMBER:]}"


def _common(shown: Shown) -> dict[str, object]:
    link = shown.link
    return {
        "words": shown.words,
        "creditor": foreign_text(link.creditor, _LONGEST),
        "point": masked(link.point),
        "shown": shown.form,
    }


def _done(answer: Answer, shown: Shown) -> str:
    said, written = shown.words.done, _formats(shown)
    match answer:
        case Paid():
            return said["paid"]
        case Promised(_, amount, currency, day):
            return said["promise"].format(amount=written.money(amount, currency), day=written.date(day))
        case InstalmentsAsked():
            return said["instalments"]
        case Disputed():
            return said["dispute"]
        case Preferred():
            return said["prefer"]
        case Stopped():
            return said["stop"].format(point=masked(shown.link.point))
        case _:
            assert_never(answer)


def _says(misfit: Misfit, shown: Shown) -> str:
    written, link = _formats(shown), shown.link
    whole = sum(each.amount for each in link.invoices)
    amount = written.money(whole, link.invoices[0].currency) if link.invoices else ""
    last = shown.today + PROMISE_WITHIN
    return shown.words.mistakes[misfit.mistake].format(
        first=written.date(shown.today),
        last=written.date(last),
        example=date.fromordinal(last).isoformat(),
        amount=amount,
        longest=LONGEST_NOTE,
    )


def _formats(shown: Shown) -> Formats:
    """The customer's own formats where the page is in the customer's language, else the page's."""
    own = parse_locale(shown.link.locale)
    page_locale = parse_locale(shown.words.tag)
    return formats(
        str(own if own is not None and page_locale and own.language == page_locale.language else page_locale)
    )


def _day_of(instant: Millis) -> Day:
    return datetime.fromtimestamp(instant / 1000, UTC).date().toordinal()
