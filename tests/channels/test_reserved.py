"""Which numbers and addresses a stand-in may send to."""

import pytest

from dispatcher.local.reserved import is_reserved_address, is_reserved_number
from dispatcher.local.twilio_faults import MAGIC_RECIPIENTS
from dispatcher.local.twilio_magic import MAGIC_COURSES, MAGIC_REFUSALS


@pytest.mark.parametrize(
    "number",
    [
        "+12025550100",
        "+14165550199",
        "+15005550006",
        "+447700900000",
        "+442079460958",
        "+441914980123",
        "+61491570006",
        "+61255501234",
        "+493023125000",
        "+4917604069012",
        "+33639981234",
        "+353209112345",
        "+46701740605",
    ],
)
def test_a_number_set_aside_for_fiction_is_reserved(number):
    assert is_reserved_number(number)


@pytest.mark.parametrize(
    "number",
    [
        "+12025550200",
        "+12025551212",
        "+14155551234",
        "+447700901000",
        "+4915112345678",
        "+8613812345678",
        "+46701740604",
        "12025550100",
        "+120255501000",
        " +12025550100",
        "+12025550100\n",
        "",
    ],
)
def test_any_other_number_may_be_somebodys(number):
    assert not is_reserved_number(number)


@pytest.mark.parametrize(
    "address", ["kim@example.com", "kim@mail.EXAMPLE.org", "kim@shop.test", "kim@example.net.", "kim@x.invalid"]
)
def test_an_address_at_a_reserved_domain_is_reserved(address):
    assert is_reserved_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "kim@gmail.com",
        "kim@notexample.com",
        "kim@example.com.evil.net",
        "kim@example.de",
        "example.com",
        "@example.com",
    ],
)
def test_any_other_address_may_be_somebodys(address):
    assert not is_reserved_address(address)


@pytest.mark.parametrize("number", [*MAGIC_COURSES, *MAGIC_REFUSALS, *MAGIC_RECIPIENTS])
def test_a_magic_number_belongs_to_nobody(number):
    assert is_reserved_number(number)
