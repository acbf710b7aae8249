"""Who asked whether a task may be dialled, and what the answer was: countable by collector, and gone when it has to go."""

import pytest
from sqlalchemy import Engine, func, select

from dispatcher.archive.emptying import Caretaker, Retention
from dispatcher.archive.rebuilding import rebuild
from dispatcher.archive.tables import CONTACTS, DIALS
from schemas import topics
from schemas.journal import Reason
from schemas.values import to_millis
from tests.archive.journal import Topics, archived, instant, rows

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def told() -> Topics:
    """Anna was refused twice and then permitted, Ben was refused."""
    told = Topics()
    told.claimed("C-1", "ct-1.1", channel="call_task", task="call")
    told.decided("C-1", "accepted", kind="attempt", attempt_id="ct-1.1", channel="call_task", minutes=1)
    for minutes, by, result, code in (
        (2, "anna", "refused", "quiet_hours"),
        (3, "anna", "refused", "input_behind"),
        (4, "anna", "permitted", "free_to_dial"),
        (5, "ben", "refused", "already_dialled"),
    ):
        told.decided(
            "C-1",
            result,
            kind="attempt" if result == "permitted" else "fact",
            attempt_id="ct-1.1",
            channel="call_task",
            reasons=(Reason(code, "task.dialled", {"by": by, "fence": 2}),),
            minutes=minutes,
        )
    return told


def refused_by_collector(engine: Engine) -> dict[str, int]:
    asked = select(DIALS.c.by, func.count()).where(~DIALS.c.permitted).group_by(DIALS.c.by)
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(asked)}


def test_refused_dials_are_counted_by_collector(engine, told):
    archived(engine, told.records)
    assert refused_by_collector(engine) == {"anna": 2, "ben": 1}


def test_an_answer_is_kept_with_its_reason_and_its_hour(engine, told):
    archived(engine, told.records)
    first = rows(engine, DIALS)[0]
    assert (first["attempt_id"], first["code"], first["fence"], first["at"]) == (
        "ct-1.1",
        "quiet_hours",
        2,
        to_millis(instant(2)),
    )


@pytest.mark.parametrize("turn", [1, 2, 1_000])
def test_the_contact_knows_when_and_by_whom_it_was_dialled(engine, told, turn):
    archived(engine, told.records, turn=turn)
    (contact,) = rows(engine, CONTACTS)
    assert (contact["dialled_at"], contact["dialled_by"], contact["result"]) == (
        to_millis(instant(4)),
        "anna",
        "accepted",
    )


def test_what_came_of_the_call_is_known_beside_who_made_it(engine, told):
    told.attempted("C-1", "ct-1.1", "delivered", minutes=9, detail="promise")
    archived(engine, told.records)
    (contact,) = rows(engine, CONTACTS)
    assert (contact["dialled_by"], contact["result"], contact["outcome"]) == ("anna", "delivered", "promise")


def test_an_answer_that_names_nobody_stops_nothing(engine):
    told = Topics()
    told.decided("C-1", "refused", kind="fact", attempt_id="ct-1.1", reasons=(Reason("not_open"),))
    archived(engine, told.records)
    assert refused_by_collector(engine) == {"": 1}


def test_an_erasure_leaves_the_count_and_no_customer(engine, told):
    told.noted("C-1", "customer.erased", minutes=10)
    archived(engine, told.records)
    Caretaker(engine, Retention(), lambda *_: None).work(to_millis(instant(20)))
    assert (refused_by_collector(engine), "C-1" in repr(rows(engine, DIALS))) == ({"anna": 2, "ben": 1}, False)


def test_after_their_time_answers_go(engine, told):
    archived(engine, told.records)
    Caretaker(engine, Retention(records=30), lambda *_: None).work(to_millis(instant(0)) + 31 * DAY_MS)
    assert rows(engine, DIALS) == []


def test_a_rebuild_counts_nothing_twice(engine, told):
    archived(engine, told.records)
    rebuild(engine, {(topics.JOURNAL, partition): 0 for partition in range(2)})
    archived(engine, told.records)
    assert refused_by_collector(engine) == {"anna": 2, "ben": 1}
