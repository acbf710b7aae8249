"""The commands on a real cluster: what was published, decided and set aside is found again, in words."""

import asyncio
import json
import os
import secrets
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from dispatcher.cli.app import run
from dispatcher.core.decide import Conditions, decide
from dispatcher.core.policy import Policy, parse
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.engine.log_position import WATERMARK_KEY, Watermark
from dispatcher.engine.placement import partition_of
from schemas import codec, journal, state
from schemas.inbox import Arrival, Cause
from schemas.trace import trace_of
from schemas.values import CHANNELS, to_millis

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "deploy" / "policy.example.toml"
EXAMPLES = ROOT / "schemas" / "examples"
CUSTOMER = "C-1042"
PARTITIONS = 2
DECIDED_AT = "2026-11-02T09:00:00+00:00"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


Shell = Callable[..., Ended]


def event(name: str) -> bytes:
    return json.dumps(json.loads((EXAMPLES / "valid" / f"{name}.json").read_bytes())).encode()


@pytest.fixture(scope="module")
def environment(broker: str) -> dict[str, str]:
    """One installation for the tests of this module: topics applied, events published, one customer decided."""
    environ = {
        "DISPATCHER_BOOTSTRAP_SERVERS": broker,
        "DISPATCHER_TOPIC_PREFIX": f"cli{secrets.token_hex(4)}.",
        "DISPATCHER_PARTITIONS": str(PARTITIONS),
        "DISPATCHER_POLICY": str(POLICY),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("DISPATCHER_")]:
            patch.delenv(name)
        for name, value in environ.items():
            patch.setenv(name, value)
        assert run(["topics", "apply"]) == 0
        asyncio.run(decided(environ))
    return environ


async def decided(environ: dict[str, str]) -> None:
    """Write state, journal and one rejected record, as a worker does that has read these events."""
    policy = parse(POLICY.read_text())
    assert isinstance(policy, Policy)
    prefix = environ["DISPATCHER_TOPIC_PREFIX"]
    arrivals = []
    for offset, (topic, name) in enumerate((("customers.updated", "customer.updated"), ("billing.due", "invoice.due"))):
        read = codec.read(topic, event(name))
        assert isinstance(read, codec.Accepted)
        arrivals.append(Arrival(read.at, Cause(topic, 0, offset, read.source, read.id), read.fact))
    now = to_millis(datetime.fromisoformat(DECIDED_AT))
    conditions = Conditions("on", frozenset(), gate_open=True, credits=frozenset(CHANNELS))
    decision = decide(CUSTOMER, state.EMPTY, arrivals, policy, now, conditions)
    key, partition = CUSTOMER.encode(), partition_of(CUSTOMER, PARTITIONS)
    broken = b'{"note": "\x1b[2J Ada Lovelace"'
    refused = codec.read("billing.due", broken)
    assert isinstance(refused, codec.Rejected)
    async with Kafka(Connection(environ["DISPATCHER_BOOTSTRAP_SERVERS"])) as kafka:
        record = state.encode(decision.customer, decision.wake_at, decision.flags)
        await kafka.publish(f"{prefix}reminders.state", key, record, partition=partition)
        for entry in decision.records:
            await kafka.publish(f"{prefix}reminders.journal", key, journal.encode(entry), partition=partition)
        place = {"topic": f"{prefix}billing.due", "partition": "1", "offset": "17"}
        why = {"reason": refused.reason, "path": refused.path}
        headers = [(name, text.encode()) for name, text in (place | why).items()]
        await kafka.publish(f"{prefix}reminders.rejected", None, broken, headers)


