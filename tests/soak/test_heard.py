"""Who is still to be reached, and what is in doubt, is known from the journal alone."""

from datetime import UTC, datetime

from schemas.journal import JournalRecord, Reason
from tests.soak.heard import Heard


def record(result, *, code="due", kind="attempt", customer="c", attempt="a.1"):
    return JournalRecord(
        record_id="c.1",
        at=datetime(2026, 3, 4, 10, 0, tzinfo=UTC),
        kind=kind,
        customer_id=customer,
        invoice_ids=(),
        result=result,
        reasons=(Reason(code),),
        policy="p",
        attempt_id=attempt,
    )


def heard(*records):
    made = Heard(missing={"c"})
    for each in records:
        made.take(each)
    return made


def test_a_claim_reaches_nobody():
    assert heard(record("claimed", kind="decision")).missing == {"c"}


def test_a_message_that_was_accepted_reaches_its_customer():
    assert not heard(record("accepted")).missing


def test_a_cap_reaches_nobody_to_whom_nothing_was_sent():
    assert heard(record("deferred", code="cap", kind="decision")).missing == {"c"}


def test_after_a_doubt_the_cap_is_the_end():
    assert not heard(record("released", code="doubt_resend"), record("deferred", code="cap", kind="decision")).missing


def test_a_doubt_stands_until_somebody_knows():
    assert heard(record("in_doubt")).in_doubt == {"a.1"}


def test_a_doubt_is_over_when_it_was_sent_after_all():
    found = heard(record("in_doubt"), record("accepted"))

    assert (found.in_doubt, found.doubts) == (set(), 1)


def test_a_doubt_is_over_when_it_is_sent_again():
    assert not heard(record("in_doubt"), record("released", code="doubt_resend")).in_doubt


def test_a_doubt_is_over_when_the_provider_never_had_it():
    assert not heard(record("in_doubt"), record("released", code="provider_unreachable")).in_doubt


def test_records_are_counted_by_what_they_say():
    assert heard(record("accepted"), record("accepted")).counts == {("attempt", "accepted", "due"): 2}
