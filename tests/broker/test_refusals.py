"""A worker that must not start says why on stderr and ends with the code for it."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient

from dispatcher.exit_codes import ExitCode
from tests.broker.installation import Installation, due, facts_of, installation, new_prefix
from tests.broker.operations import ended, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
PARTITIONS = 2
CUSTOMERS = [f"c{n}" for n in range(20)]


@dataclass(frozen=True)
class End:
    """How a worker ended, and what it said."""

    code: int
    said: str


async def end_of(installed: Installation, name: str, **settings: str) -> End:
    worker = installed.worker(name, **settings)
    code = await ended(worker)
    return End(code, worker.output())


@asynccontextmanager
async def with_history(broker: str, folder: Path) -> AsyncIterator[Installation]:
    """An installation that has worked and was stopped in order."""
    async with installation(broker, new_prefix(), folder, partitions=PARTITIONS) as installed:
        worker = installed.worker("first")
        await installed.publish([due(each, "I-1", at=AT, in_days=40, event_id=f"before-{each}") for each in CUSTOMERS])
        await installed.until(facts_of(f"before-{each}" for each in CUSTOMERS))
        await worker.end(signal.SIGTERM)
        yield installed


async def recreate(installed: Installation, topic: str) -> None:
    """The topic as somebody leaves it who deleted it and created it again."""
    admin = AIOKafkaAdminClient(bootstrap_servers=installed.broker)
    await admin.start()
    try:
        await admin.delete_topics([installed.prefix + topic])

        async def gone() -> bool:
            return installed.prefix + topic not in await admin.list_topics()

        await eventually(gone, f"{topic} is deleted")
    finally:
        await admin.close()
    await installed.create()


@dataclass(frozen=True)
class Gap:
    """What happened after a topic was recreated: the refusal, and the customers that a start with --accept-gap knows."""

    refusal: End
    customers: set[str]


async def after_recreation_of(topic: str, broker: str, folder: Path) -> Gap:
    async with with_history(broker, folder) as installed:
        await recreate(installed, topic)
        refusal = await end_of(installed, "refused")
        installed.worker("accepting", program=("dispatcher", "worker", "--accept-gap"))
        await installed.publish([due("new", "I-1", at=AT, in_days=40, event_id="after")])
        await installed.until(facts_of(["after"]))
        return Gap(refusal, set(await installed.customers()))


@dataclass(frozen=True)
class Gaps:
    recreated_inbox: Gap
    lost_state: Gap


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gaps(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Gaps:
    both = (
        after_recreation_of(topic, broker, tmp_path_factory.mktemp("gap"))
        for topic in ("reminders.inbox", "reminders.state")
    )
    return Gaps(*await asyncio.gather(*both))


async def test_a_recreated_inbox_is_refused(gaps: Gaps):
    assert gaps.recreated_inbox.refusal.code == ExitCode.REFUSED


async def test_a_recreated_inbox_is_named(gaps: Gaps):
    assert "the inbox was recreated" in gaps.recreated_inbox.refusal.said


async def test_a_recreated_inbox_is_read_from_its_beginning_where_the_operator_accepts_the_gap(gaps: Gaps):
    assert gaps.recreated_inbox.customers == {*CUSTOMERS, "new"}


async def test_a_lost_state_is_refused(gaps: Gaps):
    assert gaps.lost_state.refusal.code == ExitCode.REFUSED


async def test_a_lost_state_is_named(gaps: Gaps):
    assert "the state was lost" in gaps.lost_state.refusal.said


async def test_a_lost_state_is_built_from_the_inbox_where_the_operator_accepts_the_gap(gaps: Gaps):
    assert gaps.lost_state.customers == {*CUSTOMERS, "new"}


async def test_a_refusal_advises_how_to_go_on(gaps: Gaps):
    assert "--accept-gap" in gaps.recreated_inbox.refusal.said


@dataclass(frozen=True)
class Ends:
    no_broker: End
    wrong_policy: End
    no_topics: End
    other_count: End
    unfit_words: End


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ends(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Ends:
    folder = tmp_path_factory.mktemp("ends")
    wrong = folder / "wrong.toml"
    wrong.write_text('default_tier = "standard"\nday_starts = "25:00"\n')
    words = folder / "own" / "en" / "follow_up.sms.txt"
    words.parent.mkdir(parents=True)
    words.write_text("{% block message %}invoice over {{ total }}, due {{ due }}.{% endblock %}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{free.getsockname()[1]}"
        async with installation(broker, new_prefix(), folder, partitions=PARTITIONS) as installed:
            found = await asyncio.gather(
                end_of(installed, "no-broker", DISPATCHER_BOOTSTRAP_SERVERS=nowhere),
                end_of(installed, "wrong-policy", DISPATCHER_POLICY=str(wrong)),
                end_of(installed, "no-topics", DISPATCHER_TOPIC_PREFIX=new_prefix()),
                end_of(installed, "other-count", DISPATCHER_PARTITIONS=str(PARTITIONS + 1)),
                end_of(installed, "unfit-words", DISPATCHER_TEMPLATES=str(words.parents[1])),
            )
    return Ends(*found)


async def test_without_a_broker_the_worker_ends(ends: Ends):
    assert ends.no_broker.code == ExitCode.NO_BROKER


async def test_a_wrong_policy_ends_the_start(ends: Ends):
    assert ends.wrong_policy.code == ExitCode.POLICY


async def test_a_wrong_policy_is_named_with_file_and_line(ends: Ends):
    assert "wrong.toml: line 2, day_starts" in ends.wrong_policy.said


async def test_missing_topics_end_the_start(ends: Ends):
    assert ends.no_topics.code == ExitCode.TOPICS


async def test_another_number_of_partitions_ends_the_start(ends: Ends):
    assert ends.other_count.code == ExitCode.TOPICS


async def test_own_words_that_lack_what_the_policy_asks_of_them_end_the_start(ends: Ends):
    assert ends.unfit_words.code == ExitCode.POLICY


async def test_own_words_are_named_with_file_line_and_what_they_lack(ends: Ends):
    assert "follow_up.sms.txt, line 1: the date to pay by is missing" in ends.unfit_words.said
