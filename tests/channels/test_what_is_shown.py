"""What `repr` shows of values that hold personal data or secrets."""

import pytest

from channels.accounts import SmtpConfig, TwilioConfig
from channels.protocol import Message, Prepared

MESSAGE = Message(
    "a-1",
    "email",
    "kim@example.com",
    "Dear Kim",
    "en",
    sender="bills@creditor.example",
    sender_name="Bills",
    subject="Your invoice",
    html="<p>Dear Kim</p>",
    headers=(("X-Customer", "Kim"),),
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (MESSAGE, "Message(a-1, email, en, 8 characters)"),
        (Prepared(MESSAGE, b"Dear Kim"), "Prepared(Message(a-1, email, en, 8 characters), 8 bytes)"),
        (
            TwilioConfig("AC" + "5" * 32, "token", "+15005550006", proxy="http://user:pass@proxy.example"),
            "TwilioConfig(AC55…, auth_token=********, base_url=None)",
        ),
        (
            SmtpConfig("mail.example", 465, "tls", "bills@creditor.example", username="user", password="pass"),
            "SmtpConfig(tls, mail.example:465, username=********, password=********)",
        ),
        (
            SmtpConfig("mail.example", 25, "none", "bills@creditor.example"),
            "SmtpConfig(none, mail.example:25)",
        ),
    ],
    ids=["message", "prepared", "twilio", "smtp with a login", "smtp without a login"],
)
def test_repr_names_the_thing_and_hides_its_content(value, shown):
    assert repr(value) == shown
