"""The fault matrix: what each row does to workers, Kafka or providers while reminders go out."""

import asyncio
import signal
from collections.abc import Awaitable, Mapping

from aiokafka import AIOKafkaProducer

from dispatcher.local.smtp import DropAfterData, Stalls
from dispatcher.local.smtp import Reply as SmtpReply
from dispatcher.local.twilio_faults import SERVER_FAILED, TOO_MANY_REQUESTS, Cut, Garbage, Hangs
from tests.broker.installation import Process, due, profile
from tests.broker.operations import eventually, in_time, ready
from tests.faults import rows_clocks, rows_inputs, rows_load, rows_policy, rows_releases, rows_topics
from tests.faults.scene import OPENED, Row, Scene, assignments

STEPS = ("composing", "permitted", "under_way", "answered", "flushed")
"""Where a worker of F1 kills itself: see `tests.broker.impaired_worker`."""


async def _together(*work: Awaitable[object]) -> None:
    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(_run(each))


async def _run(work: Awaitable[object]) -> None:
    await work


async def f1_killed_at_every_step(scene: Scene) -> None:
    """A worker kills itself at each boundary between claim and outcome; the next one takes over."""

    async def dying() -> None:
        for step in STEPS:
            worker = scene.worker(f"dying_{step}")
            await eventually(
                lambda w=worker: w.exit_code is not None, f"died while {step}", timeout_s=40.0, worker=worker
            )
        scene.worker()

    await _together(scene.publish(20.0), dying())


