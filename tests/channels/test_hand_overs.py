"""The adapters without a provider: a file, the console, and whatever Apprise knows."""

import dataclasses
import io
import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from aiohttp import web

from channels.accounts import FileConfig
from channels.apprise_any import AppriseAny
from channels.conformance import CASES, applicable
from channels.console import Console
from channels.file import MessageFile
from channels.protocol import Absent, Accepted, Deferred, Lookup, Message, Rejected, Unknown, Unwell
from tests.channels.receivers import Receiver

MESSAGE = Message("a-1", "sms", "+12025550123", "Invoice 4711 is due. 逾期", "en")
SECRETS = (MESSAGE.recipient, MESSAGE.text, "password-of-a-test")


class _Harness:
    secrets = SECRETS

    def message(self, attempt_id):
        return Message(attempt_id, "sms", MESSAGE.recipient, MESSAGE.text, "en")


class FileHarness(_Harness):
    situations = frozenset({"gone"})

    def __init__(self, folder: Path):
        self.folder = folder / "messages"
        self.folder.mkdir()
        self.adapter = MessageFile("sms", FileConfig(self.folder))

    async def disappear(self):
        shutil.rmtree(self.folder)

    def taken(self):
        path = self.folder / "sms.jsonl"
        return len(path.read_bytes().splitlines()) if path.exists() else 0


class ConsoleHarness(_Harness):
    situations = frozenset()

    def __init__(self):
        self.stream = io.StringIO()
        self.adapter = Console("sms", self.stream)

    def taken(self):
        return self.stream.getvalue().count("--- sms to ")


class AppriseHarness(_Harness):
    situations = frozenset({"cuts_after_request", "never_answers"})

    def __init__(self, receiver):
        self.receiver = receiver
        address = f"json://user:password-of-a-test@127.0.0.1:{receiver.port}/{{to}}?rto=1"
        self.adapter = AppriseAny("sms", [address])

    def stage(self, situation):
        self.receiver.stage(situation)

    async def request_read(self):
        await self.receiver.read_one()

    def taken(self):
        return len(self.receiver.taken)


async def send(adapter, message=MESSAGE, permit=lambda: True):
    return await adapter.send(adapter.prepare(message), permit=permit, deadline_s=5.0)


# --- file


@pytest.mark.asyncio
@pytest.mark.parametrize("case", applicable(FileHarness.situations))
async def test_the_file_conforms(case, tmp_path):
    await CASES[case](FileHarness(tmp_path))


@pytest.fixture
def file(tmp_path):
    return MessageFile("sms", FileConfig(tmp_path))


@pytest.mark.asyncio
async def test_a_line_says_all_that_the_message_says(file, tmp_path):
    await send(file)
    told = json.loads((tmp_path / "sms.jsonl").read_text(encoding="utf-8"))
    assert (told["attempt_id"], told["recipient"], told["text"]) == ("a-1", MESSAGE.recipient, MESSAGE.text)


@pytest.mark.parametrize(("trace", "written"), [("", None), ("00-a-b-01", "00-a-b-01")])
def test_a_line_names_the_trace_of_a_message_that_has_one(file, trace, written):
    line = file.prepare(dataclasses.replace(MESSAGE, trace=trace)).payload
    assert json.loads(line).get("trace") == written


@pytest.mark.asyncio
async def test_nobody_else_can_read_the_file(file, tmp_path):
    await send(file)
    assert stat.S_IMODE((tmp_path / "sms.jsonl").stat().st_mode) == 0o600


@pytest.mark.asyncio
async def test_a_doubt_is_resolved_by_reading(file):
    await send(file)
    assert await file.reconcile(Lookup("a-1", MESSAGE.recipient, 0), deadline_s=1.0) == Accepted("a-1")


@pytest.mark.asyncio
async def test_what_was_not_handed_over_is_absent(file, tmp_path):
    lookup = Lookup("a-2", MESSAGE.recipient, 0)
    before = await file.reconcile(lookup, deadline_s=1.0)
    (tmp_path / "sms.jsonl").write_bytes(b'garbage\n[]\n{"attempt_id": "a-22"}\n')
    assert (before, await file.reconcile(lookup, deadline_s=1.0)) == (Absent(), Absent())


