"""A mail server is one URL; a password never travels in clear text."""

import pytest

from dispatcher.settings import Secret, SmtpServer
from dispatcher.settings.smtp import is_loopback, parse_smtp_url


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", SmtpServer("localhost", 25, "none")),
        ("smtps://mail.example.com", SmtpServer("mail.example.com", 465, "tls")),
        ("smtp+starttls://mail.example.com:2587/", SmtpServer("mail.example.com", 2587, "starttls")),
        (
            "smtps://ada%40example.com:p%2Fw@mail.example.com",
            SmtpServer("mail.example.com", 465, "tls", "ada@example.com", Secret("p/w")),
        ),
        ("smtp://u:p@127.0.0.1:2525", SmtpServer("127.0.0.1", 2525, "none", "u", Secret("p"))),
    ],
)
def test_a_url_names_host_port_encryption_and_user(url: str, server: SmtpServer):
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    "url",
    ["mail.example.com", "http://mail.example.com", "smtp://", "smtps://user@host", "smtps://h/path", "smtps://h:x"],
)
def test_anything_else_is_refused(url: str):
    with pytest.raises(ValueError, match=r"expected|Port"):
        parse_smtp_url(url)


def test_a_password_in_clear_text_to_another_machine_is_refused():
    with pytest.raises(ValueError, match="clear text"):
        parse_smtp_url("smtp://user:password@mail.example.com")


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.9", True), ("::1", True), ("127.example.com", False), ("10.0.0.1", False)],
)
def test_only_this_machine_is_a_stand_in(host: str, here: bool):
    assert is_loopback(host) is here
