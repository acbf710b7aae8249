"""Which passwords are refused, and what is kept of the others."""

import pytest
from argon2 import PasswordHasher

from dispatcher.gateway.staff.lockout import closed_for
from dispatcher.gateway.staff.passwords import Passwords, flaw_of
from tests.gateway.staff.front import CHEAP


@pytest.mark.parametrize(
    ("password", "flaw"),
    [
        ("eleven char", "too_short"),
        ("x" * 201, "too_long"),
        ("QwertyUiop123", "common"),
        ("abababababab", "monotonous"),
        ("I am Ann, and proud", "of_the_name"),
        ("twelve chars", None),
        ("长长长的密码需要足够的字数", None),
    ],
)
def test_a_password_is_judged(password, flaw):
    assert flaw_of(password, "ann") == flaw


def test_the_right_one_fits_and_no_other():
    passwords = Passwords(CHEAP)
    kept = passwords.kept("long enough 4 me")
    assert (passwords.fits(kept, "long enough 4 me"), passwords.fits(kept, "long enough 4 m")) == (True, False)


def test_what_is_kept_is_argon2id_and_never_the_password():
    kept = Passwords(PasswordHasher()).kept("long enough 4 me")
    assert (kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "long enough" in kept) == (True, False)


def test_the_same_characters_are_the_same_however_they_were_typed():
    passwords = Passwords(CHEAP)
    assert passwords.fits(passwords.kept("caf\u00e9 longenough"), "cafe\u0301 longenough")


def test_nobodys_password_fits_nothing():
    assert not Passwords(CHEAP).fits(None, "of nobody")


def test_something_else_in_its_place_fits_nothing():
    assert not Passwords(CHEAP).fits("plain", "plain")


def test_one_that_was_made_cheaper_is_made_anew():
    assert Passwords(PasswordHasher()).is_outdated(Passwords(CHEAP).kept("long enough 4 me"))


def test_the_while_grows_to_an_hour_and_no_further():
    assert [closed_for(failures) // 1000 for failures in (0, 4, 5, 6, 11, 12, 500)] == [0, 0, 30, 60, 1920, 3600, 3600]
