"""A policy that is applied decides on all workers from then on, without a restart and without a new event."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from dispatcher.core.policy import Policy, parse
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.exit_codes import ExitCode
from schemas import policies
from schemas.journal import JournalRecord
from schemas.policies import IN_FORCE_KEY, InForce, PolicyText
from schemas.topics import POLICY as POLICY_TOPIC
from tests.broker.installation import (
    POLICY,
    Installation,
    Process,
    due,
    each_of,
    event,
    facts_of,
    ids_of,
    installation,
    new_prefix,
    profile,
)
from tests.broker.operations import eventually, logged, metric, page, ready
from tests.broker.providers import Providers, number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

PARTITIONS = 4
OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
CUSTOMERS = [f"C-{n}" for n in range(12)]
EARLY = """
[[stages]]
id = "early_notice"
phase = "pre_due"
when = { days = -25 }
channels = { default = ["sms"] }
tone = "friendly"
message = "pre_due"
responsible = "billing"

"""


@dataclass
class Told:
    """What was seen on the way through the scenario, step by step."""

    first: str
    second: str
    third: str
    at_start: list[str] = field(default_factory=list)
    published_at_start: list[bytes | None] = field(default_factory=list)
    before: list[JournalRecord] = field(default_factory=list)
    added: list[JournalRecord] = field(default_factory=list)
    reached: list[int] = field(default_factory=list)
    owners: int = 0
    again: tuple[int, str] = (0, "")
    wrong: tuple[int, str] = (0, "")
    shown: tuple[int, str] = (0, "")
    listed: tuple[int, str] = (0, "")
    after_wrong: list[str] = field(default_factory=list)
    after_unreadable: list[str] = field(default_factory=list)
    later: list[JournalRecord] = field(default_factory=list)
    after_restart: str = ""
    published_again: int = 0
    ignored: int = 0


def hash_of(text: str) -> str:
    parsed = parse(text)
    assert isinstance(parsed, Policy), str(parsed)
    return parsed.hash


async def command(installed: Installation, *arguments: str) -> tuple[int, str]:
    """A command of the product on this installation; exit code and everything it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCHER_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dispatcher",
        *arguments,
        env=environment
        | {"DISPATCHER_BOOTSTRAP_SERVERS": installed.broker, "DISPATCHER_TOPIC_PREFIX": installed.prefix},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def in_force(worker: Process) -> str:
    """The hash on the worker's page."""
    _, body = await page(worker, "/readyz")
    return body.partition('"policy":"')[2].partition('"')[0]


async def all_decide_by(workers: list[Process], policy_hash: str) -> None:
    async def switched() -> bool:
        return [await in_force(worker) for worker in workers] == [policy_hash] * len(workers)

    await eventually(switched, f"all workers decide by {policy_hash}", worker=workers[0])


async def all_gates_open(workers: list[Process]) -> None:
    async def opened() -> bool:
        gates = [await metric(worker, "dispatcher_gate_open") or 0 for worker in workers]
        return sum(gates) == PARTITIONS and all(gates)

    await eventually(opened, "every worker may send for its lanes", worker=workers[0])


async def all_refused_one(workers: list[Process]) -> None:
    async def refused() -> bool:
        return [await metric(worker, "dispatcher_policies_refused_total") for worker in workers] == [1.0] * len(workers)

    await eventually(refused, "every worker refused it", worker=workers[0])


async def put_unreadable(installed: Installation) -> None:
    """A policy of a release that knows more than this one."""
    text = PolicyText("f" * 12, "from_the_future = true\n", "somebody", OPENED)
    async with Kafka(Connection(installed.broker)) as kafka:
        topic = installed.prefix + POLICY_TOPIC
        await kafka.publish(topic, text.hash.encode(), policies.encode(text), partition=0)
        await kafka.publish(topic, IN_FORCE_KEY, policies.encode(InForce(text.hash, "somebody", OPENED)), partition=0)


