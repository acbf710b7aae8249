"""What was said in a text or a mail, as it was sent: for the archive, for as long as texts may be kept."""

import msgspec

from schemas.discretion import Discreet
from schemas.values import Channel


class SentText(Discreet, msgspec.Struct, frozen=True, omit_defaults=True):
    """The words of one attempt that was sent, or may have been; the record's key is the customer's id.

    `text` is what a person reads, of a mail the plain part; only a mail has a `subject`.
    """

    attempt_id: str
    channel: Channel
    text: str
    subject: str | None = None

    @property
    def whole(self) -> str:
        """What is archived and whose hash proves it: the subject, an empty line, the text; the text alone of an SMS."""
        return self.text if self.subject is None else f"{self.subject}\n\n{self.text}"


encode = msgspec.json.Encoder().encode
"""The bytes of a `SentText`."""

decode = msgspec.json.Decoder(SentText).decode
"""A `SentText` from its bytes; `msgspec.DecodeError` says that something else wrote it."""
