"""What becomes of messages is told late, twice, in any order or never: every customer's state is right in the end."""

import signal
from collections import Counter
from collections.abc import Mapping

from channels import callback_token
from dispatcher.core.draft import draft_of
from dispatcher.core.lifecycle import RANKS, Status, status_of
from dispatcher.local.ports import free_ports
from dispatcher.local.twilio_chances import CallbackFaults
from dispatcher.local.twilio_courses import AFTER_ALL, NEVER_CONFIRMED, Course, undelivered
from dispatcher.local.twilio_faults import Cut
from tests.broker.installation import Process, mentions_of
from tests.broker.operations import eventually, logged, ready
from tests.faults.portfolio import telephone
from tests.faults.scene import Row, Scene
from tests.faults.together import together

COURSES: Mapping[int, Course] = {0: undelivered(30005), 1: undelivered(30003), 2: NEVER_CONFIRMED, 5: AFTER_ALL}
"""By a customer's last digit: a dead number, one switched off, one never confirmed, one told to have failed first."""

_LOST_ANSWERS = 20
_AWAY_AFTER = 0.1
"""Callbacks that have been made when the gateway is killed, for each of the row's customers."""

_TAKEN = 204


async def f15_receipts_in_disorder(scene: Scene) -> None:
    """Receipts come late, repeatedly, permuted or never, through a gateway that is killed and comes back meanwhile."""
    [port] = free_ports(1)
    scene.installed.settings["DISPATCHER_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    chances = CallbackFaults(
        scene.rnd.randrange(1 << 32), duplicate=0.3, reorder=0.5, drop=0.15, late=0.2, spread_s=5.0, late_s=20.0
    )
    scene.twilio.strike(callbacks=chances)
    scene.twilio.stage([Cut(created=True)] * _LOST_ANSWERS)
    scene.twilio.courses |= {telephone(n): COURSES[n % 10] for n in range(scene.contacts) if n % 10 in COURSES}
    gateway = await _gateway(scene, 1, port)
    await ready(scene.worker())

    async def killed() -> None:
        enough = int(scene.contacts * _AWAY_AFTER)
        await eventually(lambda: len(scene.twilio.posted) > enough, f"{enough} callbacks were made")
        await gateway.end(signal.SIGKILL)
        await _gateway(scene, 2, port)

    await together(scene.publish(), killed())
    if not await scene.settled():
        await scene.twilio.all_told()
        told = [f"{sid}/{status}" for sid, status in _heard(scene)]
        await scene.installed.until(mentions_of(told), timeout_s=scene.settles_within_s)
    scene.complaints.append(lambda: _complaints(scene))


async def _gateway(scene: Scene, number: int, port: int) -> Process:
    settings = {"DISPATCHER_GATEWAY_PORT": str(port), "DISPATCHER_GATEWAY_HOST": "127.0.0.1"}
    settings["DISPATCHER_CLOCK"] = scene.now.isoformat()
    process = scene.installed.worker(f"gateway-{number}", program=("dispatcher", "gateway"), **settings)
    await eventually(lambda: bool(logged(process, "gateway_started")), "the gateway serves", worker=process)
    return process


def _heard(scene: Scene) -> list[tuple[str, str]]:
    """Messages and statuses that the gateway has said to have, repetitions included."""
    return [each.about for each in scene.twilio.posted if each.answered == _TAKEN]


def _expected(scene: Scene) -> dict[tuple[str, str], Status]:
    """What customers' states must say of each attempt (customer, attempt), by what was heard of its message."""
    said: dict[str, set[str]] = {}
    for sid, status in _heard(scene):
        said.setdefault(sid, set()).add(status)
    found: dict[tuple[str, str], Status] = {}
    for each in scene.twilio.messages:
        names = callback_token.read((each.callback or "").rpartition("/")[2])
        if names is None:
            raise AssertionError("a text was sent without an address that names its attempt")
        heard = said.get(each.sid, set())
        status: Status = (
            "delivered" if "delivered" in heard else "undelivered" if "undelivered" in heard else "accepted"
        )
        found[names] = max(status, found.get(names, status), key=lambda known: RANKS[known])
    return found


async def _complaints(scene: Scene) -> list[str]:
    expected, customers = _expected(scene), await scene.installed.customers()
    wrong = []
    for (customer_id, attempt_id), status in expected.items():
        known = status_of(draft_of(customers[customer_id]), attempt_id)
        if known != status:
            wrong.append(f"{customer_id} {attempt_id}: {known}, and the provider told {status}")
    posted = Counter("taken" if each.answered == _TAKEN else str(each.answered) for each in scene.twilio.posted)
    print(f"      F15 callbacks: {dict(posted)}; texts: {dict(Counter(expected.values()))}", flush=True)
    if missing := [what for what in ("taken", "None") if not posted[what]]:
        wrong.append(f"the row did not do what it is for: no callback was {' or '.join(missing)}")
    if missing := {"delivered", "undelivered", "accepted"} - set(expected.values()):
        wrong.append(f"the row did not do what it is for: no text ended {', '.join(sorted(missing))}")
    return wrong


ROWS: Mapping[str, Row] = {"F15": f15_receipts_in_disorder}
