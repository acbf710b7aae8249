"""Names that the decision gives can be told from others."""

import pytest

from dispatcher.core.identity import attempt_id, contact_id, names_a_contact

CONTACT = contact_id("C-1", "creditor", "reminder", "R-1")


@pytest.mark.parametrize("number", [1, 2, 10, 999_999_999])
def test_every_attempt_names_its_contact(number):
    assert names_a_contact(attempt_id(CONTACT, number))


def test_a_contact_names_itself():
    assert names_a_contact(CONTACT)


@pytest.mark.parametrize(
    "text", ["", "ct-", CONTACT + ".", CONTACT + ".0", CONTACT + "0", "x" + CONTACT, CONTACT.upper(), CONTACT + "\n"]
)
def test_nothing_else_does(text):
    assert not names_a_contact(text)
