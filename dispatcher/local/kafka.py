"""A real Apache Kafka for demo, tests and benches: one KRaft node on loopback that ends with us."""

import asyncio
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from dispatcher.engine.readiness import BrokerNotReady, wait_until_ready
from dispatcher.local.kafka_settings import CLUSTER_ID, SMALL, Sizing, server_properties
from dispatcher.local.ports import free_ports, is_free
from dispatcher.local.process import LocalProcess, last_line
from dispatcher.local.runtime import Runtime, find_runtime
from dispatcher.local.scratch import Scratch
from dispatcher.local.unavailable import KafkaUnavailable

__all__ = ["EmbeddedKafka", "KafkaUnavailable"]

_READY_TIMEOUT_S: Final = 60.0
_FORMAT_TIMEOUT_S: Final = 60.0
_POLL_S: Final = 0.05
_BIND_ATTEMPTS: Final = 3


class EmbeddedKafka:
    """One broker, from `start` (or `async with`) to `stop`; not bound to the event loop that started it.

    Start it from a thread that lives as long as the broker should, usually the main one.
    """

    def __init__(
        self,
        *,
        sizing: Sizing = SMALL,
        overrides: Mapping[str, str] | None = None,
        log_path: Path | None = None,
        runtime: Runtime | None = None,
        jvm_flags: Sequence[str] = (),
        data: Path | None = None,
        port: int | None = None,
        users: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing happens before `start`.

        Args:
            sizing: memory and compiler of the JVM (`SMALL` or `BENCH` of `kafka_settings`).
            overrides: broker settings that win over ours.
            log_path: where the broker's log is appended; by default beside its data, which `stop` deletes.
            runtime: Java and jars, by default those that `find_runtime` finds.
            jvm_flags: further options of the JVM.
            data: where topics are kept; by default in a folder of their own, which `stop` deletes.
            port: where clients find it, by default a free one.
            users: passwords by name for SCRAM-SHA-512, where `overrides` add a listener that asks for them.
        """
        self._sizing = sizing
        self._overrides = dict(overrides or {})
        self._log_path = log_path
        self._runtime = runtime
        self._jvm_flags = tuple(jvm_flags)
        self._data = data
        self._given_port = port
        self._users = dict(users or {})
        self._scratch: Scratch | None = None
        self._broker: LocalProcess | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    @property
    def bootstrap_servers(self) -> str:
        """`host:port` for clients; the same after every `restart`."""
        return f"127.0.0.1:{self._port}"

    @property
    def log_path(self) -> Path:
        """The broker's log: warnings and errors."""
        return self._log_path or self._folder / "broker.log"

    @property
    def pid(self) -> int:
        """The process id of the broker, dead or alive."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while the broker runs; negative for the signal that ended it."""
        return self._process.exit_code

    async def start(self) -> None:
        """Fetch what is missing, format new storage, start, and return once a group can be joined.

        Raises:
            KafkaUnavailable: no Java or jars, or the broker ended or was not ready within 60 s.
        """
        if self._runtime is None:
            self._runtime = await asyncio.to_thread(find_runtime)
        self._scratch = Scratch("dispatcher-kafka-")
        try:
            await self._bring_up(self._runtime)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the broker (SIGTERM, SIGKILL after 40 s) and delete its data unless it was given a place for them.

        A second call does nothing.
        """
        if self._broker is not None:
            await self._broker.end()
        if self._scratch is not None:
            await asyncio.to_thread(self._scratch.remove)

    def pause(self) -> None:
        """Freeze the broker: connections stay open and nothing is answered."""
        self._process.pause()

    def resume(self) -> None:
        """Let a paused broker go on."""
        self._process.resume()

    async def kill(self) -> None:
        """End the broker without a chance to tidy up; its data and port stay for `restart`.

        The restart then waits until the controller gives the dead broker up: 9 s, unless `overrides` set
        `broker.session.timeout.ms`.
        """
        await self._process.end(signal.SIGKILL)

    async def restart(self) -> None:
        """Stop the broker if it runs, start it on the same port and data, and return once it is ready.

        Raises:
            KafkaUnavailable: it ended or was not ready within 60 s.
        """
        await self._process.end()
        self._launch(self._runtime or find_runtime())
        if not await self._ready():
            raise KafkaUnavailable(f"another process took port {self._port} while the broker was away")

    async def _bring_up(self, runtime: Runtime) -> None:
        self._configure()
        await asyncio.to_thread(self._format, runtime)
        for _ in range(_BIND_ATTEMPTS):
            self._launch(runtime)
            if await self._ready():
                return
            self._configure()
        raise KafkaUnavailable("other processes took the broker's port, three times over")

    @property
    def _process(self) -> LocalProcess:
        if self._broker is None:
            raise RuntimeError("the broker was not started")
        return self._broker

    @property
    def _folder(self) -> Path:
        if self._scratch is None:
            raise RuntimeError("the broker was not started")
        return self._scratch.path

    @property
    def _properties(self) -> Path:
        return self._folder / "server.properties"

    def _configure(self) -> None:
        # Asked before the start: whoever serves the port would answer for the broker that could not.
        if self._given_port is not None and not is_free(self._given_port):
            raise KafkaUnavailable(
                f"another process serves port {self._given_port}: end it, or name it in DISPATCHER_BOOTSTRAP_SERVERS"
            )
        free_port, controller_port = free_ports(2)
        self._port = self._given_port or free_port
        self._properties.write_text(
            server_properties(
                broker_port=self._port,
                controller_port=controller_port,
                data=self._data or self._folder / "data",
                overrides=self._overrides,
            )
        )

    def _format(self, runtime: Runtime) -> None:
        arguments: list[str | Path] = ["format", "--ignore-formatted", "-t", CLUSTER_ID, "-c", self._properties]
        for name, password in self._users.items():
            arguments += ["-S", f"SCRAM-SHA-512=[name={name},password={password}]"]
        try:
            done = subprocess.run(
                runtime.command("kafka.tools.StorageTool", *arguments, flags=SMALL.flags()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_FORMAT_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise KafkaUnavailable(f"storage was not formatted within {_FORMAT_TIMEOUT_S:g} s") from None
        if done.returncode != 0:
            raise KafkaUnavailable(f"storage could not be formatted: {last_line(done.stdout)}")

    def _launch(self, runtime: Runtime) -> None:
        flags = [*self._sizing.flags(), *self._jvm_flags]
        self._broker = LocalProcess(runtime.command("kafka.Kafka", self._properties, flags=flags), self.log_path)

    async def _ready(self) -> bool:
        """True when ready, False when another process was quicker to take a port."""
        broker = self._process
        probe = asyncio.create_task(wait_until_ready(self.bootstrap_servers, timeout_s=_READY_TIMEOUT_S))
        try:
            while not probe.done() and broker.exit_code is None:
                await asyncio.wait({probe}, timeout=_POLL_S)
            if broker.exit_code is None:
                await probe
                return True
        except BrokerNotReady as fault:
            raise KafkaUnavailable(str(fault)) from None
        finally:
            probe.cancel()
        said = broker.output()
        if "Address already in use" in said:
            return False
        raise KafkaUnavailable(f"the broker ended with exit code {broker.exit_code}: {last_line(said)}")
