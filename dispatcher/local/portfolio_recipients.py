"""Whom an event of the sample portfolio could lead to: nobody outside the ranges reserved for fiction and tests."""

from dispatcher.local.reserved import (
    EXPECTED_ADDRESS,
    EXPECTED_NUMBER,
    is_reserved_address,
    is_reserved_number,
)
from schemas.inbox import ConsentChanged, Fact, HoldPlaced, ProfileStated


def strangers(fact: Fact) -> tuple[str, ...]:
    """What is wrong with the contact points of a fact, one sentence each, without repeating them."""
    return tuple(
        f"a contact point is not reserved: expected {EXPECTED_ADDRESS if '@' in point else EXPECTED_NUMBER}"
        for point in _points(fact)
        if not (is_reserved_address(point) if "@" in point else is_reserved_number(point))
    )


def _points(fact: Fact) -> tuple[str, ...]:
    match fact:
        case ProfileStated():
            return (*(phone.number for phone in fact.phones), *(email.address for email in fact.emails))
        case ConsentChanged():
            return (fact.contact_point,)
        case HoldPlaced(scope="contact_point", target=str(target)):
            return (target,)
        case _:
            return ()
