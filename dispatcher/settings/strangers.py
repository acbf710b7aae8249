"""Names that start like ours and are not: a likely typo is refused, anything else is mentioned.

A misspelt `DISPATCHER_SENDING` must not start a worker with its default. Names without any likeness are let
through: container platforms put addresses of a service called "dispatcher" into the same namespace.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Final

from dispatcher.settings.problems import Problem
from dispatcher.settings.variables import VARIABLES
from dispatcher.settings.variables.sending import ADAPTERS
from dispatcher.settings.variables.variable import ADAPTER_PREFIX, PREFIX, adapter_prefix

_CLOSE: Final = 0.8
_SERVICE_LINK: Final = re.compile(
    r"DISPATCHER_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP)(?:_\w+)?)?)"
)
_NAMES: Final = frozenset(variable.name for variable in VARIABLES)
_FILES: Final = frozenset(f"{variable.name}_FILE" for variable in VARIABLES if variable.shown == "masked")
_KNOWN: Final = tuple(sorted(_NAMES | _FILES))


def strangers(environ: Mapping[str, str], adapters: Iterable[str] = ()) -> tuple[list[Problem], tuple[str, ...]]:
    """Problems (what looks like a typo of ours) and warnings (the rest); values are never repeated.

    `adapters` are those that are named: what their options are called is theirs to know.
    """
    theirs = tuple(adapter_prefix(adapter) for adapter in adapters)
    problems: list[Problem] = []
    warnings: list[str] = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in _KNOWN or _SERVICE_LINK.fullmatch(name) or name.startswith(theirs):
            continue
        if name.startswith(ADAPTER_PREFIX):
            warnings.append(f"{name} is an option of no adapter that {ADAPTERS.name} names, and is ignored")
            continue
        meant = difflib.get_close_matches(name.removeprefix(PREFIX), _suffixes(), n=1, cutoff=_CLOSE)
        if meant:
            problems.append(Problem(name, None, f"unknown; did you mean {PREFIX}{meant[0]}?"))
        else:
            warnings.append(f"{name} is not a setting of this release and is ignored")
    return problems, tuple(warnings)


def _suffixes() -> list[str]:
    # Compared without the common prefix, which would make everything look alike.
    return [name.removeprefix(PREFIX) for name in _KNOWN]
