"""What the command's exit code means; scripts and container platforms rely on it."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """One code a meaning; the docstring of each is what the documentation shows."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Self:
        """A code with the sentence that explains it."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    OK = 0, "done, nothing wrong was found"
    FINDINGS = 1, "done, and something was found: invalid events, a difference, work to do"
    USAGE = 2, "the command was called wrongly, or a file it names cannot be read"
    SETTINGS = 3, "a DISPATCHER_* variable is wrong; stderr names each"
    POLICY = 4, "the policy, its words or a template is wrong; stderr names file and place"
    NO_BROKER = 5, "Kafka cannot be reached or refuses us"
    TOPICS = 6, "a topic is missing or not as it must be"
    REFUSED = 7, "the worker refuses to go on: state and inbox do not fit together, are damaged, or of a later release"
    UNAVAILABLE = 69, "no embedded Kafka on this machine: Java or Maven is missing"
    CRASH = 70, "a fault in the program; nothing was committed that was not done"
    STUCK = 75, "records wait, Kafka answers, and nothing moves: restart the process"
    INTERRUPTED = 130, "ended by Ctrl-C"
