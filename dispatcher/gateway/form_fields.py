"""The fields of an HTML form that was sent, as far as pages of ours read them."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Request

_MOST_FIELDS: Final = 100

Form = Mapping[str, Sequence[str]]
"""The fields that were sent, each with its values in order."""


async def form_of(request: Request[Any, Any, Any]) -> Form:
    """The fields of a form, urlencoded or multipart; files and what is too much are left out."""
    fields: dict[str, list[str]] = {}
    for name, value in list((await request.form()).multi_items())[:_MOST_FIELDS]:
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return fields


def text_of(form: Form, name: str) -> str:
    """The field in one spelling, without what no event may hold: control characters and halves of surrogate pairs."""
    written = unicodedata.normalize("NFC", next(iter(form.get(name, ())), ""))
    kept = (letter for letter in written if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs"})
    return "".join(kept).strip()
