"""A pool on a clock of its own, and providers that take their time: who was sent when."""

import asyncio
from dataclasses import dataclass, field, replace

from msgspec.structs import replace as replaced

from channels.protocol import Accepted, Capabilities, Message, NotStarted, Outcome, Prepared
from dispatcher.core.claim import Claim
from dispatcher.engine.account import Account, Supply
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.job import Job
from dispatcher.engine.lease import Lease
from dispatcher.engine.pool import Pool
from dispatcher.ops.metrics import Metrics
from tests.messages.samples import claim, policy

NOON = 2_000_000
SHORT = "Due."
LONG = "x" * 500
"""Of four segments."""
ONE: Claim = claim("sms")
POLICY = policy()
MANDATORY = replace(ONE.stage, mandatory=True)


def now() -> float:
    return asyncio.get_running_loop().time()


@dataclass
class Provider:
    """Takes every message after `seconds`; notes (when it began, attempt). `says` may answer otherwise."""

    seconds: float = 0.1
    name: str = "stand-in"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities("sms", "none", None, expires=False))
    calls: list[tuple[float, str]] = field(default_factory=list)
    done: dict[str, float] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0
    says: object = None

    def prepare(self, message):
        return Prepared(message)

    async def send(self, prepared, *, permit, deadline_s) -> Outcome:
        if not permit():
            return NotStarted()
        attempt_id = prepared.message.attempt_id
        self.calls.append((now(), attempt_id))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1
        self.done[attempt_id] = now()
        return Accepted(attempt_id, 1) if self.says is None else self.says(now(), attempt_id)

    async def close(self):
        pass


class Inbox:
    """Where outcomes come to stand, at once."""

    def __init__(self):
        self.facts = {}
        self.at = {}

    async def report(self, customer_id, fact, said=None):
        self.facts[fact.attempt_id] = fact
        self.at[fact.attempt_id] = now()


class Noon:
    marked = None

    def now(self):
        return NOON


def account(provider, **supply) -> Account:
    name = supply.pop("name", "stand-in")
    workers, most_open = supply.pop("workers", 8), supply.pop("most_open", 256)
    made = Account(
        Supply(name, "sms", provider, **supply), workers=workers, most_open=most_open, lease_s=10.0, now=now()
    )
    made.begin(1, now())
    made.end(Accepted("r"), 1, 0.001, now(), started=False)
    return made


def pool(*accounts, text=SHORT, inbox=None, sent=lambda *_: None, compose=None) -> Pool:
    return Pool(
        "sms",
        accounts,
        timeout_s=10.0,
        compose=compose or (lambda claim, _: Message(claim.attempt_id, "sms", claim.contact_point, text, "en")),
        outcomes=inbox or Inbox(),
        braked=lambda channel, creditor: False,
        barred=lambda channel, point: None,
        refused=lambda channel, point, fact: None,
        hourly=Hourly("sms", lambda: None, Noon().now, lambda channel: None),
        clock=Noon(),
        metrics=Metrics(),
        now=now,
        sent=sent,
    )


def job(attempt_id: str, creditor: str = "A", *, mandatory: bool = False, gate=lambda: True) -> Job:
    stage = MANDATORY if mandatory else ONE.stage
    each = replaced(ONE, attempt_id=attempt_id, creditor_id=creditor, stage=stage)
    return Job(each, POLICY, Lease.starting_now(60.0), gate, 0, 0)


def submit(made: Pool, *jobs: Job) -> None:
    for each in jobs:
        made.credits.take(0)
        made.submit(each)


async def all_done(made: Pool) -> None:
    while made.busy:
        await asyncio.sleep(0.01)
