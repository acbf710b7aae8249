"""A new password: asked for twice at a terminal, else a line of stdin; never an argument, which others see."""

import sys
from getpass import getpass

from dispatcher.cli.ending import stop
from dispatcher.exit_codes import ExitCode


def new_password(name: str) -> str:
    """A password that somebody of that name may use; one that may not be used ends the command and says why."""
    from dispatcher.gateway.staff.passwords import LEAST, MOST, flaw_of

    if sys.stdin.isatty():
        given = getpass("password: ")
        if getpass("again: ") != given:
            stop(ExitCode.USAGE, "the two are not the same: nothing was changed")
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    expected = {
        "too_short": f"expected a password of at least {LEAST} characters",
        "too_long": f"expected a password of at most {MOST} characters",
        "common": "expected a password that is not among the first that anybody would try",
        "monotonous": "expected a password of more than four different characters",
        "of_the_name": "expected a password that does not contain the name",
    }
    flaw = flaw_of(given, name)
    if flaw is not None:
        stop(ExitCode.USAGE, f"{expected[flaw]}: nothing was changed")
    return given