async def played(installed: Installation, reachable: Providers, files: Mapping[str, Path]) -> Told:
    told = Told(*(hash_of(files[name].read_text("utf-8")) for name in ("first", "second", "third")))
    settings = {"DISPATCHER_POLICY": str(files["first"]), **starting_at(OPENED)}
    workers = [installed.worker(name, **settings) for name in ("one", "two")]
    await asyncio.gather(*(ready(worker) for worker in workers))
    await all_gates_open(workers)
    told.at_start = [await in_force(worker) for worker in workers]
    told.published_at_start = [each.key for each in await installed.records(POLICY_TOPIC)]

    profiles = [
        profile(name, at=OPENED, phones=[{"number": number(n), "kind": "mobile"}]) for n, name in enumerate(CUSTOMERS)
    ]
    invoices = [due(name, f"I-{name}", at=OPENED, in_days=20) for name in CUSTOMERS]
    await installed.publish([*profiles, *invoices])
    told.before = await installed.until(facts_of(ids_of([*profiles, *invoices])))

    assert (await command(installed, "policy", "apply", str(files["second"]), "--by", "the desk"))[0] == 0
    sent = each_of(CUSTOMERS, lambda each: each.stage == "early_notice" and each.result == "accepted")
    records = await installed.until(sent)
    told.added = [each for each in records if each.stage == "early_notice"]
    told.reached = [reachable.messages_to(number(n)) for n in range(len(CUSTOMERS))]
    told.owners = sum([bool(await metric(worker, "dispatcher_gate_open")) for worker in workers])
    told.again = await command(installed, "policy", "apply", str(files["second"]))
    told.wrong = await command(installed, "policy", "apply", str(files["wrong"]))
    told.shown = await command(installed, "policy", "show")
    told.listed = await command(installed, "policy", "show", "--list")
    told.after_wrong = [await in_force(worker) for worker in workers]

    await put_unreadable(installed)
    await all_refused_one(workers)
    told.after_unreadable = [await in_force(worker) for worker in workers]

    assert (await command(installed, "policy", "apply", str(files["third"])))[0] == 0
    await all_decide_by(workers, told.third)
    paid = [
        event(
            "invoice.settled",
            name,
            at=OPENED,
            invoice_id=f"I-{name}",
            amount_due=0,
            currency="GBP",
            reason="payment",
            settled_at=OPENED.isoformat(),
        )
        for name in CUSTOMERS
    ]
    await installed.publish(paid)
    records = await installed.until(facts_of(ids_of(paid)))
    told.later = [each for each in records if each.cause is not None and each.cause.id in set(ids_of(paid))]

    late = [profile("late", at=OPENED), due("late", "I-late", at=OPENED, in_days=20)]
    await installed.publish(late)
    await installed.until(facts_of(ids_of(late)))
    await installed.end()
    published = len(await installed.records(POLICY_TOPIC))
    assert (await command(installed, "policy", "apply", str(files["second"])))[0] == 0
    heir = installed.worker("heir", **settings)
    await ready(heir)
    told.after_restart = await in_force(heir)
    await installed.until(each_of(["late"], lambda each: each.stage == "early_notice" and each.result == "accepted"))
    told.published_again = len(await installed.records(POLICY_TOPIC)) - published
    told.ignored = len(logged(heir, "policy_file_ignored"))
    return told


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("policies")
    example = POLICY.read_text("utf-8")
    texts = {
        "first": example,
        "second": example.replace("\n[[stages]]", f"{EARLY}\n[[stages]]", 1),
        "third": example.replace("min_gap_hours = 20", "min_gap_hours = 21", 1),
        "wrong": example.replace("min_gap_hours = 20", "min_gap_hour = 20", 1),
    }
    files = {name: folder / f"{name}.toml" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text, "utf-8")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=reachable.settings) as installed,
    ):
        return await played(installed, reachable, files)


async def test_workers_start_with_the_policy_that_the_setting_names(told: Told):
    assert told.at_start == [told.first, told.first]


async def test_of_workers_that_start_at_once_one_publishes_the_first_policy(told: Told):
    assert told.published_at_start == [told.first.encode(), IN_FORCE_KEY]


async def test_before_the_switch_the_first_policy_decides(told: Told):
    assert {each.policy for each in told.before} == {told.first}


async def test_a_contact_that_the_new_policy_adds_is_made_without_an_event(told: Told):
    claimed = [each for each in told.added if each.result == "claimed"]
    assert sorted(each.customer_id for each in claimed) == sorted(CUSTOMERS)


async def test_nobody_hears_of_the_switch_twice(told: Told):
    assert told.reached == [1] * len(CUSTOMERS)


async def test_both_workers_had_customers_to_plan_anew(told: Told):
    assert told.owners == 2


async def test_decisions_after_the_switch_name_the_new_policy(told: Told):
    assert {each.policy for each in told.added} == {told.second}


async def test_applying_what_is_in_force_says_so(told: Told):
    code, said = told.again
    assert (code, "in force already" in said) == (ExitCode.OK, True)


async def test_a_wrong_policy_is_refused_with_its_place(told: Told):
    code, said = told.wrong
    assert (code, "wrong.toml: line " in said, "min_gap_hour" in said) == (ExitCode.POLICY, True, True)


async def test_a_wrong_policy_changes_nothing(told: Told):
    assert told.after_wrong == [told.second, told.second]


async def test_the_policy_in_force_is_shown_with_who_applied_it(told: Told):
    assert told.shown[1].startswith(f"# policy {told.second}, first applied ")
    assert "by the desk" in told.shown[1].partition("\n")[0]


async def test_former_policies_are_listed(told: Told):
    assert [line.split()[0] for line in told.listed[1].splitlines()[1:]] == [told.first, told.second]


async def test_a_policy_that_this_release_cannot_read_leaves_the_former_in_force(told: Told):
    assert told.after_unreadable == [told.second, told.second]


async def test_after_a_refusal_the_next_policy_is_taken(told: Told):
    assert {each.policy for each in told.later} == {told.third}


async def test_what_was_applied_while_no_worker_ran_counts_at_the_next_start(told: Told):
    assert told.after_restart == told.second


async def test_a_former_policy_needs_no_second_text(told: Told):
    assert told.published_again == 1


async def test_a_restart_says_that_the_setting_does_not_count_any_more(told: Told):
    assert told.ignored == 1
