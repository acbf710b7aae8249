"""Why an archive cannot go on, for the operator and the shell; and what may be said of a database's fault."""

from sqlalchemy.exc import DBAPIError

from dispatcher.exit_codes import ExitCode


class Unstartable(Exception):
    """The archive cannot go on; the message is for the operator, the code for the shell."""

    def __init__(self, code: ExitCode, why: str) -> None:
        super().__init__(why)
        self.code = code


def kind_of(fault: BaseException) -> str:
    """What sort of fault it was: the driver's own words may hold a row."""
    cause = fault.orig if isinstance(fault, DBAPIError) else None
    return type(fault).__name__ if cause is None else type(cause).__name__
