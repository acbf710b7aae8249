"""What we write, we read back unchanged."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import inbox, journal, state, values

OFFSETS = st.sampled_from([timezone(timedelta(minutes=minutes)) for minutes in (0, 345, 14 * 60, -12 * 60)])
quick = settings(deadline=None, max_examples=10)


@quick
@given(st.data())
def test_an_inbox_record_is_read_back_unchanged(records_of, data):
    arrival = data.draw(records_of(inbox.Arrival))
    assert inbox.decode_arrival(inbox.encode(arrival)) == arrival


@quick
@given(st.data())
def test_a_mark_is_read_back_unchanged(records_of, data):
    mark = data.draw(st.one_of(records_of(inbox.LogMark), records_of(inbox.ProgressMark)))
    assert inbox.decode_mark(inbox.encode(mark)) == mark


@quick
@given(st.data())
def test_a_journal_record_is_read_back_unchanged(records_of, data):
    record = data.draw(records_of(journal.JournalRecord))
    assert journal.decode_journal(journal.encode(record)) == record


@quick
@given(st.data())
def test_a_task_is_read_back_unchanged(records_of, data):
    task = data.draw(records_of(journal.TaskRecord))
    assert journal.decode_task(journal.encode(task)) == task


@quick
@given(st.data(), st.none() | st.integers(1, 2**52), st.integers(0, 255))
def test_a_state_record_gives_back_the_customer_and_the_wake_up(records_of, data, wake_at, flags):
    customer = data.draw(records_of(state.Customer))
    record = state.encode(customer, wake_at, flags)
    assert (state.decode(record), state.wake_of(record), state.flags_of(record)) == (customer, wake_at or 0, flags)


def test_a_state_record_of_another_version_is_refused():
    record = bytes([state.WITH_DIALS + 1]) + state.encode(state.EMPTY, None, 0)[1:]
    with pytest.raises(ValueError, match=f"version {state.WITH_DIALS + 1}"):
        state.decode(record)


@pytest.mark.parametrize(
    ("remembered", "version"),
    [({}, state.VERSION), ({"fence": 1}, state.WITH_DIALS), ({"dialled_at": 1}, state.WITH_DIALS)],
    ids=["nothing new", "a lease", "a call"],
)
def test_a_state_record_has_the_earliest_version_that_forgets_nothing(remembered, version):
    attempt = state.Attempt("ct-1", "accepted", "call_task", "call", None, (), "+447700900001", 1, 2, **remembered)
    assert state.encode(state.Customer(attempts={"ct-1.1": attempt}), None, 0)[0] == version


@pytest.mark.parametrize("tag", [28, 99, 2**40])
def test_a_fact_of_a_later_release_is_told_from_damage(tag):
    record = msgspec.msgpack.encode([1, ["t", 0, 1, "/s", "e"], [tag, "new"], 0, "more"])
    assert inbox.later_fact(record) == tag


@pytest.mark.parametrize(
    "record",
    [
        inbox.encode(inbox.Arrival(1, inbox.Cause("t", 0, 1, "/s", "e"), inbox.CustomerErased())),
        msgspec.msgpack.encode([1, ["t", 0, 1, "/s", "e"], [2, "too short"]]),
        msgspec.msgpack.encode([1, ["t", 0, 1, "/s", "e"], []]),
        msgspec.msgpack.encode([1, ["t", 0, 1, "/s", "e"], ["28"]]),
        b"",
        b"\xc1",
        b"{}",
    ],
    ids=["a known fact", "a damaged fact", "no fact", "no tag", "nothing", "no MessagePack", "JSON"],
)
def test_what_is_ours_or_nobodys_is_of_no_later_release(record):
    assert inbox.later_fact(record) is None


def test_a_later_statement_wins_whatever_its_source_and_id():
    early = inbox.Arrival(1, inbox.Cause("t", 0, 9, "z", "z"), inbox.CustomerErased())
    late = inbox.Arrival(2, inbox.Cause("t", 0, 1, "a", "a"), inbox.CustomerErased())
    assert early.stamp < late.stamp


def test_a_reader_of_the_journal_skips_fields_that_it_does_not_know():
    record = journal.JournalRecord(
        "C-1.1", datetime(2026, 11, 2, tzinfo=UTC), "fact", "C-1", (), "recorded", (), "0" * 12
    )
    newer = msgspec.json.encode({**msgspec.json.decode(journal.encode(record)), "from_the_future": [1]})
    assert journal.decode_journal(newer) == record


@pytest.mark.parametrize(
    "model",
    [inbox.ProfileStated, inbox.PhonePoint, inbox.EmailPoint, inbox.ConsentChanged, journal.TaskRecord],
)
def test_what_holds_personal_data_does_not_show_it(model):
    fields = dict.fromkeys(model.__struct_fields__, "Ada")
    assert repr(model(**fields)) == f"{model.__name__}(...)"


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=OFFSETS))  # noqa: DTZ001 - bounds
@settings(deadline=None, max_examples=30)
def test_an_instant_keeps_its_milliseconds_at_any_offset(instant):
    whole = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    assert values.from_millis(values.to_millis(instant)) == whole