@pytest.fixture
def shell(environment: dict[str, str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    for name in [name for name in os.environ if name.startswith("DISPATCHER_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str, **environ: str) -> Ended:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        capfd.readouterr()
        code = run(list(arguments))
        return Ended(code, *capfd.readouterr())

    return call


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(event(name) for name in ("invoice.due", "invoice.settled", "customer.updated")))
    return file


def test_a_new_cluster_lacks_every_topic(shell: Shell):
    ended = shell("topics", "plan", "--json", DISPATCHER_TOPIC_PREFIX=f"new{secrets.token_hex(4)}.")

    assert (ended.code, {each["state"] for each in ended.objects}) == (1, {"missing", "unmarked"})


def test_applied_topics_fit(shell: Shell):
    ended = shell("topics", "plan", "--json")

    assert (ended.code, {each["state"] for each in ended.objects}) == (0, {"fits"})


def test_applying_twice_marks_no_log_twice(shell: Shell):
    assert shell("topics", "apply").code == 0

    assert {each["state"] for each in shell("topics", "plan", "--json").objects} == {"fits"}


def test_another_number_of_partitions_is_refused(shell: Shell):
    ended = shell("topics", "apply", DISPATCHER_PARTITIONS="4")

    assert (ended.code, "never changed in place" in ended.out) == (6, True)


def test_published_events_stand_where_it_says(shell: Shell, events: Path):
    ended = shell("publish", str(events), "--json")

    assert (ended.code, sum(each["events"] for each in ended.objects)) == (0, 3)
    assert {each["topic"].partition(".")[2] for each in ended.objects} == {
        "billing.due",
        "billing.settled",
        "customers.updated",
    }


def test_events_of_a_customer_share_a_partition(shell: Shell, tmp_path: Path):
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join([event("invoice.due")] * 5))

    (placed,) = shell("publish", str(file), "--json").objects

    assert (placed["events"], placed["last_offset"] - placed["first_offset"]) == (5, 4)


async def trace_at(placed: dict) -> str:
    async with Kafka(Connection(os.environ["DISPATCHER_BOOTSTRAP_SERVERS"])) as kafka:
        async for record in kafka.read(placed["topic"], partition=placed["partition"], start=placed["first_offset"]):
            return trace_of(record.headers)
    raise AssertionError("nothing stands there")


@pytest.mark.parametrize(("given", "kept"), [(TRACE, TRACE), ("Ada Lovelace", "")])
def test_published_events_take_a_trace_along_that_is_one(shell: Shell, tmp_path: Path, given: str, kept: str):
    file = tmp_path / "events.jsonl"
    file.write_bytes(event("invoice.due"))

    ended = shell("publish", str(file), "--json", "--traceparent", given)

    assert (ended.code, asyncio.run(trace_at(ended.objects[0])), given in ended.out + ended.err) == (0, kept, False)


LIST = "customer_id,invoice_id,due_on,amount_due,currency\nC-1042,INV-7,2026-11-30,12900,EUR\n"


@pytest.fixture
def billing_list(tmp_path: Path) -> Path:
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    return file


def test_a_list_that_is_imported_twice_stands_twice_under_one_id(shell: Shell, billing_list: Path):
    for _ in range(2):
        assert shell("import", str(billing_list), "--as-of", "2026-11-20").code == 0

    found = asyncio.run(values_of(os.environ["DISPATCHER_TOPIC_PREFIX"] + "billing.due"))
    assert [each["id"] for each in found if each["source"] == "dispatcher/import"] == [
        json.loads(shell("import", str(billing_list), "--as-of", "2026-11-20", "--dry-run").out)["id"]
    ] * 2


async def values_of(topic: str) -> list[dict]:
    async with Kafka(Connection(os.environ["DISPATCHER_BOOTSTRAP_SERVERS"])) as kafka:
        return [json.loads(record.value or b"") async for record in kafka.read(topic)]


def test_a_list_that_says_what_is_known_has_no_differences(shell: Shell, billing_list: Path):
    ended = shell("reconcile", str(billing_list))

    assert (ended.code, ended.out) == (0, "1 invoices listed, 0 differences\n")


def test_a_list_that_says_something_else_is_told_apart(shell: Shell, billing_list: Path):
    billing_list.write_text(LIST.replace("12900", "500") + "C-1042,INV-8,2026-11-30,100,EUR\n")

    ended = shell("reconcile", str(billing_list), "--json")

    assert ended.code == 1
    assert [(each["kind"], each["invoice_id"], each["listed"], each["known"]) for each in ended.objects] == [
        ("different", "INV-7", "500 EUR", "12900 EUR"),
        ("missing", "INV-8", "-", "-"),
    ]


def test_what_a_list_lacks_is_extra(shell: Shell, billing_list: Path):
    billing_list.write_text(LIST.replace("INV-7", "INV-9"))

    kinds = {each["invoice_id"]: each["kind"] for each in shell("reconcile", str(billing_list), "--json").objects}

    assert kinds == {"INV-7": "extra", "INV-9": "missing"}


def test_one_bad_event_keeps_the_whole_file_back(shell: Shell, events: Path):
    events.write_bytes(events.read_bytes() + b'\n{"type": "invoice.due"}')

    ended = shell("publish", str(events))

    assert (ended.code, ended.out) == (1, "")
    assert "1 of 4 events are invalid; nothing was sent" in ended.err


def test_unless_the_bad_ones_are_to_be_left_out(shell: Shell, events: Path):
    events.write_bytes(events.read_bytes() + b'\n{"type": "invoice.due"}')

    ended = shell("publish", str(events), "--skip-bad")

    assert (ended.code, ended.out.splitlines()[-1]) == (1, "3 events published")


def test_publishing_without_topics_says_how_to_get_them(shell: Shell, events: Path):
    ended = shell("publish", str(events), DISPATCHER_TOPIC_PREFIX=f"new{secrets.token_hex(4)}.")

    assert (ended.code, "`dispatcher topics apply`" in ended.err) == (6, True)


def test_the_journal_holds_a_customers_records_without_a_gap(shell: Shell):
    ended = shell("journal", "--customer", CUSTOMER, "--json")

    numbers = [int(each["record_id"].rpartition(".")[2]) for each in ended.objects]
    assert (ended.code, numbers) == (0, list(range(1, len(numbers) + 1)))


def test_the_journal_of_everybody_holds_them_too(shell: Shell):
    assert CUSTOMER in {each["customer_id"] for each in shell("journal", "--json").objects}


def test_the_journal_of_nobody_is_empty(shell: Shell):
    assert shell("journal", "--customer", "C-0", "--json") == Ended(0, "", "")


def test_why_tells_what_happened_and_what_is_planned(shell: Shell):
    ended = shell("why", CUSTOMER, "--at", DECIDED_AT, "--json")

    (answer,) = ended.objects
    assert answer["customer_id"] == CUSTOMER
    assert len(answer["happened"]) >= 2
    assert answer["next"]["basis"] == "state"


def test_why_names_the_next_contact_with_channel_instant_and_person(shell: Shell):
    (answer,) = shell("why", CUSTOMER, "--at", DECIDED_AT, "--json").objects

    contact = answer["next"]["next_contact"]
    assert contact["channel"] in CHANNELS
    assert contact["earliest"] >= "2026-11-02"
    assert contact["responsible"]


def test_why_in_words_has_a_sentence_for_each_reason(shell: Shell):
    out = shell("why", CUSTOMER, "--at", DECIDED_AT).out

    assert "The event was recorded." in out
    assert "Next contact if nothing happens: 2026-" in out


def test_why_shows_nobodys_address(shell: Shell):
    profile = json.loads(event("customer.updated"))["data"]
    points = [phone["number"] for phone in profile["phones"]] + [email["address"] for email in profile["emails"]]

    out = shell("why", CUSTOMER).out + shell("why", CUSTOMER, "--json").out

    assert [point for point in [*points, profile["name"]] if point in out] == []


def test_why_about_an_invoice_leaves_out_the_others(shell: Shell):
    (answer,) = shell("why", CUSTOMER, "--invoice", "no-such-invoice", "--json").objects

    assert (answer["happened"], answer["next"]["planned"]) == ([], [])


def test_why_about_a_stranger_says_so(shell: Shell):
    ended = shell("why", "C-0")

    assert (ended.code, ended.err) == (
        1,
        "dispatcher: nothing is known of customer 'C-0': no event has named this id\n",
    )


def test_what_was_set_aside_is_listed_with_its_coordinates(shell: Shell, environment: dict[str, str]):
    (found,) = shell("rejected", "list", "--json").objects

    assert (found["topic"], found["partition"], found["offset"], found["reason"]) == (
        f"{environment['DISPATCHER_TOPIC_PREFIX']}billing.due",
        "1",
        "17",
        "malformed_json",
    )


def test_the_list_of_what_was_set_aside_shows_nothing_of_it(shell: Shell):
    assert "Ada" not in shell("rejected", "list").out


def test_what_was_set_aside_is_shown_without_steering_the_terminal(shell: Shell):
    (found,) = shell("rejected", "list", "--json").objects

    out = shell("rejected", "show", found["id"]).out

    assert ("Ada Lovelace" in out, "\x1b" in out, "\\x1b" in out) == (True, False, True)


def test_an_id_that_names_nothing_is_a_finding(shell: Shell):
    assert shell("rejected", "show", "0:99999").code == 1


def test_doctor_finds_nothing_wrong_with_this_installation(shell: Shell):
    ended = shell("doctor", "--json")

    assert (ended.code, [each for each in ended.objects if each["verdict"] == "wrong"]) == (0, [])


def test_doctor_says_which_log_the_state_does_not_fit(shell: Shell, environment: dict[str, str]):
    prefix = f"lost{secrets.token_hex(4)}."
    assert shell("topics", "apply", DISPATCHER_TOPIC_PREFIX=prefix).code == 0
    asyncio.run(foreign_position(environment["DISPATCHER_BOOTSTRAP_SERVERS"], prefix))

    ended = shell("doctor", "--json", DISPATCHER_TOPIC_PREFIX=prefix)

    wrong = [each for each in ended.objects if each["verdict"] == "wrong"]
    assert (ended.code, [each["part"] for each in wrong]) == (1, [f"{prefix}reminders.inbox[0]"])


async def foreign_position(bootstrap_servers: str, prefix: str) -> None:
    """A state that was made from another inbox."""
    mark = msgspec.msgpack.encode(Watermark("another log", 41))
    async with Kafka(Connection(bootstrap_servers)) as kafka:
        await kafka.publish(f"{prefix}reminders.state", WATERMARK_KEY, mark, partition=0)


def test_a_followed_journal_goes_on_with_what_is_appended(environment: dict[str, str]):
    line, code = asyncio.run(followed(environment))

    assert (json.loads(line)["record_id"], code) == ("C-77.1", 130)


async def followed(environ: dict[str, str]) -> tuple[bytes, int]:
    """The first line of a journal that is followed while a record is appended, and how Ctrl-C ends it."""
    command = [sys.executable, "-m", "dispatcher", "journal", "--customer", "C-77", "--follow", "--json"]
    following = await asyncio.create_subprocess_exec(
        *command, env=os.environ | environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert following.stdout is not None
    try:
        async with asyncio.timeout(90):
            await appended(environ, "C-77")
            line = await following.stdout.readline()
            following.send_signal(signal.SIGINT)
            return line, await following.wait()
    except TimeoutError:
        following.kill()
        raise


async def appended(environ: dict[str, str], customer_id: str) -> None:
    record = journal.JournalRecord(
        record_id=f"{customer_id}.1",
        at=datetime.fromisoformat(DECIDED_AT),
        kind="fact",
        customer_id=customer_id,
        invoice_ids=(),
        result="recorded",
        reasons=(journal.Reason("recorded"),),
        policy="0",
    )
    topic = f"{environ['DISPATCHER_TOPIC_PREFIX']}reminders.journal"
    async with Kafka(Connection(environ["DISPATCHER_BOOTSTRAP_SERVERS"])) as kafka:
        place = partition_of(customer_id, PARTITIONS)
        await kafka.publish(topic, customer_id.encode(), journal.encode(record), partition=place)
