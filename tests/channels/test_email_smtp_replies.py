"""The table of SMTP replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email_smtp_replies import meaning
from channels.protocol import Deferred, Rejected

PHASES = ("connect", "hello", "auth", "mail", "rcpt", "data")
REFUSALS = st.integers(400, 599)
ENHANCED = st.builds("{}.{}.{}".format, st.sampled_from([4, 5]), st.integers(0, 999), st.integers(0, 999))


@pytest.mark.parametrize(
    ("phase", "reply", "refusal"),
    [
        ("rcpt", "550 5.1.1 no such user", "recipient"),
        ("rcpt", "550 no such user", "recipient"),
        ("rcpt", "551 5.1.6 moved", "recipient"),
        ("rcpt", "553 5.1.3 bad syntax", "recipient"),
        ("rcpt", "550 5.2.1 disabled", "recipient"),
        ("rcpt", "556 5.1.10 null MX", "recipient"),
        ("rcpt", "550 5.4.1 Recipient address rejected: Access denied", "recipient"),
        ("data", "550 5.1.1 no such user", "recipient"),
        ("rcpt", "551 moved", "recipient"),
        ("rcpt", "550 5.1.2 no such host", "recipient"),
        ("rcpt", "556 takes no mail", "recipient"),
        ("rcpt", "550 #5.1.1 unknown recipient", "recipient"),
        ("rcpt", "550 5.4.6 routing loop", "config"),
        ("rcpt", "550 5.3.0 system trouble", "config"),
        ("rcpt", "550 5.5.1 no valid command", "config"),
        ("rcpt", "550 5.7.1 blocked by a list", "config"),
        ("data", "550 5.7.27 no SPF", "config"),
        ("auth", "530 5.7.0 STARTTLS first", "config"),
        ("auth", "534 5.7.9 mechanism too weak", "config"),
        ("mail", "552 too large", "content"),
        ("data", "554 5.2.3 too large", "content"),
        ("rcpt", "550 5.7.1 relaying denied", "config"),
        ("rcpt", "554 relay access denied", "config"),
        ("rcpt", "530 5.7.0 must issue STARTTLS first", "config"),
        ("data", "550 5.7.515 does not meet the required authentication level", "config"),
        ("data", "550 5.7.26 unauthenticated", "config"),
        ("mail", "550 5.1.8 bad sender", "config"),
        ("mail", "553 sender not allowed", "config"),
        ("rcpt", "550 5.1.8 bad sender", "config"),
        ("auth", "535 5.7.8 wrong password", "config"),
        ("mail", "530 5.7.0 authentication required", "config"),
        ("mail", "552 5.3.4 too large", "content"),
        ("data", "552 too large", "content"),
        ("data", "554 5.6.0 not conformant", "content"),
        ("data", "554 rejected", "content"),
    ],
)
def test_a_refusal_for_good_names_whose_fault_it_is(phase, reply, refusal):
    code, text = reply.split(" ", 1)
    assert meaning(phase, int(code), text).refusal == refusal


@pytest.mark.parametrize(
    ("phase", "reply", "scope", "wait"),
    [
        ("connect", "554 5.7.1 no service for you", "provider", 300.0),
        ("hello", "421 4.3.2 closing", "provider", 30.0),
        ("auth", "454 4.7.0 temporary failure", "provider", 30.0),
        ("mail", "451 4.3.0 later", "sender", 300.0),
        ("mail", "452 4.3.1 out of storage", "sender", 300.0),
        ("rcpt", "450 4.7.1 greylisted", "message", 300.0),
        ("rcpt", "452 4.2.2 mailbox full", "message", 14_400.0),
        ("rcpt", "552 5.2.2 mailbox full", "message", 14_400.0),
        ("rcpt", "552 mailbox full", "message", 14_400.0),
        ("data", "552 5.2.2 mailbox full", "message", 14_400.0),
        ("data", "451 4.7.1 greylisted", "message", 300.0),
        ("data", "421 4.7.0 too many", "provider", 30.0),
    ],
)
def test_a_refusal_for_now_names_what_waits_and_how_long(phase, reply, scope, wait):
    code, text = reply.split(" ", 1)
    outcome = meaning(phase, int(code), text)
    assert (outcome.scope, outcome.retry_after_s) == (scope, wait)


def test_the_codes_are_told_without_the_text():
    assert meaning("rcpt", 550, "5.1.1 <kim@example.com> unknown") == Rejected("recipient", "550 5.1.1")


def test_a_number_within_the_text_is_no_enhanced_code():
    assert meaning("rcpt", 550, "mail from 5.7.1.2 refused") == Rejected("recipient", "550")


@given(st.sampled_from(PHASES), REFUSALS, st.text())
def test_every_refusal_has_a_meaning(phase, code, text):
    assert isinstance(meaning(phase, code, text), Rejected | Deferred)


@given(st.sampled_from(PHASES), st.integers(-1, 399), st.text())
def test_what_is_no_refusal_has_none(phase, code, text):
    assert meaning(phase, code, text) is None


@given(st.sampled_from(PHASES), REFUSALS, st.integers(0, 999))
def test_a_policy_refusal_never_blames_the_address(phase, code, detail):
    outcome = meaning(phase, code, f"5.7.{detail} policy")
    assert isinstance(outcome, Deferred) or outcome.refusal != "recipient"


@given(st.sampled_from(PHASES), st.integers(400, 499), ENHANCED)
def test_a_refusal_for_now_is_never_for_good(phase, code, enhanced):
    assert isinstance(meaning(phase, code, f"{enhanced} later"), Deferred)


@given(st.sampled_from(["connect", "hello", "auth", "mail"]), REFUSALS, ENHANCED)
def test_before_the_recipient_is_named_it_is_never_to_blame(phase, code, enhanced):
    outcome = meaning(phase, code, enhanced)
    assert isinstance(outcome, Deferred) or outcome.refusal != "recipient"
