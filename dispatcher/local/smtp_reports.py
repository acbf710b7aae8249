"""Mails that mail servers send back: non-delivery reports, complaints, absences. As bytes, as they come over the wire.

Made like those of Postfix (bounce(8)) and of the mailbox providers' feedback loops; every name in them is reserved.
"""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final, Literal

from dispatcher.local.smtp_mail import SentMail

Action = Literal["failed", "delayed", "delivered"]

_MTA: Final = "mx.sink.invalid"
_QUEUE_ID: Final = "4Rq7yB2Zkgz9rxN"
_SUBJECTS: Final = {
    "failed": "Undelivered Mail Returned to Sender",
    "delayed": "Delayed Mail (still being retried)",
    "delivered": "Successful Mail Delivery Report",
}
_WORDS: Final = {
    "failed": "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.",
    "delayed": "THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
    "delivered": "Your message was successfully delivered to the destination(s)\nlisted below.",
}


def bounce(
    mail: SentMail,
    *,
    at: int,
    status: str = "5.1.1",
    says: str = "550 5.1.1 User unknown in virtual mailbox table",
    action: Action = "failed",
    whole: bool = True,
) -> bytes:
    """What became of a mail (RFC 3464), at an instant (ms); `says` is a server's reply, `whole` returns the mail too."""
    person = f"This is the mail system at host {_MTA}.\n\n{_WORDS[action]}\n\n"
    person += f"<{mail.recipient}>: host {_MTA} said:\n    {says}\n"
    machine = (
        f"Reporting-MTA: dns; {_MTA}\n"
        f"X-Postfix-Queue-ID: {_QUEUE_ID}\n"
        f"X-Postfix-Sender: rfc822; {mail.sender}\n"
        f"Arrival-Date: {_date(mail.at)}\n"
        "\n"
        f"Final-Recipient: rfc822; {mail.recipient}\n"
        f"Original-Recipient: rfc822;{mail.recipient}\n"
        f"Action: {action}\n"
        f"Status: {status}\n"
        f"Remote-MTA: dns; {_MTA}\n"
        f"Diagnostic-Code: smtp; {says}\n"
    )
    head = _head(mail, at, f"MAILER-DAEMON@{_MTA} (Mail Delivery System)", _SUBJECTS[action])
    head += "Auto-Submitted: auto-replied\n"
    returned = ("message/rfc822", _text(mail)) if whole else ("text/rfc822-headers", _headers(mail))
    parts = (
        ("Notification", "text/plain; charset=us-ascii", person),
        ("Delivery report", "message/delivery-status", machine),
        ("Undelivered Message", *returned),
    )
    return _report(head, "delivery-status", parts)


def complaint(mail: SentMail, *, at: int, kind: Literal["abuse", "not-spam"] = "abuse") -> bytes:
    """What a mailbox provider tells of a recipient who pressed "this is spam" (RFC 5965)."""
    person = f"This is an email abuse report for an email message received on {_date(mail.at)}.\n"
    machine = (
        f"Feedback-Type: {kind}\n"
        "User-Agent: SinkLoop/1.0\n"
        "Version: 1\n"
        f"Original-Mail-From: <{mail.sender}>\n"
        f"Original-Rcpt-To: <{mail.recipient}>\n"
        f"Arrival-Date: {_date(mail.at)}\n"
        f"Reported-Domain: {mail.sender.rpartition('@')[2]}\n"
        "Source-IP: 192.0.2.1\n"
    )
    head = _head(mail, at, f"feedback@{_MTA}", f"FW: {mail.parsed()['Subject'] or ''}")
    parts = (
        ("Notification", "text/plain; charset=us-ascii", person),
        ("Feedback report", "message/feedback-report", machine),
        ("Message", "message/rfc822", _text(mail)),
    )
    return _report(head, "feedback-report", parts)


def absence(mail: SentMail, *, at: int) -> bytes:
    """A holiday notice (RFC 3834): an answer, and no word on whether mail arrives."""
    answer = EmailMessage(policy=SMTP)
    answer["From"], answer["To"] = mail.recipient, mail.sender
    answer["Date"], answer["Auto-Submitted"] = _date(at), "auto-replied (vacation)"
    answer["Subject"] = f"Out of office: {mail.parsed()['Subject'] or ''}"
    if (named := mail.parsed()["Message-ID"]) is not None:
        answer["In-Reply-To"] = named
    answer.set_content("I am back on Monday.\n")
    return answer.as_bytes()


def _head(mail: SentMail, at: int, sender: str, subject: str) -> str:
    return (
        "Return-Path: <>\n"
        f"Date: {_date(at)}\n"
        f"From: {sender}\n"
        f"Subject: {subject}\n"
        f"To: {mail.sender}\n"
        f"Message-Id: <{at}.{_QUEUE_ID}@{_MTA}>\n"
        "MIME-Version: 1.0\n"
    )


def _report(head: str, kind: str, parts: tuple[tuple[str, str, str], ...]) -> bytes:
    edge = f"{_QUEUE_ID}.1772618400/{_MTA}"
    body = "This is a MIME-encapsulated message.\n\n" + "".join(
        f"--{edge}\nContent-Description: {named}\nContent-Type: {content}\n\n{text}\n" for named, content, text in parts
    )
    whole = f'{head}Content-Type: multipart/report; report-type={kind};\n\tboundary="{edge}"\n\n{body}--{edge}--\n'
    return whole.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def _text(mail: SentMail) -> str:
    return mail.content.decode("utf-8", "surrogateescape")


def _headers(mail: SentMail) -> str:
    return _text(mail).replace("\r\n", "\n").partition("\n\n")[0] + "\n"


def _date(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at // 1000, UTC))
