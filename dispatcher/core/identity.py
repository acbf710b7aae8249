"""Names that the decision gives: the same inputs give the same names, on every worker and in every replay."""

import re
from hashlib import blake2b, sha256
from zlib import crc32

DIGEST_BYTES = 8

_CONTACT = re.compile(r"ct-[0-9a-f]{20}(?:\.[1-9][0-9]{0,8})?")


def event_digest(source: str, event_id: str) -> bytes:
    """Eight bytes for the CloudEvents identity of an event."""
    return blake2b(f"{source}\0{event_id}".encode(), digest_size=DIGEST_BYTES).digest()


def contact_id(customer_id: str, creditor_id: str, stage: str, obligations: str) -> str:
    """The id of a contact: a prefix and 20 hexadecimal digits. `obligations` names its invoices with their due dates."""
    name = f"{customer_id}\0{creditor_id}\0{stage}{obligations}"
    return "ct-" + blake2b(name.encode(), digest_size=10).hexdigest()


def attempt_id(contact: str, number: int) -> str:
    """The id of a contact's attempt, counted from 1; it starts with the contact's id and a dot."""
    return f"{contact}.{number}"


def names_a_contact(text: str) -> bool:
    """Whether a text has the form of a contact's id, or of the id of one of its attempts."""
    return _CONTACT.fullmatch(text) is not None


def reported_id(source: str, event_id: str) -> str:
    """The id in the ledger of a contact that somebody else made."""
    return "rp-" + event_digest(source, event_id).hex()


def point_digest(point: str, basis: str | None) -> str:
    """What is remembered of a contact point, and of the basis for its use, after an erasure."""
    return sha256(f"{point}\0{basis or ''}".encode()).hexdigest()


def share(customer_id: str) -> int:
    """A stable number of the customer, 0 to 65,535, to spread customers over time."""
    return crc32(customer_id.encode()) & 0xFFFF