async def f2_ended_while_sending(scene: Scene) -> None:
    """SIGTERM with calls under way, three times; then a worker whose template raises now and then."""

    async def ended() -> None:
        for number in range(3):
            worker = scene.worker()
            await in_time(
                scene.twilio.arrival(scene.twilio.requests + scene.contacts // 20),
                "texts are under way",
                worker,
                timeout_s=40.0,
            )
            await worker.end(signal.SIGTERM)
            if worker.exit_code != 0:
                raise AssertionError(f"worker {number} ended with {worker.exit_code}")
        scene.worker()

    await _together(scene.publish(15.0), ended())


async def f3_zombies(scene: Scene) -> None:
    """Paused for longer than the session, then awake with all its plans."""
    await _together(scene.publish(12.0), _zombie(scene, 4))


async def _zombie(scene: Scene, times: int) -> None:
    workers = [scene.worker(), scene.worker()]
    for worker in workers:
        await ready(worker)
    for number in range(times):
        asleep, awake = workers[number % 2], workers[1 - number % 2]
        before = assignments(awake)
        asleep.pause()
        try:
            await eventually(lambda b=before, w=awake: assignments(w) > b, "the other took over", timeout_s=40.0)
        finally:
            asleep.resume()
        await asyncio.sleep(scene.rnd.uniform(0.3, 1.0))  # faults come at any phase of what they disturb


async def f6_broker_away(scene: Scene) -> None:
    """Kafka silent for 12 s, then killed and started again."""
    kafka = scene.kafka
    if kafka is None:
        raise ValueError("this row needs a broker of its own: `make faults`")
    before, causing = scene.portfolio()
    await scene.installed.publish(before + causing)
    worker = scene.worker()
    await ready(worker)
    await asyncio.sleep(scene.rnd.uniform(0.5, 2.0))  # at any phase
    kafka.pause()
    await asyncio.sleep(12)  # the length of the outage
    kafka.resume()
    await asyncio.sleep(scene.rnd.uniform(0.5, 2.0))
    await kafka.kill()
    await kafka.restart()


async def f10_providers_misbehave(scene: Scene) -> None:
    """Hangs, cuts before and after the message was made, garbage; mails dropped after their data, stalled."""
    worker = scene.worker()
    await ready(worker)
    faults = [Hangs(), Hangs(created=True), Cut(), Cut(created=True), Garbage()] * 4
    scene.rnd.shuffle(faults)
    scene.twilio.stage(faults)
    scene.smtp.stage([DropAfterData(), DropAfterData(taken=True), Stalls(), Stalls(taken=True)] * 3)
    await scene.publish()
    scene.heal()


async def f11_rate_limits(scene: Scene) -> None:
    """The providers refuse for their rate, hundreds of times."""
    worker = scene.worker()
    await ready(worker)
    scene.twilio.stage([TOO_MANY_REQUESTS] * 150)
    scene.smtp.stage([SmtpReply("421 4.7.0 too many", "RCPT")] * 50)
    await scene.publish()
    scene.heal()


async def f12_servers_fail(scene: Scene) -> None:
    """A storm of 5xx on create: each of them may have sent."""
    worker = scene.worker()
    await ready(worker)
    scene.twilio.stage([SERVER_FAILED] * 60)
    await scene.publish()
    scene.heal()


async def f13_published_again(scene: Scene) -> None:
    """Everything is published three times, under the same ids."""
    worker = scene.worker()
    await ready(worker)
    before, causing = scene.portfolio()
    await scene.installed.publish(before)
    for _ in range(3):
        scene.rnd.shuffle(causing)
        await scene.installed.publish(causing)


async def f14_any_order(scene: Scene) -> None:
    """Payments before invoices, invoices before profiles."""
    worker = scene.worker()
    await ready(worker)
    before, causing = scene.portfolio()
    everything = before + causing
    scene.rnd.shuffle(everything)
    stops = [each for each in everything if b'"type": "consent.changed"' in each[2] or b"invoice.settled" in each[2]]
    # What forbids a contact must have been published before it: no dispatcher can know of what comes afterwards.
    await scene.installed.publish(stops)
    await scene.installed.publish([each for each in everything if each not in stops])


async def f16_poison(scene: Scene) -> None:
    """Bytes that are no events between those that are."""
    worker = scene.worker()
    await ready(worker)
    poison = [b"{", b"\0" * 100, b"[" * 5_000, "\ud800".encode("utf-8", "surrogatepass"), b"9" * 5_000, b"x" * 900_000]

    async def poured() -> None:
        for number in range(60):
            await scene.installed.append("billing.due", poison[number % len(poison)])

    await _together(scene.publish(), poured())


async def f18_storm(scene: Scene) -> None:
    """A worker joins or leaves every 2 s."""

    async def storm() -> None:
        stays = scene.worker()
        await ready(stays)
        guests: list[Process] = []
        for number in range(8):
            if number % 2 == 0:
                guests.append(scene.worker())
            else:
                await guests.pop().end(signal.SIGTERM if number % 4 == 1 else signal.SIGKILL)
            await asyncio.sleep(2)  # the pace of the storm

    await _together(scene.publish(16.0), storm())


async def f30_aborted_upstream(scene: Scene) -> None:
    """A billing system writes in transactions and aborts every second one: what was aborted was never published."""
    worker = scene.worker()
    await ready(worker)
    producer = AIOKafkaProducer(
        bootstrap_servers=scene.installed.broker, transactional_id=f"{scene.installed.prefix}billing", acks="all"
    )
    async with producer:
        for number in range(20):
            await producer.begin_transaction()
            ghost = f"ghost-{number}"
            known = profile(
                ghost, at=OPENED, emails=[{"address": f"{ghost}@example.com", "kind": "private"}], phones=[]
            )
            for topic, key, value in (known, due(ghost, "I-1", at=OPENED)):
                await producer.send(scene.installed.prefix + topic, value, key)
            await producer.abort_transaction()
    await scene.publish()
    if any(each.recipient.startswith("ghost") for each in scene.smtp.messages):
        raise AssertionError("somebody was contacted for an event that was aborted")


_HERE: Mapping[str, Row] = {
    "F1": f1_killed_at_every_step,
    "F2": f2_ended_while_sending,
    "F3": f3_zombies,
    "F6": f6_broker_away,
    "F10": f10_providers_misbehave,
    "F11": f11_rate_limits,
    "F12": f12_servers_fail,
    "F13": f13_published_again,
    "F14": f14_any_order,
    "F16": f16_poison,
    "F18": f18_storm,
    "F30": f30_aborted_upstream,
}
_MODULES = (rows_inputs, rows_load, rows_clocks, rows_topics, rows_policy, rows_releases)
ROWS: Mapping[str, Row] = _HERE | {name: row for module in _MODULES for name, row in module.ROWS.items()}
SIZES: Mapping[str, int] = rows_inputs.SIZES
"""Contacts of the rows that have a size of their own."""

QUICK = ("F1", "F2", "F3", "F10", "F11", "F14", "F16", "F18", "F26")
"""Rows that are worth their time in every test run."""
