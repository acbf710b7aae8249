"""One variable of the environment: what it means, what may stand there, and what holds where nothing does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

from dispatcher.settings import parsing

T_co = TypeVar("T_co", covariant=True)

PREFIX: Final = "DISPATCHER_"
ADAPTER_PREFIX: Final = "DISPATCHER_ADAPTER_"
"""Before the name and an option of an installed adapter; which there are, only that adapter knows."""


def adapter_prefix(name: str) -> str:
    """What the options of an adapter begin with: its name in capitals, `_` for `-` and `.`."""
    return f"{ADAPTER_PREFIX}{name.upper().replace('-', '_').replace('.', '_')}_"


@dataclass(frozen=True, slots=True)
class Variable(Generic[T_co]):
    """One variable.

    `default` is text, read by the same parser as what is given; empty means "nothing". `shown`: how people
    may see the value: as it is, masked (a secret, which may also come from `<name>_FILE`), or only counted
    (people's addresses).
    """

    name: str
    meaning: str
    expected: str
    parse: Callable[[str], T_co]
    default: str = ""
    shown: Literal["plain", "masked", "counted"] = "plain"


port = parsing.whole(0, 65_535)
PORT_EXPECTED: Final = "expected a port, 0 to 65535 (0: any free one)"
file = parsing.optional(parsing.existing_file)
FILE_EXPECTED: Final = "expected the path of a file that can be read"
secret_text = parsing.optional(parsing.secret)
