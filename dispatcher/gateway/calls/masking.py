"""A number as a person may see it before the call is permitted. Pure."""

from typing import Final

_SHOWN: Final = 2
_DOT: Final = "\u2022"


def mask(contact_point: str) -> str:
    """The last two digits of a telephone number, a dot for each other character; a place such as `case_file` as it is."""
    if not contact_point.startswith("+"):
        return contact_point
    return _DOT * (len(contact_point) - _SHOWN) + contact_point[-_SHOWN:]
