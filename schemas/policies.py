"""What `reminders.policy` holds: the text of each policy under its hash, for good, and which one is in force.

The topic is compacted, so the text of a policy that decided anything stays readable: the journal names it by its hash.
"""

from datetime import datetime

import msgspec

IN_FORCE_KEY = b"in-force"
"""Key of the record that names the policy in force; every other key is a hash."""


class PolicyText(msgspec.Struct, frozen=True):
    """A policy as somebody applied it first. `text` is the TOML file, comments included; `hash` that of its content."""

    hash: str
    text: str
    who: str
    at: datetime


class InForce(msgspec.Struct, frozen=True):
    """Which policy decides since `at`, and who said so."""

    hash: str
    who: str
    at: datetime


def encode(record: PolicyText | InForce) -> bytes:
    """The value of a record: JSON, for people with a console consumer."""
    return msgspec.json.encode(record)


def decode_text(value: bytes) -> PolicyText:
    """The text of a policy; `msgspec.DecodeError` for what is none."""
    return msgspec.json.decode(value, type=PolicyText)


def decode_in_force(value: bytes) -> InForce:
    """The policy in force; `msgspec.DecodeError` for what names none."""
    return msgspec.json.decode(value, type=InForce)
