"""The Jinja environment of one language: sandboxed, strict about unknown names, and with nothing in it but what is listed.

A template sees plain texts, numbers and lists. It cannot reach objects, loop beyond its lists or call anything.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

_FILTERS = ("default", "first", "join", "last", "length", "lower", "upper")
_TESTS = ("defined", "none")


class _Sandbox(ImmutableSandboxedEnvironment):
    """`row.number` is `row["number"]` and never a method of the dictionary, which is also the shorter way there."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - Jinja's own signature
        """The entry of a dictionary; what the sandbox allows of anything else."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def sandbox(folders: Sequence[Path], locale: Locale) -> ImmutableSandboxedEnvironment:
    """An environment that finds templates in `folders`, the first first, and escapes in `*.html`."""
    environment = _Sandbox(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=_is_html,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        auto_reload=False,
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS} | {"plural": _plural_of(locale)}
    environment.tests = {name: environment.tests[name] for name in _TESTS}
    return environment


def _is_html(file: str | None) -> bool:
    return file is not None and file.endswith(".html")


def _plural_of(locale: Locale) -> Callable[..., str]:
    form = lru_cache(maxsize=1024)(locale.plural_form)

    def plural(count: int, *, other: str, **forms: str) -> str:
        """Choose the word that goes with a number: `one` and `other` in English, more forms elsewhere."""
        return forms.get(form(count), other)

    return plural
