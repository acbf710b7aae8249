"""A journal record in one line: when, about what, what came of it, and why, in words."""

from datetime import UTC, datetime

import pytest

from dispatcher.cli.telling import sentences, told
from schemas.journal import JournalRecord, Reason
from schemas.reasons import CODES, SENTENCES

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def record(**more: object) -> JournalRecord:
    known = {
        "record_id": "C-1.1",
        "at": AT,
        "kind": "decision",
        "customer_id": "C-1",
        "invoice_ids": ("INV-1", "INV-2"),
        "result": "deferred",
        "reasons": (Reason("cap", "caps.weekly", {"contacts": 3, "most": 3}),),
        "policy": "0",
    }
    return JournalRecord(**(known | more))


def test_a_record_is_one_line():
    assert told(record(stage="notice", channel="sms")) == (
        "2026-03-02 09:00:00Z  C-1  INV-1,INV-2  notice  sms  deferred  "
        f"cap: {SENTENCES['cap']} [caps.weekly, contacts=3, most=3]"
    )


def test_it_says_what_comes_next():
    assert "not before 2026-03-03 08:00:00Z" in told(record(next_at=datetime(2026, 3, 3, 8, 0, tzinfo=UTC)))


def test_of_a_plan_it_is_not_said_that_nothing_forbids_it():
    assert "due: The stage begins then." in told(record(result="planned", reasons=(Reason("due"),)))


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_said_in_a_sentence(code):
    assert sentences([Reason(code)], "deferred") == f"{code}: {SENTENCES[code]}"