@pytest.mark.asyncio
async def test_a_full_disk_leaves_no_half_line(file, tmp_path, monkeypatch):
    await send(file)
    whole = (tmp_path / "sms.jsonl").read_bytes()
    real = os.write
    written = []

    def full(descriptor, data):
        if written:
            raise OSError(28, "No space left on device")
        written.append(data)
        return real(descriptor, data[:10])

    monkeypatch.setattr("channels.file.os.write", full)
    outcome = await send(file)
    assert (outcome, (tmp_path / "sms.jsonl").read_bytes()) == (Deferred(60.0, "provider", "OSError"), whole)


@pytest.mark.asyncio
async def test_a_half_line_that_cannot_be_taken_back_is_in_doubt(file, monkeypatch):
    def broken(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("channels.file.os.fsync", broken)
    monkeypatch.setattr("channels.file.os.ftruncate", broken)
    assert await send(file) == Unknown("OSError")


@pytest.mark.asyncio
async def test_a_folder_that_is_not_there_is_ours_to_mend(tmp_path):
    assert await MessageFile("sms", FileConfig(tmp_path / "no")).health(deadline_s=1.0) == Unwell("folder", ours=True)


def test_a_text_that_no_line_can_hold_is_refused(file):
    assert file.prepare(Message("a-1", "sms", "+12025550123", "\ud800", "en")) == Rejected("content", "unencodable")


# --- console


@pytest.mark.asyncio
@pytest.mark.parametrize("case", applicable(ConsoleHarness.situations))
async def test_the_console_conforms(case):
    await CASES[case](ConsoleHarness())


@pytest.mark.asyncio
async def test_the_console_shows_what_a_customer_would_see():
    stream = io.StringIO()
    await send(Console("email", stream), Message("a-1", "email", "kim@example.com", "Due.", "en", subject="Your bill"))
    assert stream.getvalue() == "--- email to kim@example.com (a-1)\nSubject: Your bill\nDue.\n"


@pytest.mark.asyncio
async def test_the_console_is_standard_output(capsys):
    await send(Console("sms"))
    assert MESSAGE.text in capsys.readouterr().out


@pytest.mark.asyncio
async def test_a_console_that_was_closed_is_a_delay():
    stream = io.StringIO()
    stream.close()
    assert await send(Console("sms", stream)) == Deferred(60.0, "provider", "stream-closed")


# --- apprise

_LOADING = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
"""Apprise imports every plug-in that it has."""


@_LOADING
@pytest.mark.asyncio
@pytest.mark.parametrize("case", applicable(AppriseHarness.situations))
async def test_apprise_conforms_as_far_as_it_can(case):
    async with Receiver() as receiver:
        await CASES[case](AppriseHarness(receiver))


@_LOADING
@pytest.mark.asyncio
async def test_the_recipient_stands_in_the_address():
    async with Receiver() as receiver:
        await send(AppriseHarness(receiver).adapter)
        path, _, body = receiver.requests[0]
    assert (path, json.loads(body)["message"]) == ("/+12025550123", MESSAGE.text)


@_LOADING
@pytest.mark.asyncio
@pytest.mark.parametrize("status", [400, 404, 429, 500])
async def test_whatever_fails_is_in_doubt(status):
    async with Receiver(lambda: web.Response(status=status)) as receiver:
        assert isinstance(await send(AppriseHarness(receiver).adapter), Unknown)


@_LOADING
@pytest.mark.asyncio
async def test_a_service_that_apprise_does_not_know_is_the_configurations_fault():
    assert await send(AppriseAny("sms", ["nonsense://{to}"])) == Rejected("config", "no-such-service")


@_LOADING
@pytest.mark.asyncio
async def test_half_of_two_services_is_in_doubt():
    async with Receiver() as receiver:
        good = f"json://127.0.0.1:{receiver.port}/{{to}}"
        assert isinstance(await send(AppriseAny("sms", [good, "json://127.0.0.1:9/{to}"])), Unknown)
