"""What providers do: answer late, wrongly, not at all, or with a refusal."""

from collections.abc import Mapping

from dispatcher.local.smtp_faults import DropAfterData, Stalls
from dispatcher.local.smtp_faults import Reply as SmtpReply
from dispatcher.local.twilio_faults import SERVER_FAILED, TOO_MANY_REQUESTS, Cut, Garbage, Hangs
from tests.broker.operations import ready
from tests.faults.scene import Row, Scene


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
    scene.twilio.stage([TOO_MANY_REQUESTS] * (scene.contacts // 3))
    scene.smtp.stage([SmtpReply("421 4.7.0 too many", "RCPT")] * (scene.contacts // 6))
    await scene.publish()
    scene.heal()


async def f12_servers_fail(scene: Scene) -> None:
    """A storm of 5xx on create: each of them may have sent."""
    worker = scene.worker()
    await ready(worker)
    scene.twilio.stage([SERVER_FAILED] * 60)
    await scene.publish()
    scene.heal()


ROWS: Mapping[str, Row] = {
    "F10": f10_providers_misbehave,
    "F11": f11_rate_limits,
    "F12": f12_servers_fail,
}
