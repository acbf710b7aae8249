"""Why a process cannot start."""

from dispatcher.exit_codes import ExitCode


class Unstartable(Exception):
    """The worker cannot start; the message is for the operator, the code for the shell."""

    def __init__(self, code: ExitCode, why: str) -> None:
        super().__init__(why)
        self.code = code
