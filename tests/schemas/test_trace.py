"""A trace context is handed on as it is; anything else in its place is left out."""

import pytest

from schemas.inbox import Cause
from schemas.journal import cause_record, encode
from schemas.trace import headers_of, trace_id, trace_in, trace_of

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_it_is_found_among_the_headers():
    assert trace_of([("ce_id", b"1"), ("traceparent", TRACE.encode())]) == TRACE


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        b"00-00000000000000000000000000000000-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        b"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        b"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        TRACE.encode() + b"\n",
        TRACE.encode()[:-1] + b"\xb2",
        b"Ada Lovelace, +44 7700 900123, ada@example.com          ",
    ],
)
def test_what_is_no_trace_context_is_left_out(value):
    assert trace_of([("traceparent", value)]) == ""


def test_a_text_is_judged_like_a_header():
    assert (trace_in(TRACE), trace_in(TRACE + " ")) == (TRACE, "")


def test_it_goes_on_as_the_header_that_it_came_as():
    assert trace_of(headers_of(TRACE)) == TRACE


def test_without_one_no_header_goes_on():
    assert not headers_of("")


def test_what_people_look_for_is_the_id_that_all_of_a_trace_share():
    assert (trace_id(TRACE), trace_id("")) == ("0af7651916cd43dd8448eb211c80319c", "")


def test_the_journal_names_it_with_the_cause():
    assert f'"trace":"{TRACE}"'.encode() in encode(cause_record(Cause("billing.due", 0, 7, "/billing", "1", TRACE)))


def test_without_one_the_journal_is_as_it_was():
    assert b"trace" not in encode(cause_record(Cause("billing.due", 0, 7, "/billing", "1")))
