"""A person's word on a number or address is refused where it would bar nobody, or tell whose it is."""

import pytest

NUMBER, ADDRESS = "+447700900123", "ada@example.com"


@pytest.mark.parametrize(
    ("point", "channel"), [(NUMBER, "email"), (ADDRESS, "sms"), (ADDRESS, "call_task"), (NUMBER, "fax")]
)
def test_a_channel_that_does_not_lead_there_is_refused(command, point: str, channel: str):
    ended = command("point", "state", "opted_out", point, "--channel", channel, "--reason", "call")

    assert (ended.code, ended.out, "--channel" in ended.err, point in ended.err) == (2, "", True, False)


@pytest.mark.parametrize("reason", ["", "  ", f"called {NUMBER}", f"mail of {ADDRESS}"])
def test_a_reason_that_says_nothing_or_too_much_is_refused(command, reason: str):
    ended = command("point", "state", "opted_out", NUMBER, "--channel", "sms", "--reason", reason)

    assert (ended.code, ended.out, "--reason" in ended.err, NUMBER in ended.err) == (2, "", True, False)
