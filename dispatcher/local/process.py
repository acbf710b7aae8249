"""One server process of ours: started tied to us, logged to a file, paused, ended and started again."""

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from dispatcher.local.tether import tethered

_END_TIMEOUT_S: Final = 40.0


class LocalProcess:
    """A running command. Start it from a thread that lives as long as it should (see `tether`)."""

    def __init__(
        self, command: Sequence[str | Path], log_path: Path, *, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start `command`, which begins with an absolute path; its output is appended to `log_path`.

        `environment` is the whole of its environment; without one it inherits ours.
        """
        log_path.parent.mkdir(parents=True, exist_ok=True)
        self._log_path = log_path
        with log_path.open("ab") as log:
            self._log_start = log.tell()
            # A session of its own: Ctrl-C in a terminal reaches us, and we end servers last.
            self._process = subprocess.Popen(
                tethered(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment,
            )

    @property
    def pid(self) -> int:
        """The process id, also after the end."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._process.poll()

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Send `how`, and SIGKILL where that has not ended it within 20 s; ended already is fine."""
        self._process.send_signal(how)
        self.resume()  # a paused process does not notice anything else
        try:
            await asyncio.to_thread(self._process.wait, _END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def output(self) -> str:
        """What it has written since its start."""
        with contextlib.suppress(FileNotFoundError), self._log_path.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")
        return ""


def last_line(text: str) -> str:
    """The last line that says something; continued lines of a stack trace do not."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("\t")]
    return lines[-1] if lines else "it said nothing"
