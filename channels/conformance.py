"""What every adapter must do, as cases that run against a provider under control.

A case takes a `Harness` (a fresh adapter and its provider) and raises `NonConformance` with a sentence that
says what was expected. Adapters from elsewhere are tested with the same cases: `for name in applicable(situations): await
CASES[name](harness)`, each with a harness of its own. Receipts have cases of their own: `channels.conformance_receipts`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Literal, Protocol

from channels.protocol import (
    Accepted,
    Adapter,
    CannotTell,
    Deferred,
    Message,
    NotStarted,
    Outcome,
    Prepared,
    Rejected,
    Unknown,
    Unwell,
    Well,
)

Situation = Literal["refuses_recipient", "limits_rate", "cuts_after_request", "never_answers", "gone"]
"""How the provider meets the next request, once: says that the recipient is no good; says that there is too
much; reads all of it and breaks the connection; reads all of it and stays silent. `gone`: for good, nothing is there."""

EVERY: Final[frozenset[Situation]] = frozenset(
    {"refuses_recipient", "limits_rate", "cuts_after_request", "never_answers", "gone"}
)

_DEADLINE_S: Final = 5.0
_SHORT_S: Final = 0.3
_SETTLE_S: Final = 2.0
_CROWD: Final = 20


class NonConformance(Exception):
    """The adapter does not keep the protocol; the message says where."""


class Harness(Protocol):
    """A provider that nobody else uses, and an adapter that has not sent anything yet.

    `secrets` are all texts that must not be shown: the recipient of `message()`, its text, passwords and
    tokens.
    """

    @property
    def adapter(self) -> Adapter:
        """The adapter under test."""
        ...

    @property
    def situations(self) -> frozenset[Situation]:
        """Which situations there are with a provider of this kind: a file has no rate limit. Nearly always `EVERY`."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """What neither `repr` nor a log may hold."""
        ...

    def message(self, attempt_id: str) -> Message:
        """A message that the provider would take."""
        ...

    def stage(self, situation: Situation) -> None:
        """Let the next request meet this."""
        ...

    async def request_read(self) -> None:
        """Wait until the provider has read the first request whole."""
        ...

    async def disappear(self) -> None:
        """Let nothing listen where the provider was."""
        ...

    def taken(self) -> int:
        """How many messages the provider would deliver."""
        ...


Case = Callable[[Harness], Awaitable[None]]


async def accepted_returns_a_reference(harness: Harness) -> None:
    """An accepted message has a name at its provider, and there is one of it."""
    outcome = await _send(harness, "a-1")
    _expect(isinstance(outcome, Accepted) and outcome.reference != "", "Accepted with a reference", outcome)
    _expect(harness.taken() == 1, "one message at the provider", harness.taken())


async def preparing_twice_is_the_same(harness: Harness) -> None:
    """Preparing has no clock and no chance in it."""
    twice = [harness.adapter.prepare(harness.message("a-1")) for _ in range(2)]
    _expect(twice[0] == twice[1], "equal results of prepare()", twice)


async def refusal_names_its_class(harness: Harness) -> None:
    """A permanent refusal says whose fault it is and carries a code."""
    harness.stage("refuses_recipient")
    outcome = await _send(harness, "a-1")
    is_named = isinstance(outcome, Rejected) and outcome.refusal == "recipient" and outcome.code != ""
    _expect(is_named, "Rejected(recipient) with a code", outcome)


async def rate_limit_carries_a_delay(harness: Harness) -> None:
    """A limit is a delay, not a failure, and nothing was sent."""
    harness.stage("limits_rate")
    outcome = await _send(harness, "a-1")
    _expect(isinstance(outcome, Deferred) and outcome.retry_after_s > 0, "Deferred with a delay", outcome)
    _expect(harness.taken() == 0, "no message at the provider", harness.taken())


async def refused_connection_is_safe(harness: Harness) -> None:
    """Without a connection nothing was sent, and the permit was not asked for."""
    await harness.disappear()
    asked: list[str] = []

    def permit() -> bool:
        asked.append("once")
        return True

    outcome = await _send(harness, "a-1", permit=permit)
    _expect(isinstance(outcome, Deferred) and outcome.scope == "provider", "Deferred(provider)", outcome)
    _expect(not asked, "no reading of the permit before there is a connection", asked)


async def cut_after_the_request_is_unknown(harness: Harness) -> None:
    """A connection that breaks after the request was read proves nothing."""
    harness.stage("cuts_after_request")
    outcome = await _send(harness, "a-1")
    _expect(isinstance(outcome, Unknown) and outcome.code != "", "Unknown with a code", outcome)


async def silence_is_unknown_by_the_deadline(harness: Harness) -> None:
    """A provider that never answers does not hold a sender longer than it was told to wait."""
    harness.stage("never_answers")
    async with asyncio.timeout(_SETTLE_S):
        outcome = await _send(harness, "a-1", deadline_s=_SHORT_S)
    _expect(isinstance(outcome, Unknown), "Unknown", outcome)


async def refused_permit_sends_nothing(harness: Harness) -> None:
    """Without the permit nothing happens, and the adapter stays usable."""
    outcome = await _send(harness, "a-1", permit=lambda: False)
    _expect(isinstance(outcome, NotStarted), "NotStarted", outcome)
    _expect(harness.taken() == 0, "no message at the provider", harness.taken())
    _expect(isinstance(await _send(harness, "a-2"), Accepted), "the next message accepted", outcome)


async def cancelling_leaves_nothing(harness: Harness) -> None:
    """A cancelled send leaves no task, and no connection on which the next message would go wrong."""
    before = asyncio.all_tasks()
    harness.stage("never_answers")
    sending = asyncio.create_task(_send(harness, "a-1"))
    await harness.request_read()
    sending.cancel()
    results = await asyncio.gather(sending, return_exceptions=True)
    _expect(isinstance(results[0], asyncio.CancelledError), "the cancellation passed on", results[0])
    try:
        async with asyncio.timeout(_SETTLE_S):
            while left := asyncio.all_tasks() - before:
                await asyncio.wait(left)
    except TimeoutError:
        _expect(False, "no task left", asyncio.all_tasks() - before)  # noqa: FBT003 - the time-out is the finding
    taken = harness.taken()
    outcome = await _send(harness, "a-2")
    _expect(isinstance(outcome, Accepted), "the next message accepted", outcome)
    _expect(harness.taken() == taken + 1, "the next message, once", harness.taken() - taken)


async def looking_sends_nothing(harness: Harness) -> None:
    """A look at a provider in good health causes no message, and does not disturb the next one."""
    found = await harness.adapter.health(deadline_s=_DEADLINE_S)
    _expect(isinstance(found, Well | CannotTell), "Well or CannotTell", found)
    _expect(harness.taken() == 0, "no message at the provider", harness.taken())
    _expect(isinstance(await _send(harness, "a-1"), Accepted), "the next message accepted", found)


async def a_provider_that_is_gone_is_not_well(harness: Harness) -> None:
    """A look at a provider that is not there says so, and raises nothing."""
    await harness.disappear()
    found = await harness.adapter.health(deadline_s=_DEADLINE_S)
    _expect(isinstance(found, Unwell | CannotTell), "Unwell or CannotTell", found)


async def many_at_once_do_not_mix(harness: Harness) -> None:
    """Concurrent sends are each taken once."""
    outcomes = await asyncio.gather(*(_send(harness, f"a-{number}") for number in range(_CROWD)))
    references = {outcome.reference for outcome in outcomes if isinstance(outcome, Accepted)}
    _expect(len(references) == _CROWD, f"{_CROWD} different references", len(references))
    _expect(harness.taken() == _CROWD, f"{_CROWD} messages at the provider", harness.taken())


async def closing_twice_is_closing(harness: Harness) -> None:
    """A closed adapter can be closed again, and sends nothing more."""
    await _send(harness, "a-1")
    await harness.adapter.close()
    await harness.adapter.close()
    outcome = await _send(harness, "a-2")
    _expect(isinstance(outcome, Deferred | NotStarted), "Deferred or NotStarted after close()", outcome)


async def nothing_personal_is_shown(harness: Harness) -> None:
    """Neither `repr` nor a log line at any level holds the recipient, the text or a secret."""
    shown: list[str] = []
    log = logging.getLogger()
    listener, level = _Listener(shown), log.level
    log.addHandler(listener)
    log.setLevel(logging.DEBUG)
    try:
        message = harness.message("a-1")
        prepared = harness.adapter.prepare(message)
        shown += [repr(harness.adapter), repr(message), repr(prepared)]
        shown.append(repr(await _send(harness, "a-1")))
        for situation in sorted(harness.situations - {"never_answers", "gone"}):
            harness.stage(situation)
            shown.append(repr(await _send(harness, "a-1")))
        shown.append(repr(await harness.adapter.health(deadline_s=_DEADLINE_S)))
        if "gone" in harness.situations:
            await harness.disappear()
            shown.append(repr(await _send(harness, "a-1")))
            shown.append(repr(await harness.adapter.health(deadline_s=_DEADLINE_S)))
    finally:
        log.removeHandler(listener)
        log.setLevel(level)
    leaks = sum(any(secret in text for secret in harness.secrets) for text in shown)
    _expect(leaks == 0, "no personal data and no secret shown", f"{leaks} texts that hold some")


CASES: Final[dict[str, Case]] = {
    case.__name__: case
    for case in (
        accepted_returns_a_reference,
        preparing_twice_is_the_same,
        refusal_names_its_class,
        rate_limit_carries_a_delay,
        refused_connection_is_safe,
        cut_after_the_request_is_unknown,
        silence_is_unknown_by_the_deadline,
        refused_permit_sends_nothing,
        cancelling_leaves_nothing,
        looking_sends_nothing,
        a_provider_that_is_gone_is_not_well,
        many_at_once_do_not_mix,
        closing_twice_is_closing,
        nothing_personal_is_shown,
    )
}
"""Every case by its name."""

_NEEDS: Final[dict[str, Situation]] = {
    refusal_names_its_class.__name__: "refuses_recipient",
    rate_limit_carries_a_delay.__name__: "limits_rate",
    refused_connection_is_safe.__name__: "gone",
    a_provider_that_is_gone_is_not_well.__name__: "gone",
    cut_after_the_request_is_unknown.__name__: "cuts_after_request",
    silence_is_unknown_by_the_deadline.__name__: "never_answers",
    cancelling_leaves_nothing.__name__: "never_answers",
}


def applicable(situations: frozenset[Situation] = EVERY) -> tuple[str, ...]:
    """The names of the cases for an adapter whose provider can be in these situations."""
    return tuple(name for name in CASES if name not in _NEEDS or _NEEDS[name] in situations)


class _Listener(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(logging.Formatter().format(record))


async def _send(
    harness: Harness,
    attempt_id: str,
    *,
    permit: Callable[[], bool] = lambda: True,
    deadline_s: float = _DEADLINE_S,
) -> Outcome:
    prepared = harness.adapter.prepare(harness.message(attempt_id))
    if not isinstance(prepared, Prepared):
        raise NonConformance(f"expected the harness's message to be prepared, got {prepared!r}")
    return await harness.adapter.send(prepared, permit=permit, deadline_s=deadline_s)


def _expect(holds: bool, expected: str, got: object) -> None:  # noqa: FBT001 - a judgement is a truth value
    if not holds:
        raise NonConformance(f"expected {expected}, got {got!r}")
