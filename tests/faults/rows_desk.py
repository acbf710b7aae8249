"""People who call: two gateways offer the same tasks to two rooms of agents, some vanish in a call, some press twice."""

import asyncio
import itertools
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from dispatcher.engine.appender import Appender
from dispatcher.gateway.appending import Whereabouts
from dispatcher.gateway.asking import AskLane
from dispatcher.gateway.calls.desk import CallDesk
from dispatcher.gateway.calls.following import follow
from dispatcher.gateway.calls.metrics import CallMetrics
from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.results import Dialled, Leased, NoAnswer, Recorded, Refused
from dispatcher.gateway.kafka_append import KafkaAppend
from dispatcher.gateway.listening import listening
from dispatcher.gateway.metrics import GatewayMetrics
from dispatcher.gateway.store.database import store_at
from dispatcher.ops.gateway_series import CALLS
from dispatcher.ops.meters import Meters
from schemas.topics import JOURNAL
from schemas.values import to_micros
from tests.broker.installation import due, profile
from tests.broker.operations import eventually, ready
from tests.faults.portfolio import OPENED, payment, telephone
from tests.faults.scene import PARTITIONS, Row, Scene
from tests.faults.together import together
from tests.gateway.calls.house import Worker

_ROOMS = ("north", "south")
_AGENTS = 3
_VANISHES, _TWICE, _PAYS = 0.1, 0.4, 0.15
_PROMISE = Outcome(
    "promise_to_pay", "right_party", amount=12_500, currency="GBP", day=(OPENED + timedelta(days=5)).date()
)
_SILENCE = Outcome("no_answer", "none")
_PATIENCE_S = 120.0


@dataclass
class Shift:
    """What happened: how often which task was dialled, which refusals there were, how often a button was pressed twice.

    `vanished` are rooms and tasks whose agent left in the call, `offered` those that the same room offered again.
    """

    dialled: Counter[str] = field(default_factory=Counter)
    vanished: set[tuple[str, str]] = field(default_factory=set)
    offered: set[tuple[str, str]] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    pressed_twice: int = 0
    said_twice: list[str] = field(default_factory=list)


