"""Rows about load that comes all at once."""

from collections.abc import Mapping

from schemas.values import Millis, from_millis
from tests.broker.crowd import all_at_once
from tests.broker.herd import SENDS_A_SECOND, Herd, PacedSink, herd, quantile
from tests.broker.installation import Process
from tests.faults.scene import Row, Scene

_PENDING_S, _DUE_S = 15.0, 40.0
_SILENT_WITHIN_S = 1.0
_LEAST_SHARE = 0.6


async def f31_all_due_at_once(scene: Scene) -> None:
    """A million fall due in the same minute at a mail server that takes a hundred a second; payments stop theirs meanwhile.

    The crowd's state is planted, not published: the checker knows nothing of it, so the row judges by the server's own list.
    """
    scene.policy.write_text(all_at_once(scene.policy.read_text("utf-8")), "utf-8")
    scene.unjudged = "crowd-"
    async with PacedSink(journal=scene.installed.folder / "email.jsonl") as sink:
        scene.smtp = sink

        def start(clock: Millis) -> Process:
            at = from_millis(clock).isoformat()
            return scene.installed.worker("ordinary", DISPATCHER_SMTP_URL=sink.url, DISPATCHER_CLOCK=at)

        text = scene.policy.read_text("utf-8")
        found = await herd(
            scene.installed,
            start,
            sink,
            text,
            count=scene.many,
            rnd=scene.rnd,
            pending_s=_PENDING_S,
            due_s=_DUE_S,
        )
    print(f"      F31 {_told(found)}", flush=True)

    async def complaints() -> list[str]:
        return _complaints(found)

    scene.complaints.append(complaints)


def _told(found: Herd) -> str:
    return (
        f"{found.crowd} due at once, restored in {found.restored_s:.0f} s, {found.rate:.0f} mails a second, "
        f"{len(found.paid)} payments: p99 to silence {quantile(found.pending, 0.99):.3f} s before, "
        f"{quantile(found.falling_due, 0.99):.3f} s during, last mail {max(found.after_payment, default=0.0):.3f} s after"
    )


def _complaints(found: Herd) -> list[str]:
    said = [f"{found.twice} were written to twice"] if found.twice else []
    if late := sum(each > _SILENT_WITHIN_S for each in found.after_payment):
        said.append(f"{late} were written to more than {_SILENT_WITHIN_S} s after their payment")
    for when, waits in (("before", found.pending), ("during", found.falling_due)):
        if not quantile(waits, 0.99) < _SILENT_WITHIN_S:
            said.append(f"p99 from payment to silence {when} the minute: {quantile(waits, 0.99):.3f} s of {len(waits)}")
    if found.rate < _LEAST_SHARE * SENDS_A_SECOND:
        said.append(f"the queue drains at {found.rate:.0f} a second, the server takes {SENDS_A_SECOND}")
    return said


ROWS: Mapping[str, Row] = {"F31": f31_all_due_at_once}
