"""The table of every variable, a module for each part of an installation that is set up by somebody."""

from typing import Final

from dispatcher.settings.variables import accounts, archive, gateway, installation, kafka, sending
from dispatcher.settings.variables.variable import Variable

VARIABLES: Final[tuple[Variable[object], ...]] = tuple(
    each
    for part in (installation, kafka, archive, gateway, sending, accounts)
    for each in vars(part).values()
    if isinstance(each, Variable)
)
"""All that those modules name: what stands there is known, read, shown and documented."""
