"""Links to the customer's own page: what they carry, and that nobody can read, make or change one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.links import LIFETIME, MOST_TOKEN, CustomerLink, Expired, Invalid, LinkedInvoice, Seal

SEAL = Seal("a secret of sixteen")
NOW = 1_800_000_000_000
LINK = CustomerLink(
    "C-1",
    "ct-0123456789",
    "email",
    "ada@example.com",
    "Northwind",
    "en-GB",
    NOW,
    (LinkedInvoice("I-1", "2026-1103", 124_900, "EUR"),),
)


def many(number):
    return tuple(LinkedInvoice(f"invoice-{each}", f"2026-{each}", each, "EUR") for each in range(number))


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_what_was_sealed_is_opened_unchanged(records_of, data):
    link = replace(data.draw(records_of(CustomerLink)), issued_at=NOW)
    assert SEAL.open(SEAL.token(link), NOW) == link


def test_the_same_link_is_sealed_to_the_same_token():
    assert Seal("a secret of sixteen").token(LINK) == SEAL.token(LINK)


def test_the_token_of_a_usual_link_is_short_enough_for_one_line():
    assert len(SEAL.token(LINK)) < 200


def test_a_token_needs_no_quoting_in_an_address():
    assert SEAL.token(LINK).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("said", ["C-1", "ada", "example", "Northwind", "2026-1103"])
def test_a_token_shows_nothing_of_what_it_carries(said):
    assert said not in SEAL.token(LINK)


def test_invoices_that_do_not_fit_are_left_out_from_the_end():
    opened = SEAL.open(SEAL.token(replace(LINK, invoices=many(200))), NOW)
    assert 5 < len(opened.invoices) < 200
    assert opened.invoices == many(200)[: len(opened.invoices)]


def test_a_token_is_never_longer_than_a_line_takes():
    assert len(SEAL.token(replace(LINK, invoices=many(200)))) <= MOST_TOKEN


def test_a_link_that_is_too_long_without_invoices_has_no_token():
    assert SEAL.token(replace(LINK, customer_id="客" * 200)) is None


def test_a_token_of_another_secret_is_invalid():
    assert SEAL.open(Seal("another secret of ours").token(LINK), NOW) == Invalid()


def test_a_token_with_any_one_character_changed_is_invalid():
    token = SEAL.token(LINK)
    for place in range(len(token) - 1):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert SEAL.open(changed, NOW) == Invalid(), place


@pytest.mark.parametrize(
    "token", ["", "x", "ünïcode", "a b", "%00", "=" * 8, "A" * 1000, "A" * 20_000, "../../etc", "AAAA" * 6]
)
def test_what_is_no_token_is_invalid(token):
    assert SEAL.open(token, NOW) == Invalid()


def test_a_link_is_good_for_its_lifetime():
    assert SEAL.open(SEAL.token(LINK), NOW + LIFETIME) == LINK


def test_an_older_link_has_expired_and_still_says_whose_it_was():
    assert SEAL.open(SEAL.token(LINK), NOW + LIFETIME + 1) == Expired(LINK)


def test_neither_link_nor_invoice_shows_what_it_holds():
    assert repr((LINK, LINK.invoices[0])) == "(CustomerLink(...), LinkedInvoice(...))"
