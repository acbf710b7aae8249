"""A row about two releases side by side: a rolling upgrade under load, and the way back.

The earlier release is the last one of the history whose state or inbox records were of another shape, as it was committed.
The later one is this one with unknown fields in all that it writes. Without a history, this release is the earlier one.
"""

import asyncio
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from tests.broker.installation import ROOT, Process
from tests.broker.operations import logged, ready
from tests.faults.scene import Row, Scene

_SHAPES = ("schemas/state.py", "schemas/inbox.py")
_PRESENT = ("tests.broker.impaired_worker", "asking_soon")
_LATER = ("tests.broker.later_release",)
_BESIDE_S = 2.5


async def f17_releases_side_by_side(scene: Scene) -> None:
    """Two workers are replaced one by one: from the earlier release to this, to a later one, and all the way back."""
    earlier = await _earlier(scene.installed.folder / "earlier")
    if earlier is None:
        print("      F17: no history here, so this release is the earlier one", flush=True)
    else:  # an upgrade changes the release first and the policy afterwards
        text = (earlier / "deploy" / "policy.example.toml").read_text("utf-8")
        scene.policy.write_text(text.replace('sms = "hold"', 'sms = "resend"'), "utf-8")
    started: list[Process] = []

    def start(release: str) -> Process:
        started.append(_start(scene, release, earlier, len(started)))
        return started[-1]

    async def rolled() -> None:
        at_work = [start("earlier"), start("earlier")]
        await asyncio.gather(*(ready(each) for each in at_work))
        for release in ("present", "present", "later", "present", "later", "earlier", "present", "earlier", "earlier"):
            newcomer = start(release)
            await ready(newcomer)
            await asyncio.sleep(scene.rnd.uniform(0.5, 1.0) * _BESIDE_S)  # how long the releases work side by side
            await at_work.pop(0).end()
            at_work.append(newcomer)

    async with asyncio.TaskGroup() as group:
        group.create_task(scene.publish(50.0))
        group.create_task(rolled())

    async def parked() -> list[str]:
        said = [f"{each.record_id} was parked" for each in await scene.installed.journal() if each.result == "parked"]
        for worker in started:
            said += [f"a record could not be read: {each}" for each in logged(worker, "decision_failed")]
            said += (
                [] if worker.exit_code == 0 else [f"a worker ended with {worker.exit_code}: {worker.output()[-500:]}"]
            )
        return said

    scene.complaints.append(parked)


def _start(scene: Scene, release: str, earlier: Path | None, number: int) -> Process:
    settings = {"DISPATCHER_CLOCK": scene.now.isoformat()}
    name = f"{number}-{release}"
    if release != "earlier" or earlier is None:
        return scene.installed.worker(name, program=_LATER if release == "later" else _PRESENT, **settings)
    # Its own modules, and nothing forked from a process that has loaded ours.
    own = replace(scene.installed, nursery=None)
    return own.worker(name, program=_PRESENT, PYTHONPATH=str(earlier), PYTHONSAFEPATH="1", **settings)


async def _earlier(folder: Path) -> Path | None:
    """The tree before the latest commit that changed the shape of a record; None where git knows of none."""
    if shutil.which("git") is None:
        return None
    changed = (await _git("log", "-1", "--format=%H", "--", *_SHAPES)).decode().strip()
    tree = await _git("archive", f"{changed}^") if changed else b""
    if not tree:
        return None
    folder.mkdir()
    with tarfile.open(fileobj=BytesIO(tree)) as archive:
        archive.extractall(folder, filter="data")
    return folder


async def _git(*arguments: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        "git", "-C", str(ROOT), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    out, _ = await process.communicate()
    return out if process.returncode == 0 else b""


ROWS: Mapping[str, Row] = {"F17": f17_releases_side_by_side}
