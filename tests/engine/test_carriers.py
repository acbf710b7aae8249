"""Carriers chain: a lane can tell from them alone whether something never reached it."""

from types import SimpleNamespace

from faust.types import TP

from dispatcher.engine.carriers import Chain, Stretch, scheduler_for

INBOX = TP("inbox", 0)
OTHER = TP("inbox", 1)
INPUT = TP("billing.due", 0)


def records(tp: TP, *offsets: int) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            topic=tp.topic, partition=tp.partition, offset=offset, timestamp=0, timestamp_type=1, key=b"k", value=b"v"
        )
        for offset in offsets
    ]


def stretches(scheduler: object, polled: dict[TP, list[SimpleNamespace]]) -> list[tuple[TP, tuple[Stretch, ...]]]:
    return [(tp, carrier.value) for tp, carrier in scheduler.iterate(Chain().link(polled))]  # type: ignore[attr-defined]


def new() -> object:
    return scheduler_for({"inbox": "inbox", "billing.due": "inputs"})()


def test_a_poll_becomes_one_carrier_for_each_group_of_topics() -> None:
    found = stretches(new(), {INBOX: records(INBOX, 0, 1), OTHER: records(OTHER, 7), INPUT: records(INPUT, 3)})
    assert [(tp, [each.tp for each in value]) for tp, value in found] == [(INBOX, [INBOX, OTHER]), (INPUT, [INPUT])]


def test_a_stretch_names_the_offset_polled_before_it() -> None:
    chain = Chain()
    chain.link({INBOX: records(INBOX, 4, 5)})
    second = chain.link({INBOX: records(INBOX, 9)})[INBOX]
    assert (second.after, second.first, second.last) == (5, 9, 9)


def test_a_poll_that_faust_drops_stays_in_the_chain() -> None:
    chain = Chain()
    new().iterate(chain.link({INBOX: records(INBOX, 4, 5)}))  # type: ignore[attr-defined]  # handed over, never asked for
    assert chain.link({INBOX: records(INBOX, 6)})[INBOX].after == 5


def test_the_first_stretch_has_no_predecessor() -> None:
    assert Chain().link({INBOX: records(INBOX, 4, 5)})[INBOX].after is None


def test_after_a_jump_back_there_is_no_predecessor() -> None:
    chain = Chain()
    chain.link({INBOX: records(INBOX, 4, 5)})
    assert chain.link({INBOX: records(INBOX, 2, 3)})[INBOX].after is None


def test_what_follows_a_stretch_is_past_the_control_records_behind_it() -> None:
    stretch = Chain().link({INPUT: records(INPUT, 4, 5)}, lambda _: 7)[INPUT]
    assert stretch.following == 7


def test_what_follows_a_part_of_a_stretch_is_the_next_offset() -> None:
    assert Stretch(INPUT, None, records(INPUT, 4, 5)).following == 6


def test_an_empty_poll_gives_nothing() -> None:
    assert stretches(new(), {INBOX: []}) == []
