"""The table of Twilio's codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.protocol import Deferred, Rejected
from channels.sms_twilio_errors import _DELAYS, _REFUSALS, SOURCE, meaning, refusal_by_status, sentence

CODES = [code for rows in _REFUSALS.values() for code in rows] + list(_DELAYS)


def test_each_code_stands_in_one_row():
    assert len(CODES) == len(set(CODES))


@pytest.mark.parametrize("code", CODES)
def test_each_code_says_in_words_what_it_means(code):
    assert sentence(code)


@pytest.mark.parametrize("code", CODES)
def test_each_meaning_carries_the_code(code):
    assert meaning(code).code == str(code)


def test_an_unlisted_code_means_nothing():
    assert (meaning(1), sentence(1)) == (None, None)


def test_a_source_can_be_looked_up():
    assert SOURCE.format(code=21610) == "https://www.twilio.com/docs/api/errors/21610"


@pytest.mark.parametrize("code", [30004, 30007])
def test_what_carriers_filtered_is_never_resent(code):
    assert meaning(code) == Rejected("content", str(code))


@pytest.mark.parametrize("code", [20429, 21611, 14107, 63017, 30022, 63038])
def test_back_pressure_is_a_delay(code):
    assert isinstance(meaning(code), Deferred)


@given(st.integers(400, 499), st.one_of(st.none(), st.integers(1, 99_999)))
def test_an_unlisted_refusal_never_blames_the_recipient(status, code):
    assert refusal_by_status(status, code).refusal in {"config", "content"}


RECIPIENTS_OWN = [21211, 21612, 21614, 30005, 30006]


@pytest.mark.parametrize("code", RECIPIENTS_OWN)
def test_a_number_that_no_text_reaches_is_the_recipients(code):
    assert meaning(code) == Rejected("recipient", str(code))


def test_a_number_that_has_replied_stop_is_kept_apart_from_failures():
    assert meaning(21610) == Rejected("suppressed", "21610")


@pytest.mark.parametrize("code", [20003, 21212, 21606, 21408, 21608, 30002, 30034, 30032])
def test_what_is_wrong_with_the_account_burns_no_recipient(code):
    assert meaning(code) == Rejected("config", str(code))


@pytest.mark.parametrize("code", [30001, 30003, 30008, 30036, 30450])
def test_what_may_pass_is_tried_later(code):
    assert isinstance(meaning(code), Deferred)
