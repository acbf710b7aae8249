"""Topics are created where missing, never changed where they exist, and refused where they cannot be used."""

import asyncio
from collections.abc import Mapping, Sequence

from dispatcher.ops.topic_plan import Create, Fits, MarkLog, Unfit, Wanted, apply, plan
from schemas import inbox
from schemas.topics import TOPICS

WANTED = Wanted(prefix="eu.", partitions=4, replication=3)


class MemoryCluster:
    """A cluster in memory: topics with settings, and how many records each partition holds."""

    def __init__(self) -> None:
        self.topics: dict[str, tuple[int, dict[str, str]]] = {}
        self.records: dict[str, list[list[bytes | None]]] = {}

    async def partitions(self, topic: str) -> int | None:
        return self.topics[topic][0] if topic in self.topics else None

    async def settings(self, topic: str) -> Mapping[str, str]:
        return {"cleanup.policy": "delete"} | self.topics[topic][1]

    async def ends(self, topic: str) -> Mapping[int, tuple[int, int]]:
        return {partition: (0, len(records)) for partition, records in enumerate(self.records[topic])}

    async def create(self, topic: str, partitions: int, replication: int, settings: Mapping[str, str]) -> bool:
        self.topics[topic] = (partitions, dict(settings))
        self.records[topic] = [[] for _ in range(partitions)]
        return True

    async def publish(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]] = (),
        partition: int | None = None,
    ) -> object:
        assert partition is not None
        self.records[topic][partition].append(value)
        return None


def planned(cluster: MemoryCluster, wanted: Wanted = WANTED):
    return asyncio.run(plan(cluster, wanted))


def applied() -> MemoryCluster:
    cluster = MemoryCluster()
    asyncio.run(apply(cluster, planned(cluster)))
    return cluster


def test_an_empty_cluster_gets_every_topic():
    assert [step.name for step in planned(MemoryCluster()) if isinstance(step, Create)] == [
        f"eu.{topic.name}" for topic in TOPICS
    ]


def test_what_is_partitioned_by_customer_gets_the_configured_partitions():
    cluster = applied()

    assert {cluster.topics[f"eu.{topic.name}"][0] for topic in TOPICS if topic.partitioned_by_customer} == {4}


def test_every_inbox_partition_starts_with_a_mark_of_its_own():
    marks = [
        [inbox.decode_mark(value) for value in records if value] for records in applied().records["eu.reminders.inbox"]
    ]

    assert len({mark.identity for partition in marks for mark in partition}) == 4


def test_applying_again_changes_nothing():
    assert {type(step) for step in planned(applied())} == {Fits}


def test_an_inbox_whose_marks_were_not_written_gets_the_missing_ones():
    cluster = applied()
    cluster.records["eu.reminders.inbox"][2].clear()

    assert [step for step in planned(cluster) if isinstance(step, MarkLog)] == [MarkLog("eu.reminders.inbox", (2,))]


def test_another_number_of_partitions_is_refused_with_both_ways_out():
    (unfit, *_) = [step for step in planned(applied(), Wanted("eu.", 8, 3)) if isinstance(step, Unfit)]

    assert "DISPATCHER_PARTITIONS=4" in unfit.advice
    assert "DISPATCHER_TOPIC_PREFIX" in unfit.advice


def test_a_billing_topic_may_have_any_number_of_partitions():
    cluster = applied()
    cluster.topics["eu.billing.due"] = (3, dict(cluster.topics["eu.billing.due"][1]))

    assert [step for step in planned(cluster) if not isinstance(step, Fits)] == []


def test_a_state_topic_that_is_not_compacted_is_refused():
    cluster = applied()
    cluster.topics["eu.reminders.state"] = (4, {"cleanup.policy": "delete"})

    assert [step.name for step in planned(cluster) if isinstance(step, Unfit)] == ["eu.reminders.state"]


def test_an_inbox_that_is_compacted_is_refused():
    cluster = applied()
    cluster.topics["eu.reminders.inbox"] = (4, {"cleanup.policy": "compact"})

    assert [step.name for step in planned(cluster) if isinstance(step, Unfit)] == ["eu.reminders.inbox"]


def test_a_tuned_retention_is_mentioned_and_left_alone():
    cluster = applied()
    cluster.topics["eu.reminders.journal"][1]["retention.ms"] = "1"

    (journal,) = [step for step in planned(cluster) if step.name == "eu.reminders.journal"]

    assert isinstance(journal, Fits)
    assert "retention.ms=1" in journal.notes[0]
