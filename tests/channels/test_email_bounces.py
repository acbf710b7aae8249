"""What mail servers report, in reports shaped like those of real ones."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email_bounces import LARGEST, Bounce, Complaint, NotAReport, report
from channels.email_mime import named_by

REPORTS = Path(__file__).parent / "reports"
SAMPLES = sorted(path.name for path in REPORTS.glob("*.eml"))
KIM = "kim.doe@customer.example"
OURS = "<ct-0123456789abcdef0123@creditor.example>"
NAMES = ("C-1", "ct-0123456789abcdef0123.1")


def sample(name):
    return (REPORTS / name).read_bytes()


def bounce(status, *, diagnostic="", action="failed", recipient=f"rfc822; {KIM}"):
    """A report of one recipient."""
    diagnosed = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    return (
        'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\n'
        f"Reporting-MTA: dns; a.example\n\nFinal-Recipient: {recipient}\nAction: {action}\nStatus: {status}\n{diagnosed}"
        "\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("postfix_unknown.eml", (Bounce(KIM, "failed", "5.1.1", "permanent", OURS, NAMES),)),
        ("postfix_delayed.eml", (Bounce(KIM, "delayed", "4.4.1", "transient", OURS),)),
        ("gmail_unknown.eml", (Bounce(KIM, "failed", "5.1.1", "permanent", OURS),)),
        ("gmail_unauthenticated.eml", (Bounce(KIM, "failed", "5.7.26", "policy", OURS),)),
        ("exchange_unknown.eml", (Bounce("Kim.Doe@customer.example", "failed", "5.1.10", "permanent", OURS),)),
        ("exchange_policy.eml", (Bounce(KIM, "failed", "5.7.515", "policy"),)),
        ("mailbox_full.eml", (Bounce(KIM, "failed", "5.2.2", "transient"),)),
        (
            "two_recipients.eml",
            (
                Bounce(KIM, "failed", "5.1.1", "permanent"),
                Bounce("lee@customer.example", "failed", "5.2.1", "permanent"),
            ),
        ),
        ("forwarded.eml", (Bounce(KIM, "failed", "5.1.1", "permanent"),)),
        ("smtputf8.eml", (Bounce("kim@xn--bcher-kva.example", "failed", "5.1.2", "permanent"),)),
        ("complaint_yahoo.eml", (Complaint(KIM, OURS, NAMES),)),
        ("complaint_by_header.eml", (Complaint(KIM, OURS),)),
        ("complaint_redacted.eml", (Complaint(None, OURS),)),
        ("not_spam.eml", ()),
        ("vacation.eml", NotAReport("no multipart/report")),
        ("read_receipt.eml", NotAReport("neither a delivery status nor a feedback report")),
        ("quoted_bounce.eml", NotAReport("no multipart/report")),
    ],
)
def test_a_report_says(name, said):
    assert report(sample(name)) == said


def test_every_sample_is_expected_to_say_something():
    tested = {case[0] for mark in test_a_report_says.pytestmark for case in mark.args[1]}
    assert tested == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_ends_of_lines_make_no_difference(name):
    assert report(sample(name).replace(b"\n", b"\r\n")) == report(sample(name))


def test_the_contact_is_found_by_the_message_id_of_what_came_back():
    assert named_by(report(sample("gmail_unknown.eml"))[0].message_id) == "ct-0123456789abcdef0123"


# --- whom a bounce silences


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"])
def test_an_address_that_is_no_good_is_permanent(status):
    assert report(bounce(status))[0].kind == "permanent"


@pytest.mark.parametrize(
    "status",
    [
        "5.7.0",
        "5.7.1",
        "5.7.26",
        "5.7.27",
        "5.7.515",
        "5.1.0",
        "5.1.7",
        "5.1.8",
        "5.1.11",
        "5.0.0",
        "5.3.4",
        "5.6.1",
        "",
        "x",
    ],
)
def test_a_refusal_for_any_other_reason_leaves_the_address_good(status):
    assert report(bounce(status))[0].kind == "policy"


@pytest.mark.parametrize("status", ["4.2.2", "4.4.7", "5.2.2", "5.4.4", "5.4.7"])
def test_what_may_work_another_time_is_transient(status):
    assert report(bounce(status))[0].kind == "transient"


def test_a_delay_is_transient_whatever_its_code():
    assert report(bounce("5.1.1", action="delayed"))[0].kind == "transient"


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.0.0", "smtp; 550 5.1.1 no such user", "permanent"),
        ("5.1.1", "smtp; 550 5.7.1 blocked by policy", "policy"),
        ("5.1.1", "smtp; 550-5.7.26 unauthenticated", "policy"),
        ("5.1.1", "smtp;550 #5.7.1 rejected", "policy"),
        ("5.1.1", "x-unix; input/output error 5.7.1", "permanent"),
        ("5.1.1", "smtp; 550 user unknown, see 5.7.1", "permanent"),
    ],
)
def test_the_refusing_servers_own_code_counts_more_than_its_translation(status, diagnostic, kind):
    assert report(bounce(status, diagnostic=diagnostic))[0].kind == kind


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "FAILED?", ""])
def test_what_did_not_fail_is_no_bounce(action):
    assert report(bounce("5.1.1", action=action)) == ()


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        KIM,
        "x400; c=us",
        "rfc822;",
        "rfc822; kim",
        "rfc822; a@b@c",
        f"rfc822; {KIM}, all@x.example",
        "rfc822; kim@127.0.0.1",
    ],
)
def test_a_recipient_that_is_no_address_is_nobody(recipient):
    assert report(bounce("5.1.1", recipient=recipient)) == ()


# --- what must not happen


def test_a_report_without_an_end_is_not_read():
    assert report(b"Content-Type: multipart/report; boundary=b\n\n" + b"x" * LARGEST) == NotAReport(
        "larger than 1048576 bytes"
    )


def test_a_crowd_of_recipients_is_read_in_part():
    one = b"Final-Recipient: rfc822; kim@customer.example\nAction: failed\nStatus: 5.1.1\n\n"
    crowd = bounce("5.1.1").replace(b"\n\n--b--", b"\n\n" + one * 5_000 + b"\n--b--")
    assert len(report(crowd)) == 100


def test_parts_within_parts_without_an_end_are_no_fault():
    nested = b"".join(b'Content-Type: multipart/report; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5_000))
    assert isinstance(report(nested), tuple | NotAReport)


@pytest.mark.parametrize(
    "value", [repr(report(sample("postfix_unknown.eml"))), repr(report(sample("complaint_yahoo.eml")))]
)
def test_repr_shows_no_address(value):
    assert "@" not in value


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_without_a_fault(raw):
    assert isinstance(report(raw), tuple | NotAReport)


@given(
    name=st.sampled_from(SAMPLES),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=20)), min_size=1, max_size=6),
)
def test_a_damaged_report_is_read_without_a_fault(name, cuts):
    raw = sample(name)
    for where, length, instead in cuts:
        start = int(where * len(raw))
        raw = raw[:start] + instead + raw[start + length :]
    said = report(raw)
    assert isinstance(said, NotAReport) or all(isinstance(each, Bounce | Complaint) for each in said)
