"""Where an archiver goes on, and when it refuses to: records are neither missed nor had twice."""

from dispatcher.archive.starting import Unfit, places

JOURNAL = ("reminders.journal", 0)


def test_a_partition_goes_on_where_the_archive_ended():
    assert places({JOURNAL: 40}, {JOURNAL: (0, 90)}, accept_gap=False) == {JOURNAL: 40}


def test_a_partition_that_was_never_seen_begins_at_its_first_record():
    assert places({}, {JOURNAL: (30, 90)}, accept_gap=False) == {JOURNAL: 30}


def test_records_that_went_before_they_were_archived_are_a_reason_to_stop():
    refused = places({JOURNAL: 40}, {JOURNAL: (50, 90)}, accept_gap=False)
    assert isinstance(refused, Unfit)
    assert "--accept-gap" in refused.why


def test_a_gap_that_was_accepted_is_passed_over():
    assert places({JOURNAL: 40}, {JOURNAL: (50, 90)}, accept_gap=True) == {JOURNAL: 50}


def test_a_topic_that_ends_before_the_archive_is_another_topic_whatever_is_accepted():
    refused = places({JOURNAL: 40}, {JOURNAL: (0, 39)}, accept_gap=True)
    assert isinstance(refused, Unfit)
    assert "another topic" in refused.why
