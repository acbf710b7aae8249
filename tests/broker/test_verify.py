"""The checker against real workers: their week is clean; one forged word in the journal, or at a provider, is found."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
import pytest_asyncio

from dispatcher.local.smtp import SmtpSink
from dispatcher.local.twilio import TwilioStandIn
from schemas.journal import decode_journal, encode
from tests.broker.installation import (
    POLICY,
    Installation,
    codes,
    due,
    each_of,
    event,
    facts_of,
    installation,
    new_prefix,
    profile,
)
from tests.broker.providers import number, sending_to, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAWN = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)
MORNING = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
BY_TEXT, BY_MAIL = [f"text-{n}" for n in range(6)], [f"mail-{n}" for n in range(6)]
PAID, HELD, ERASED, OPTED_OUT = "paid", "held", "erased", "opted-out"
STOPPED = [PAID, HELD, ERASED, OPTED_OUT]
EVERYBODY = [*BY_TEXT, *BY_MAIL, *STOPPED]


@dataclass(frozen=True)
class Town:
    """An installation after a morning's work, and the providers' own journals."""

    installed: Installation
    texts: Path
    mails: Path

    async def verify(self, *, texts: Path | None = None, policy: Path = POLICY) -> SimpleNamespace:
        """Run the command; `report` is what it printed."""
        journals = ("--provider-journal", f"sms={texts or self.texts}", "--provider-journal", f"email={self.mails}")
        code, out, err = await self.run("--json", *journals, policy=policy)
        return SimpleNamespace(code=code, report=json.loads(out or "null"), err=err)

    async def run(self, *options: str, policy: Path = POLICY) -> tuple[int | None, str, str]:
        """Exit code, stdout and stderr of the command."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCHER_")} | {
            "DISPATCHER_BOOTSTRAP_SERVERS": self.installed.broker,
            "DISPATCHER_TOPIC_PREFIX": self.installed.prefix,
            "DISPATCHER_PARTITIONS": str(self.installed.partitions),
            "DISPATCHER_POLICY": str(policy),
        }
        program = (sys.executable, "-m", "dispatcher", "verify", "--settle", "0", *options)
        ran = await asyncio.create_subprocess_exec(
            *program, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await ran.communicate()
        return ran.returncode, out.decode(), err.decode()


def known(customer: str) -> dict[str, object]:
    phones = [{"number": number(EVERYBODY.index(customer)), "kind": "mobile"}]
    emails = [{"address": f"{customer}@example.com", "kind": "private"}]
    preferred = "email" if customer in BY_MAIL else "sms"
    return {"phones": phones, "emails": emails, "preferences": {"channels": [preferred]}}


def stops() -> list[tuple[str, bytes, bytes]]:
    rest = {
        "invoice_id": "I-1",
        "amount_due": 0,
        "currency": "GBP",
        "reason": "payment",
        "settled_at": DAWN.isoformat(),
    }
    no = {"channel": "sms", "allowed": False, "source": "letter", "contact_point": number(EVERYBODY.index(OPTED_OUT))}
    return [
        event("invoice.settled", PAID, at=DAWN, **rest),
        event("hold.placed", HELD, at=DAWN, hold_id="H-1", scope="customer", kind="dispute"),
        event("customer.erased", ERASED, at=DAWN),
        event("consent.changed", OPTED_OUT, at=DAWN, **no),
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("verify")
    texts, mails = folder / "sms.jsonl", folder / "mail.jsonl"
    async with TwilioStandIn(journal=texts) as twilio, SmtpSink(journal=mails) as smtp:
        settings = sending_to(twilio.base_url, smtp.url)
        async with installation(broker, new_prefix(), folder, partitions=4, settings=settings) as installed:
            first = installed.worker("dawn", **starting_at(DAWN))
            await installed.publish([profile(each, at=DAWN, **known(each)) for each in EVERYBODY])
            bills = [due(each, "I-1", at=DAWN) for each in EVERYBODY]
            await installed.publish([*bills, *bills[:3]])
            await installed.append("billing.due", b"not an event")
            await installed.until(each_of(EVERYBODY, lambda each: codes(each) == ["quiet_hours"]))
            await installed.publish(stops())
            await installed.until(facts_of(json.loads(value)["id"] for _, _, value in stops()))
            await first.end()
            installed.worker("morning", **starting_at(MORNING))
            reached = [*BY_TEXT, *BY_MAIL, OPTED_OUT]
            await installed.until(each_of(reached, lambda each: each.result == "accepted"))
            await installed.end()
            yield Town(installed, texts, mails)


async def test_what_real_workers_did_is_clean(town: Town):
    ran = await town.verify()

    assert (ran.code, ran.report["rows"], ran.report["cannot_judge"], ran.err) == (0, [], [], "")


async def test_everything_was_looked_at(town: Town):
    looked = (await town.verify()).report["looked"]

    told = {name: looked[name] for name in ("events", "repeated", "rejected", "customers", "claims", "messages")}
    assert told == {"events": 40, "repeated": 3, "rejected": 1, "customers": 16, "claims": 13, "messages": 13}


async def test_the_table_says_it_for_people(town: Town):
    code, out, _ = await town.run()

    assert code == 0
    assert "40 events (3 repeated, 1 rejected)" in out


async def test_the_policy_is_found_where_the_workers_found_it(town: Town, tmp_path: Path):
    other = tmp_path / "other.toml"
    other.write_text("default_tier = 'standard'\n", encoding="utf-8")

    assert (await town.verify(policy=other)).code == 0


async def test_a_message_that_nobody_claimed_is_found(town: Town, tmp_path: Path):
    forged = tmp_path / "sms.jsonl"
    lines = town.texts.read_text(encoding="utf-8").splitlines()
    forged.write_text("\n".join([*lines, lines[0]]) + "\n", encoding="utf-8")

    ran = await town.verify(texts=forged)

    assert (ran.code, [(row["invariant"], row["coordinates"]) for row in ran.report["rows"]]) == (1, [("I3", "sms:7")])


async def test_a_forged_record_is_found(town: Town):
    """Last: it stays in the journal."""
    records = await town.installed.records("reminders.journal")
    claimed = next(each for each in records if decode_journal(each.value or b"").result == "claimed")
    record = decode_journal(claimed.value or b"")
    name, _, _ = record.record_id.rpartition(".")
    number = sum(each.key == claimed.key for each in records) + 1
    night = MORNING.replace(hour=23) + timedelta(days=2)
    forged = msgspec.structs.replace(
        record, record_id=f"{name}.{number}", at=night, attempt_id=f"{record.contact_id}.2"
    )
    await town.installed.append("reminders.journal", encode(forged), claimed.key, partition=claimed.partition)

    ran = await town.verify()

    violated = {name for name, count in ran.report["violations"].items() if count}
    assert (ran.code, violated) == (1, {"I1", "I3", "I4", "I8"})
