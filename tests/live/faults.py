"""What is done to the installation, and which alerts must come of it, and go again."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.twilio_faults import SERVER_FAILED, Refused
from schemas import journal, topics
from tests.broker.gateways import Gateway, gateway
from tests.broker.installation import Process, due, event, profile
from tests.broker.operations import eventually, gates_open, metric, ready
from tests.broker.providers import number
from tests.faults.rows_policy import _hash, _put
from tests.faults.scene import PARTITIONS, Scene

_SILENT_S = 20
_ASLEEP_S = 2
_TOO_FEW, _TOO_MANY = 1, 150
"""Texts a second that an account is allowed, and how many are due at once: the last leaves more than a minute late."""
_RUBBISH = 25
_FLOOD = 300_000
_STORM = 400
_PROBES = 12
_FALSE = 30
_UNKNOWN_KEY = Refused(401, 20003, "Authenticate")
_NO_MOBILE = Refused(400, 21614, "'To' number is not a valid mobile number")


@dataclass
class House:
    """A scene with a gateway and an archive beside its worker, and the page that the checker writes."""

    scene: Scene
    kafka: EmbeddedKafka
    gateway: Gateway
    worker: Process
    archive: Process
    page: Path
    since: str | None = None

    async def worker_again(self, **settings: str) -> None:
        """A new worker, ready to send."""
        self.worker = self.scene.worker(**settings)
        await ready(self.worker)
        await gates_open(self.worker, PARTITIONS)

    def archive_again(self) -> None:
        """A new archive, from where the last one left off."""
        self.archive = archive(self.scene)

    async def become_due(self, who: str, to: Sequence[str]) -> None:
        """As many customers as there are numbers become due, each to be sent a text."""
        at, installed = self.scene.now, self.scene.installed
        phones = [[{"number": each, "kind": "mobile"}] for each in to]
        await installed.publish([profile(f"{who}-{n}", at=at, phones=found) for n, found in enumerate(phones)])
        await installed.publish([due(f"{who}-{n}", "I-1", at=at) for n in range(len(to))])

    async def verify(self) -> None:
        """The shipped checker writes its page."""
        installed = self.scene.installed
        named = {
            "DISPATCHER_BOOTSTRAP_SERVERS": installed.broker,
            "DISPATCHER_TOPIC_PREFIX": installed.prefix,
            "DISPATCHER_PARTITIONS": str(PARTITIONS),
            "DISPATCHER_POLICY": str(self.scene.policy),
        }
        clean = {key: value for key, value in os.environ.items() if not key.startswith("DISPATCHER_")}
        since = [] if self.since is None else ["--since", self.since]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dispatcher", "verify", "--metrics", str(self.page), "--settle", "120", *since),
            env=clean | named,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        if process.returncode not in {0, 1, 2}:
            raise AssertionError(f"verify ended with {process.returncode}: {said.decode()[-2000:]}")


def archive(scene: Scene) -> Process:
    """An archive of the scene's installation."""
    return scene.installed.worker("archive", program=("dispatcher", "archive"), DISPATCHER_ARCHIVE_METRICS_PORT="0")


