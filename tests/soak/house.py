"""What a soak runs: two workers, a gateway and an archive, each of them a process whose memory is watched."""

import asyncio
import signal
import time
from dataclasses import dataclass, field, replace

import httpx

from dispatcher.engine.clients import Kafka
from dispatcher.local.kafka import EmbeddedKafka
from tests.broker.gateways import Gateway, gateway
from tests.broker.installation import Process
from tests.broker.operations import eventually, logged, metric, ready
from tests.faults.scene import PARTITIONS, Scene
from tests.soak.memory import Life

HEALS_WITHIN_S = 60.0
SESSION_S = 6.0
STAYS, FALLS = "worker-1", "worker-2"
"""The worker that lives as long as the run, and the one that is killed."""

ROLES = (STAYS, "gateway", "archive")
"""Of these a process lives through the whole second half, and is judged there."""

_SAMPLE_S = 2.0
_LOOK_S = 0.25
_CALLS_PAUSE_S = 0.5
_NUMBERS = 1_000


@dataclass
class House:
    """The processes of a scene by their roles, and what was seen of them; times are seconds since `began`."""

    scene: Scene
    kafka: EmbeddedKafka
    began: float = field(default_factory=time.monotonic)
    lives: list[Life] = field(default_factory=list)
    processes: dict[str, Process] = field(default_factory=dict)
    calls: int = 0
    unanswered: int = 0
    _front: Gateway | None = None

    @property
    def at(self) -> float:
        """Now."""
        return time.monotonic() - self.began

    async def open(self) -> None:
        """Start everything, and wait until it serves."""
        # Processes as operators start them: forks of a test's own would share pages with it.
        self.scene.installed = replace(self.scene.installed, nursery=None)
        await asyncio.gather(self.start(STAYS), self.start(FALLS), self.start("gateway"), self.start("archive"))

    async def start(self, role: str) -> None:
        """A new process of a role, which serves; its memory is watched from its start on."""
        installed, clock = self.scene.installed, {"DISPATCHER_CLOCK": self.scene.now.isoformat()}
        if role == "gateway":
            if self._front is not None:
                await self._front.client.aclose()
            began, self._front = self.at, await gateway(installed, role, **clock)
            self._lives(role, self._front.process, began)
        elif role == "archive":
            settings = clock | {"DISPATCHER_ARCHIVE_METRICS_PORT": "0"}
            archive = installed.worker(role, program=("dispatcher", "archive"), **settings)
            self._lives(role, archive, self.at)
            await eventually(
                lambda: bool(logged(archive, "archive_started")), "the archive has started", worker=archive
            )
        else:
            worker = installed.worker(role, DISPATCHER_SESSION_TIMEOUT=str(SESSION_S), **clock)
            self._lives(role, worker, self.at)
            await ready(worker)

    def _lives(self, role: str, process: Process, began: float) -> None:
        self.processes[role] = process
        self.lives.append(Life(role, process.pid, began))

    async def close(self) -> None:
        """End everything that runs."""
        if self._front is not None:
            await self._front.client.aclose()
        await self.scene.installed.end()

    async def kill(self, role: str) -> None:
        """As the kernel does it, and as a supervisor then starts it again."""
        await self.processes[role].end(signal.SIGKILL)
        await self.start(role)

    async def caught_up(self) -> float:
        """Wait until all that stands now is read and every gate is open again; returns the seconds.

        An open gate says that everything is applied which stood in the inbox 700 ms ago, and that intake is as far.

        Raises:
            AssertionError: not within the time of healing.
        """
        began, wanted = time.monotonic(), await self._ends()
        while waits := await self._behind(wanted):
            if time.monotonic() - began > HEALS_WITHIN_S:
                raise AssertionError(f"not caught up {HEALS_WITHIN_S:.0f} s after the fault: {waits}")
            await asyncio.sleep(_LOOK_S)
        return round(time.monotonic() - began, 1)

    async def _ends(self) -> dict[tuple[str, int], int]:
        config = self.scene.installed.config
        async with Kafka(config.connection) as kafka:
            return {(each, p): end for each in config.inputs for p, (_, end) in (await kafka.ends(each)).items() if end}

    async def _behind(self, wanted: dict[tuple[str, int], int]) -> str:
        config = self.scene.installed.config
        async with Kafka(config.connection) as kafka:
            taken = {each: await kafka.group_position(config.app_id, each) for each in config.inputs}
        left = sum(max(0, end - taken[topic].get(p, 0)) for (topic, p), end in wanted.items())
        gates = [await metric(self.processes[role], "dispatcher_gate_open") or 0 for role in (STAYS, FALLS)]
        if not left and sum(gates) == PARTITIONS:
            return ""
        return f"{left} records wait, {sum(gates):.0f} of {PARTITIONS} gates are open"

    async def watch(self) -> None:
        """Look at every process's memory, every other second, without end."""
        while True:
            for role in self.processes:
                next(each for each in reversed(self.lives) if each.role == role).look(self.at)
            await asyncio.sleep(_SAMPLE_S)

    async def call(self) -> None:
        """Somebody answers a text twice a second; what a gateway that is not there misses, a provider would repeat."""
        while True:
            form = {"MessageSid": f"SM{self.calls:032x}", "From": f"+447700900{self.calls % _NUMBERS:03d}"}
            self.calls += 1
            try:
                if self._front is not None:
                    told = form | {"To": "+15005550006", "Body": "HELP"}
                    await self._front.by_twilio("/hooks/twilio/inbound", told)
            except (httpx.HTTPError, RuntimeError):  # it is being killed, or its client was closed under the call
                self.unanswered += 1
            await asyncio.sleep(_CALLS_PAUSE_S)
