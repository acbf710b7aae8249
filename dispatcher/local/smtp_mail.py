"""A mail that the sink took."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default


@dataclass(frozen=True, slots=True, repr=False)
class SentMail:
    """As it came over the wire. `at`: milliseconds since the epoch."""

    at: int
    sender: str
    recipient: str
    content: bytes

    def parsed(self) -> EmailMessage:
        """The mail with its headers and parts."""
        return BytesParser(EmailMessage, policy=default).parsebytes(self.content)
