"""Asking a provider about attempts in doubt: when, how often, and what is reported."""

from dataclasses import dataclass, field

import pytest

from channels.protocol import Absent, Accepted, CannotTell, Capabilities, Deferred
from dispatcher.engine.config import Patience
from dispatcher.engine.doubts import Doubts, Open
from schemas import state
from schemas.inbox import AttemptAccepted, AttemptLooked
from schemas.state import Attempt, Customer

pytestmark = pytest.mark.asyncio

PATIENCE = Patience(first_s=10.0, between_s=60.0, answer_s=1.0)


class Listing:
    """An adapter whose provider finds what it is told to find."""

    name = "listing"
    capabilities = Capabilities("sms", idempotency="list_only", max_text=None, expires=False)

    def __init__(self, *findings):
        self.findings = list(findings)
        self.asked = []
        self.meanwhile = lambda: None

    async def reconcile(self, lookup, *, deadline_s):
        self.asked.append(lookup)
        self.meanwhile()
        finding = self.findings.pop(0)
        if isinstance(finding, Exception):
            raise finding
        return finding


@dataclass
class Desk:
    """One customer with one attempt in doubt, and a clock."""

    findings: tuple = ()
    channel: str = "sms"
    open: bool = True
    time: float = 0.0
    looks: int = 0
    state: str = "in_doubt"
    provider: str = ""
    others: dict = field(default_factory=dict)
    told: list = field(default_factory=list)

    def __post_init__(self):
        self.adapter = Listing(*self.findings)
        lane = Open(lambda: [(b"C-1", self.record())], lambda: self.open)
        self.doubts = Doubts(
            lambda: [lane],
            {"sms": {"listing": self.adapter, **self.others}},
            self.report,
            PATIENCE,
            now=lambda: self.time,
        )

    def record(self):
        attempt = Attempt(
            "ct-1",
            self.state,
            self.channel,
            "first",
            None,
            ("I-1",),
            "+447700900001",
            5_000,
            9,
            looks=self.looks,
            provider=self.provider,
        )
        return state.encode(Customer(attempts={"ct-1.1": attempt}), None, state.HAS_IN_DOUBT)

    async def report(self, customer_id, fact):
        self.told.append((customer_id, fact))

    async def at(self, seconds):
        self.time = seconds
        await self.doubts.round()


async def test_the_provider_is_not_asked_at_once():
    desk = Desk((Absent(),))
    await desk.at(0)
    await desk.at(9.9)
    assert desk.adapter.asked == []


async def test_what_the_provider_knows_is_reported_as_accepted():
    desk = Desk((Accepted("SM1", 2),))
    await desk.at(0)
    await desk.at(10)
    assert desk.told == [("C-1", AttemptAccepted("ct-1.1", "listing", "SM1", 2))]


async def test_what_the_provider_finds_is_not_believed_of_an_attempt_that_was_given_back_meanwhile():
    desk = Desk((Accepted("SM1", 2),))
    await desk.at(0)
    desk.adapter.meanwhile = lambda: setattr(desk, "state", "claimed")
    await desk.at(10)
    assert (len(desk.adapter.asked), desk.told) == (1, [])


async def test_the_question_names_the_recipient_and_the_instant_of_the_claim():
    desk = Desk((Absent(),))
    await desk.at(0)
    await desk.at(10)
    assert [(each.recipient, each.since) for each in desk.adapter.asked] == [("+447700900001", 5_000)]


async def test_the_second_look_comes_a_minute_after_the_first_was_recorded():
    desk = Desk((Absent(), Absent()))
    await desk.at(0)
    await desk.at(10)
    desk.looks = 1
    await desk.at(11)
    await desk.at(70.9)
    assert len(desk.told) == 1
    await desk.at(71)
    assert desk.told == [("C-1", AttemptLooked("ct-1.1", "listing", "absent"))] * 2


async def test_nobody_is_asked_again_while_the_answer_is_on_its_way():
    desk = Desk((Absent(), Absent()))
    await desk.at(0)
    await desk.at(10)
    await desk.at(20)
    assert len(desk.adapter.asked) == 1


async def test_after_two_looks_nobody_is_asked():
    desk = Desk((Absent(),), looks=2)
    await desk.at(0)
    await desk.at(1_000)
    assert desk.adapter.asked == []


async def test_a_closed_gate_asks_nobody():
    desk = Desk((Absent(),), open=False)
    await desk.at(0)
    await desk.at(1_000)
    assert desk.adapter.asked == []


async def test_a_channel_without_a_provider_cannot_tell():
    desk = Desk(channel="email")
    await desk.at(0)
    await desk.at(10)
    assert desk.told == [("C-1", AttemptLooked("ct-1.1", "", "cannot_tell"))]


async def test_a_provider_that_cannot_tell_says_so():
    desk = Desk((CannotTell(),))
    await desk.at(0)
    await desk.at(10)
    assert desk.told == [("C-1", AttemptLooked("ct-1.1", "listing", "cannot_tell"))]


@pytest.mark.parametrize("finding", [Deferred(30.0, "provider", "timeout"), ValueError("odd")])
async def test_a_provider_that_does_not_answer_is_asked_again(finding):
    desk = Desk((finding, Accepted("SM1")))
    await desk.at(0)
    await desk.at(10)
    assert desk.told == []
    await desk.at(70)
    assert [type(fact) for _, fact in desk.told] == [AttemptAccepted]


async def test_the_account_that_was_called_is_asked_and_no_other():
    other = Listing(Accepted("SM2"))
    desk = Desk((Absent(),), provider="listing", others={"second": other})
    await desk.at(0)
    await desk.at(10)
    assert (desk.told, other.asked) == ([("C-1", AttemptLooked("ct-1.1", "listing", "absent"))], [])


async def test_an_account_that_is_not_configured_any_more_cannot_tell():
    desk = Desk((Accepted("SM1"),), provider="given up")
    await desk.at(0)
    await desk.at(10)
    assert desk.told == [("C-1", AttemptLooked("ct-1.1", "given up", "cannot_tell"))]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (Absent(), Accepted("SM2", 1), AttemptAccepted("ct-1.1", "second", "SM2", 1)),
        (Absent(), Absent(), AttemptLooked("ct-1.1", "listing", "absent")),
        (Absent(), CannotTell(), AttemptLooked("ct-1.1", "second", "cannot_tell")),
        (Absent(), Deferred(30.0, "provider", "x"), None),
    ],
    ids=["one has it", "none knows it", "one cannot tell", "one does not answer"],
)
async def test_where_nobody_knows_which_account_was_called_all_are_asked(first, second, told):
    desk = Desk((first,), others={"second": Listing(second)})
    await desk.at(0)
    await desk.at(10)
    assert desk.told == ([] if told is None else [("C-1", told)])
