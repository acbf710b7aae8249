"""What billing systems do: publish again, in any order, nonsense, in transactions that they abort, while we are down."""

from collections.abc import Mapping

from aiokafka import AIOKafkaProducer

from tests.broker.installation import due, profile
from tests.broker.operations import ready
from tests.faults.portfolio import OPENED
from tests.faults.scene import Row, Scene
from tests.faults.together import together


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

    await together(scene.publish(), poured())


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


ROWS: Mapping[str, Row] = {
    "F13": f13_published_again,
    "F14": f14_any_order,
    "F16": f16_poison,
    "F30": f30_aborted_upstream,
}
