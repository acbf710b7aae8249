"""The counts of a customer's last twelve calendar months, which tier rules and stage conditions may ask."""

import msgspec


class Counts(msgspec.Struct, frozen=True, gc=False):
    """Invoices paid on time and late; the longest that one was overdue, or is (days); promises by outcome; contacts made."""

    paid_on_time: int = 0
    paid_late: int = 0
    longest_overdue: int = 0
    promises_kept: int = 0
    promises_partly_kept: int = 0
    promises_broken: int = 0
    contacts: int = 0


NOTHING_COUNTED = Counts()
"""Where no rule asks."""
