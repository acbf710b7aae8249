"""What every adapter must do, as cases that run against a provider under control.

A case takes a `Harness` (a fresh adapter and its provider) and raises `NonConformance` with a sentence that
says what was expected. Adapters from elsewhere are tested with the same cases: `for name, case in
CASES.items(): await case(harness)`, each with a harness of its own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Literal, Protocol

from channels.protocol import (
    Accepted,
    Adapter,
    Deferred,
    Message,
    NotStarted,
    Outcome,
    Prepared,
    Rejected,
    Unknown,
)

Situation = Literal["refuses_recipient", "limits_rate", "cuts_after_request", "never_answers"]
"""How the provider meets the next request, once: says that the recipient is no good; says that there is too
much; reads all of it and breaks the connection; reads all of it and stays silent."""

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
        situations: tuple[Situation | None, ...] = (None, "refuses_recipient", "limits_rate", "cuts_after_request")
        for situation in situations:
            if situation is not None:
                harness.stage(situation)
            shown.append(repr(await _send(harness, "a-1")))
        await harness.disappear()
        shown.append(repr(await _send(harness, "a-1")))
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
        many_at_once_do_not_mix,
        closing_twice_is_closing,
        nothing_personal_is_shown,
    )
}
"""Every case by its name."""


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