Act = Callable[[House], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """What is done, what mends it (if it does not pass by itself), and the alerts that must come and go."""

    name: str
    does: Act
    alerts: tuple[str, ...]
    mends: Act | None = None


async def _rubbish(house: House) -> None:
    for _ in range(_RUBBISH):
        await house.scene.installed.append("billing.due", b"{", b"somebody")


async def _forged(house: House) -> None:
    for _ in range(8):
        await house.gateway.client.post(
            "/hooks/twilio/inbound", content="From=%2B447700900001&Body=x", headers=_FORM | {"x-twilio-signature": "x"}
        )


_FORM = {"content-type": "application/x-www-form-urlencoded"}


async def _wrong_policy(house: House) -> None:
    await _put(house.scene, "0" * 12, "from_the_future = true\n")


async def _right_policy(house: House) -> None:
    text = house.scene.policy.read_text("utf-8")
    await _put(house.scene, _hash(text), text)


async def _provider_storm(house: House) -> None:
    """As in the row F12: every text is answered with a fault, and may have been sent."""
    house.scene.twilio.stage([SERVER_FAILED] * _STORM)
    await house.scene.publish(2.0, parts=4)


async def _heal(house: House) -> None:
    """The provider is well, and there is something to send: an account that sends nothing proves nothing."""
    house.scene.heal()
    await house.become_due("healed", [number(700 + n) for n in range(_PROBES)])


async def _locked_out(house: House) -> None:
    """The provider knows our key no more."""
    house.scene.twilio.stage([_UNKNOWN_KEY] * _STORM)
    await house.become_due("locked", [number(720 + n) for n in range(_PROBES)])


async def _numbers_of_nobody(house: House) -> None:
    """A file of numbers that the provider knows for false."""
    house.scene.twilio.stage([_NO_MOBILE] * _FALSE)
    await house.become_due("false", [number(740 + n) for n in range(_FALSE)])


async def _kafka_silent(house: House) -> None:
    """As in the row F6, while providers call back and billing publishes over HTTP."""
    house.kafka.pause()
    calls = [_callback(house, n) for n in range(60)]
    await asyncio.gather(*calls, asyncio.sleep(_SILENT_S))


async def _kafka_speaks(house: House) -> None:
    house.kafka.resume()


async def _callback(house: House, n: int) -> None:
    try:
        await _replied(house, n, "STOP")
    except httpx.HTTPError:
        return  # it was not answered: the provider's view of the same


async def _replied(house: House, n: int, body: str) -> None:
    form = {"MessageSid": f"SM{n:032x}", "From": f"+447700900{n:03d}", "To": "+15005550006", "Body": body}
    await house.gateway.by_twilio("/hooks/twilio/inbound", form)


async def _worker_gone(house: House) -> None:
    """Nobody serves."""
    await house.worker.end()


async def _worker_asleep(house: House) -> None:
    """The worker stands still for a while; meanwhile some pay. The same process goes on, so its counters do."""
    house.worker.pause()
    at = house.scene.now
    rest = {"amount_due": 0, "currency": "GBP", "reason": "payment", "settled_at": at.isoformat()}
    paid = [event("invoice.settled", f"late-{n}", at=at, invoice_id="I-1", **rest) for n in range(40)]
    await house.scene.installed.publish(paid)
    await asyncio.sleep(_ASLEEP_S)  # late is what these payments are to be
    house.worker.resume()


async def _worker_back(house: House) -> None:
    await house.worker_again()


async def _limit_too_low(house: House) -> None:
    """The account may send less than has to be sent."""
    await house.worker.end()
    await house.worker_again(DISPATCHER_TWILIO_PER_SECOND=str(_TOO_FEW))
    await house.become_due("slow", [number(780 + n) for n in range(_TOO_MANY)])


async def _limit_raised(house: House) -> None:
    await house.worker.end()
    await house.worker_again()


async def _gateway_and_archive_gone(house: House) -> None:
    """Nobody takes calls, and nobody writes the archive."""
    await house.gateway.client.aclose()
    await asyncio.gather(house.gateway.process.end(), house.archive.end())


async def _gateway_and_archive_back(house: House) -> None:
    house.gateway = await gateway(house.scene.installed)
    house.archive_again()


async def _flood(house: House) -> None:
    """More than is read in a moment has been published while nobody read."""
    await house.worker.end()
    at = house.scene.now
    bills = [due(f"flood-{n % 6000}", f"I-{n // 6000}", at=at, in_days=20) for n in range(_FLOOD)]
    await house.scene.installed.publish(bills)
    house.worker = house.scene.worker()
    await ready(house.worker)


async def _read_all(house: House) -> None:
    async def done() -> bool:
        lag = [await metric(house.worker, f'dispatcher_input_lag_records{{topic="{each}"}}') for each in _READ]
        return not any(lag)

    await eventually(done, "everything is read", worker=house.worker, timeout_s=180)


_READ = (topics.BILLING_DUE, topics.INBOX)


async def _night_in_the_journal(house: House) -> None:
    """A contact claimed once more, at three in the morning, as a broken dispatcher would; the checker must find both."""
    records = await house.scene.installed.journal()
    claimed = next(each for each in reversed(records) if each.result == "claimed")
    night = claimed.at.replace(hour=3) - timedelta(days=1)
    forged = msgspec.structs.replace(claimed, at=night, record_id=f"{claimed.customer_id}.999999")
    name = house.scene.installed.config.topic(topics.JOURNAL)
    async with Kafka(Connection(house.scene.installed.broker)) as kafka:
        await kafka.publish(
            name, claimed.customer_id.encode(), journal.encode(forged), partition=await _place(house, claimed)
        )
    await house.verify()


async def _place(house: House, record: journal.JournalRecord) -> int:
    found = await house.scene.installed.records(topics.JOURNAL)
    key = record.customer_id.encode()
    return next(each.partition for each in found if each.key == key)


async def _judged_anew(house: House) -> None:
    """What was found is known by now: the timer judges what comes later."""
    house.since = (house.scene.now + timedelta(days=1)).isoformat()
    await house.verify()


FAULTS: tuple[Fault, ...] = (
    Fault("input that cannot be read", _rubbish, ("DeadLetters", "DeadLettersMany")),
    Fault("wrong signatures", _forged, ("SignaturesForged",)),
    Fault("a policy that no worker can use", _wrong_policy, ("PolicyRefused",), _right_policy),
    Fault("a provider that answers with faults", _provider_storm, ("AccountOut",), _heal),
    Fault("a key that the provider does not know", _locked_out, ("AccountMisconfigured",), _heal),
    Fault("numbers of nobody", _numbers_of_nobody, ("MuchIsRefused",)),
    Fault(
        "Kafka is silent",
        _kafka_silent,
        ("KafkaAway", "KnowledgeStale", "GatesClosed", "GatewayKafkaAway", "CallbacksBurnsFast"),
        _kafka_speaks,
    ),
    # How long the lag stays high says how fast the machine is: no alert is asked for, the panels show it.
    Fault("more than a worker can read", _flood, (), _read_all),
    Fault("payments while the worker stands still", _worker_asleep, ("PaymentStopBurnsFast", "LoopBlocked")),
    Fault("a limit that is too low", _limit_too_low, ("TimelinessBurnsFast",), _limit_raised),
    Fault(
        "no gateway and no archive",
        _gateway_and_archive_gone,
        ("GatewayAbsent", "ArchiveAbsent"),
        _gateway_and_archive_back,
    ),
    Fault("no worker", _worker_gone, ("WorkerAbsent",), _worker_back),
    Fault(
        "a contact at night in the journal", _night_in_the_journal, ("ContactAtNight", "ContactedTwice"), _judged_anew
    ),
)


async def warm(house: House) -> None:
    """Something of everything, so that every panel has something to show."""
    at = house.scene.now
    people = [profile(f"late-{n}", at=at) for n in range(40)]
    await house.scene.installed.publish(people)
    await house.scene.installed.publish([due(f"late-{n}", "I-1", at=at, in_days=20) for n in range(40)])
    people = [profile(f"warm-{n}", at=at, phones=[{"number": number(n), "kind": "mobile"}]) for n in range(40)]
    await house.scene.installed.publish(people)
    await house.scene.installed.publish([due(f"warm-{n}", "I-1", at=at) for n in range(40)])
    for n in range(5):
        await _replied(house, 900 + n, "HELP")
    await house.verify()
