"""Who gives an order, as other operators will read it."""

import getpass


def operator() -> str:
    """The name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "unnamed user"