async def f24_two_rooms(scene: Scene) -> None:
    """Two gateways with stores of their own offer each task to somebody, while the worker is killed and comes back."""
    names = [f"called-{n}" for n in range(scene.contacts)]
    scene.owing += names
    worker = scene.worker()
    await ready(worker)
    await scene.installed.publish([told for n, name in enumerate(names) for told in _overdue(name, n)])
    shift = Shift()
    async with AsyncExitStack() as rooms:
        desks = {name: await rooms.enter_async_context(_room(scene, name)) for name in _ROOMS}
        for name, desk in desks.items():
            await eventually(lambda desk=desk: _has(desk, len(names)), f"room {name} has all tasks", worker=worker)

        async def killed() -> None:
            await eventually(lambda: len(shift.dialled) > len(names) // 4, "a quarter was dialled")
            await worker.end(signal.SIGKILL)
            await ready(scene.worker())

        agents = [_works(scene, shift, room, desk, n) for room, desk in desks.items() for n in range(_AGENTS)]
        await together(killed(), *agents)
    scene.complaints.append(lambda: _complaints(scene, shift))


def _overdue(name: str, n: int):
    known = {"tier": "vip", "phones": [{"number": telephone(n), "kind": "mobile"}], "emails": []}
    return profile(name, at=OPENED, **known), due(name, "I-1", at=OPENED, in_days=-3)


@asynccontextmanager
async def _room(scene: Scene, name: str) -> AsyncIterator[CallDesk]:
    """A desk as a gateway runs it, with a store that it shares with nobody."""
    config = scene.installed.config
    appender = Appender(config.connection)
    store = store_at(f"sqlite:///{scene.policy.parent / name}.sqlite")
    await appender.start()
    append = KafkaAppend(appender, config.topic_prefix, GatewayMetrics(), time.monotonic)
    numbers = itertools.count()

    def where() -> Whereabouts:
        return Whereabouts(PARTITIONS, config.point_key, to_micros(scene.now))

    dial = AskLane(append, where, lambda: f"{name}-{next(numbers)}", time.monotonic)
    reading = asyncio.create_task(follow(store, config.connection, config.topic_prefix))
    try:
        async with listening(dial, config.connection, config.topic(JOURNAL)):
            yield CallDesk(store, dial, append, where, CallMetrics(Meters(CALLS)))
    finally:
        reading.cancel()
        await asyncio.wait([reading])
        await appender.close()
        store.close()


async def _has(desk: CallDesk, tasks: int) -> bool:
    return sum(each.ready for each in (await desk.overview()).queue) == tasks


async def _works(scene: Scene, shift: Shift, room: str, desk: CallDesk, seat: int) -> None:
    """One seat: whoever vanishes is followed by somebody else, until nothing is left to do."""
    ends = time.monotonic() + _PATIENCE_S
    for number in itertools.count():
        who = Worker(f"{room}-{seat}-{number}")
        while isinstance(mine := await desk.next_task(who), Leased):
            if (room, mine.task_id) in shift.vanished:
                shift.offered.add((room, mine.task_id))
            if scene.rnd.random() < _PAYS:
                await scene.installed.publish([payment(mine.customer_id)])
            answer = await desk.dial(who, mine.task_id, mine.fence)
            if isinstance(answer, Refused):
                shift.refused[answer.reasons[0].code] += 1
            if isinstance(answer, NoAnswer) and time.monotonic() > ends:
                raise AssertionError(f"no lane answers: {answer.why}")
            if not isinstance(answer, Dialled):
                continue
            shift.dialled[mine.task_id] += 1
            if scene.rnd.random() < _VANISHES:
                shift.vanished.add((room, mine.task_id))
                break
            await _reports(scene, shift, desk, who, mine)
        else:
            return


async def _reports(scene: Scene, shift: Shift, desk: CallDesk, who: Worker, mine: Leased) -> None:
    """What came of the call; an impatient agent presses twice."""
    outcome = _PROMISE if scene.rnd.random() < 0.5 else _SILENCE
    times = 2 if scene.rnd.random() < _TWICE else 1
    shift.pressed_twice += times == 2
    form = f"form-{mine.task_id}"
    answers = await asyncio.gather(
        *(desk.report(who, mine.task_id, mine.fence, form, outcome) for _ in range(times)), return_exceptions=True
    )
    fresh = [each for each in answers if isinstance(each, Recorded) and not each.again]
    if len(fresh) > 1:
        shift.said_twice.append(mine.task_id)
    shift.said_twice += [f"{mine.task_id}: {each!r}" for each in answers if isinstance(each, BaseException)]


async def _complaints(scene: Scene, shift: Shift) -> list[str]:
    journal = await scene.installed.journal()
    permitted = Counter(each.attempt_id for each in journal if each.result == "permitted")
    heard = Counter(
        each.attempt_id for each in journal if each.kind == "attempt" and each.reasons[0].code == "reported"
    )
    wrong = [f"{task}: permitted {n} times" for task, n in permitted.items() if n > 1]
    wrong += [f"{task}: reported {n} times" for task, n in heard.items() if n > 1]
    wrong += [f"{task}: two agents were shown the number" for task, n in shift.dialled.items() if n > 1]
    wrong += [f"{task}: its agent vanished, and it was offered again" for _, task in shift.offered]
    wrong += [f"{task}: its agent vanished, and it has an outcome" for _, task in shift.vanished if heard[task]]
    wrong += [f"two answers to one form: {each}" for each in shift.said_twice]
    issued = Counter(each.contact_id for each in journal if each.result == "claimed")
    wrong += [f"{contact}: {n} tasks for one contact" for contact, n in issued.items() if n > 1]
    print(
        f"      F24 permitted {len(permitted)}, refused {dict(shift.refused)}, vanished {len(shift.vanished)}, "
        f"pressed twice {shift.pressed_twice}",
        flush=True,
    )
    did = {
        "nobody was refused what another had dialled": shift.refused["already_dialled"],
        "nobody vanished": shift.vanished,
        "nobody pressed twice": shift.pressed_twice,
        "nobody paid in time to be spared": shift.refused["paid"],
    }
    return wrong + [f"the row did not do what it is for: {what}" for what, happened in did.items() if not happened]


ROWS: Mapping[str, Row] = {"F24": f24_two_rooms}
