"""What happens to workers: killed, ended, paused, blocked, joined and left by others."""

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from schemas.journal import JournalRecord
from tests.broker.impaired_worker import BLOCKED, BLOCKED_UNTIL
from tests.broker.installation import Process
from tests.broker.operations import eventually, in_time, page, ready
from tests.faults.scene import Row, Scene, assignments
from tests.faults.together import together

STEPS = ("composing", "permitted", "under_way", "answered", "flushed")
"""Where a worker of F1 kills itself: see `tests.faults.faulty_worker`."""

_TAKEN_OVER_S = 40.0
_STOPPED_S = 60.0
_STUCK_WITHIN_S = 15.0
_COMMITS = 3


async def f1_killed_at_every_step(scene: Scene) -> None:
    """A worker kills itself at each boundary between claim and outcome; the next one takes over."""

    async def dying() -> None:
        for step in STEPS:
            worker = scene.worker(f"dying_{step}")
            await eventually(lambda w=worker: w.exit_code is not None, f"died while {step}", worker=worker)
        scene.worker()

    await together(scene.publish(20.0), dying())


async def f2_ended_while_sending(scene: Scene) -> None:
    """SIGTERM with calls under way, three times; then an exception before a request is written, and one after its answer."""
    before, causing = scene.portfolio()
    await scene.installed.publish(before)
    for number in range(3):
        worker, before_it = scene.worker(), scene.twilio.requests
        await scene.installed.publish(causing[number::4])
        await in_time(scene.twilio.arrival(before_it + scene.contacts // 20), "texts are under way", worker)
        await worker.end(signal.SIGTERM)
        if worker.exit_code != 0:
            raise AssertionError(f"worker {number} ended with {worker.exit_code}")
    for step in ("permitted", "answered"):
        scene.worker(f"raising_{step}")
    await scene.installed.publish(causing[3::4])


async def f3_zombies(scene: Scene) -> None:
    """Paused for longer than the session, then awake with all its plans."""

    async def zombies() -> None:
        workers = [scene.worker(), scene.worker()]
        for worker in workers:
            await ready(worker)
        for number in range(4):
            asleep, awake = workers[number % 2], workers[1 - number % 2]
            before = assignments(awake)
            asleep.pause()
            try:
                await _taken_over(awake, before)
            finally:
                asleep.resume()
            await asyncio.sleep(scene.rnd.uniform(0.3, 1.0))  # faults come at any phase of what they disturb

    await together(scene.publish(12.0), zombies())


async def f4_stopped_before_the_request(scene: Scene) -> None:
    """Stopped between the last look at gate and lease and the request's first byte, until another has sent it again.

    The provider takes no fencing token: this one message goes out twice, and the journal says so.
    """
    before, causing = scene.portfolio()
    await scene.installed.publish(before)
    stays = scene.worker()
    await ready(stays)
    for number, channel in enumerate(("sms", "email")):
        stops = scene.worker(f"stopping_permitted_{channel}")
        await ready(stops)
        shares = assignments(stays)
        await scene.installed.publish(causing[number::2])
        await _stopped(stops)
        await _taken_over(stays, shares)
        await scene.installed.until(_sent_again(channel))
        taken = scene.messages_taken(channel)
        stops.resume()
        await eventually(lambda t=taken, c=channel: scene.messages_taken(c) > t, "the request is written", worker=stops)
        await ready(stops)
        await stops.end()


async def f4b_stopped_in_commit(scene: Scene) -> None:
    """Stopped between the request that commits claims and its answer: awake, it is told that it may send."""
    before, causing = scene.portfolio()
    await scene.installed.publish(before)
    stays = scene.worker()
    await ready(stays)
    for number in range(_COMMITS):
        stops = scene.worker("stopping_in_commit")
        await ready(stops)
        shares = assignments(stays)
        await scene.installed.publish(causing[number::_COMMITS])
        await _stopped(stops)
        await _taken_over(stays, shares)
        await asyncio.sleep(scene.rnd.uniform(0.5, 8.0))  # before and after the new owner has judged
        stops.resume()
        await ready(stops)
        await stops.end()


async def f5_blocked_loop(scene: Scene) -> None:
    """A synchronous call holds the loop: the probe says so in time, and afterwards everything goes on."""
    worker = scene.worker("blocking")
    await ready(worker)

    async def blocked() -> None:
        folder = scene.installed.folder / "worker-1"
        await eventually((folder / BLOCKED).exists, "the loop is blocked", worker=worker)
        await _answers(worker, 503, _STUCK_WITHIN_S)
        (folder / BLOCKED_UNTIL).touch()
        await _answers(worker, 200, _STUCK_WITHIN_S)

    await together(scene.publish(), blocked())


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

    await together(scene.publish(16.0), storm())


async def _stopped(worker: Process) -> None:
    """Wait until it has stopped itself."""
    await eventually(lambda: _is_stopped(worker), "the worker has stopped itself", timeout_s=_STOPPED_S, worker=worker)


def _is_stopped(worker: Process) -> bool:
    state = Path(f"/proc/{worker.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    return state == "T"


async def _taken_over(awake: Process, before: int) -> None:
    await eventually(lambda: assignments(awake) > before, "the other took over", timeout_s=_TAKEN_OVER_S, worker=awake)


def _sent_again(channel: str) -> Callable[[Sequence[JournalRecord]], bool]:
    """For `until`: no contact is in doubt, some were given back, and of those whoever still owes was sent it again."""
    doubtful: set[str | None] = set()
    given_back: set[str | None] = set()
    again: set[str | None] = set()

    def done(records: Sequence[JournalRecord]) -> bool:
        last = records[-1]
        if last.channel != channel:
            return False
        if last.result == "in_doubt":
            doubtful.add(last.contact_id)
        elif last.reasons[0].code == "doubt_resend":
            doubtful.discard(last.contact_id)
            if last.customer_id.startswith("owes-"):
                given_back.add(last.contact_id)
        elif last.result == "accepted":
            doubtful.discard(last.contact_id)
            if last.contact_id in given_back:
                given_back.discard(last.contact_id)
                again.add(last.contact_id)
        return bool(again) and not doubtful and not given_back

    return done


async def _answers(worker: Process, status: int, within_s: float) -> None:
    async def so() -> bool:
        return (await page(worker, "/livez"))[0] == status

    await eventually(so, f"/livez answers {status}", timeout_s=within_s, worker=worker)


ROWS: Mapping[str, Row] = {
    "F1": f1_killed_at_every_step,
    "F2": f2_ended_while_sending,
    "F3": f3_zombies,
    "F4": f4_stopped_before_the_request,
    "F4b": f4b_stopped_in_commit,
    "F5": f5_blocked_loop,
    "F18": f18_storm,
}
