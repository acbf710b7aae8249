"""What the sink sends back of a mail, read by the standard library's parser."""

from email import message_from_bytes
from email.policy import default

import aiosmtplib
import pytest

from channels.email_bounces import Complaint, NotAReport, report
from dispatcher.local.smtp import SmtpSink
from dispatcher.local.smtp_faults import Bounces, Complains, IsAway
from dispatcher.local.smtp_mail import SentMail
from dispatcher.local.smtp_reports import absence, bounce, complaint

AT = 1_772_618_400_000
MAIL = SentMail(
    AT - 1000,
    "bills@creditor.example",
    "kim@example.com",
    b"Message-ID: <c-1@creditor.example>\r\nSubject: Your invoice\r\n\r\nDue: 12 \xe2\x82\xac.\r\n",
)


def parts(raw):
    return list(message_from_bytes(raw, policy=default).iter_parts())


def blocks(raw):
    """The header blocks of the part that is meant for machines."""
    return [dict(block.items()) for block in parts(raw)[1].get_payload()]


def test_a_bounce_is_a_report_of_delivery_status():
    parsed = message_from_bytes(bounce(MAIL, at=AT), policy=default)
    assert parsed.get_content_type() == "multipart/report"
    assert parsed.get_param("report-type") == "delivery-status"


def test_a_bounce_names_recipient_status_and_reply():
    found = blocks(bounce(MAIL, at=AT, status="5.2.1", says="550 5.2.1 Mailbox disabled"))[1]
    wanted = {
        "Final-Recipient": "rfc822; kim@example.com",
        "Action": "failed",
        "Status": "5.2.1",
        "Diagnostic-Code": "smtp; 550 5.2.1 Mailbox disabled",
    }
    assert found | wanted == found


@pytest.mark.parametrize("whole", [True, False])
def test_a_bounce_returns_what_names_the_mail(whole):
    returned = parts(bounce(MAIL, at=AT, whole=whole))[2]
    text = returned.as_bytes().decode("utf-8", "replace")
    assert ("<c-1@creditor.example>" in text, "Due:" in text) == (True, whole)


@pytest.mark.parametrize("action", ["failed", "delayed", "delivered"])
def test_a_report_tells_failure_from_delay_and_delivery(action):
    assert blocks(bounce(MAIL, at=AT, action=action))[1]["Action"] == action


def test_a_report_comes_from_nobody_to_the_sender():
    parsed = message_from_bytes(bounce(MAIL, at=AT), policy=default)
    assert (parsed["Return-Path"], parsed["To"], parsed["Auto-Submitted"]) == (
        "<>",
        "bills@creditor.example",
        "auto-replied",
    )


def test_a_complaint_is_a_feedback_report_with_the_mail():
    raw = complaint(MAIL, at=AT)
    assert message_from_bytes(raw, policy=default).get_param("report-type") == "feedback-report"
    assert b"Feedback-Type: abuse\r\n" in raw
    assert b"<c-1@creditor.example>" in raw


def test_an_absence_is_no_report_and_says_that_it_was_made_by_itself():
    parsed = message_from_bytes(absence(MAIL, at=AT), policy=default)
    assert (parsed.get_content_type(), parsed["In-Reply-To"]) == ("text/plain", "<c-1@creditor.example>")
    assert parsed["Auto-Submitted"].startswith("auto-replied")


@pytest.mark.parametrize("raw", [bounce(MAIL, at=AT), complaint(MAIL, at=AT), absence(MAIL, at=AT)])
def test_lines_end_as_they_do_on_the_wire(raw):
    assert raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize(
    ("status", "action", "kind"),
    [("5.1.1", "failed", "permanent"), ("4.4.1", "delayed", "transient"), ("5.7.26", "failed", "policy")],
)
def test_a_bounce_is_understood_by_the_parser_of_bounces(status, action, kind):
    [read] = report(bounce(MAIL, at=AT, status=status, says=f"550 {status} No", action=action))
    assert (read.recipient, read.action, read.kind, read.message_id) == (
        "kim@example.com",
        action,
        kind,
        "<c-1@creditor.example>",
    )


def test_a_complaint_is_understood_by_the_parser_of_complaints():
    assert report(complaint(MAIL, at=AT)) == (Complaint("kim@example.com", "<c-1@creditor.example>"),)


def test_praise_is_no_complaint():
    assert report(complaint(MAIL, at=AT, kind="not-spam")) == ()


def test_an_absence_is_not_taken_for_a_report():
    assert isinstance(report(absence(MAIL, at=AT)), NotAReport)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "kind"),
    [(Bounces(), b"delivery-status"), (Complains(), b"feedback-report"), (IsAway(), b"Out of office")],
)
async def test_a_mail_is_taken_and_then_sent_back(tmp_path, fault, kind):
    async with SmtpSink(returns=tmp_path) as sink:
        sink.by_recipient["kim@example.com"] = fault
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port, start_tls=False) as client:
            await client.sendmail(MAIL.sender, [MAIL.recipient], MAIL.content.replace(b"\xe2\x82\xac", b"EUR"))
    assert len(sink.messages) == 1
    assert kind in sink.returned[0]
    assert [path.read_bytes() for path in tmp_path.iterdir()] == sink.returned
