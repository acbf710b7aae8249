"""`Dial` by way of the inbox and the journal: a question goes into the one, and its answer is awaited in the other.

An answer counts only for the very question that it names as its cause, and a question is asked only while somebody listens.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from dispatcher.gateway.appending import SOURCE, Append, Away, Whereabouts, to_inbox
from dispatcher.gateway.dial_answers import answer_of
from dispatcher.gateway.dialling import ANSWERED_WITHIN_S, NoAnswer, Permitted, Refused
from schemas.inbox import DialAsked
from schemas.journal import decode_journal

FRESH_S: Final = 30.0
"""An answer that nobody waited for any more is given to the same lease for so long; then it has to ask again."""

_ANSWERS: Final = (b'"permitted"', b'"refused"')

_Key = tuple[str, int, str]
"""Task, fence and collector."""


@dataclass(slots=True, eq=False)
class _Question:
    nonce: str
    asked_at: float
    answer: asyncio.Future[Permitted | Refused] = field(default_factory=asyncio.Future)


class AskLane:
    """Questions of one process. `where` says where a statement goes, `random_id` makes an id that nobody else has."""

    def __init__(
        self,
        append: Append,
        where: Callable[[], Whereabouts],
        random_id: Callable[[], str],
        monotonic: Callable[[], float],
    ) -> None:
        """Asks nobody before it `listens`."""
        self._append = append
        self._where = where
        self._random_id = random_id
        self._monotonic = monotonic
        self._open: dict[_Key, _Question] = {}
        self._listening = asyncio.Event()

    async def __call__(self, customer_id: str, task_id: str, fence: int, by: str) -> Permitted | Refused | NoAnswer:
        """Ask, and wait for the answer `ANSWERED_WITHIN_S` seconds at most."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                await self._listening.wait()
                return await self._answered(customer_id, (task_id, fence, by))
        except TimeoutError:
            return NoAnswer(
                f"nobody answered within {ANSWERED_WITHIN_S:.0f} s whether {task_id} may be dialled: "
                "look at the lanes of the workers, and at their gates (dispatcher status)"
            )

    async def _answered(self, customer_id: str, key: _Key) -> Permitted | Refused | NoAnswer:
        self._forget()
        question = self._open.get(key)
        if question is None:
            question = self._open[key] = _Question(self._random_id(), self._monotonic())
            stood = await self._append([to_inbox(customer_id, self._where(), question.nonce, DialAsked(*key))])
            if isinstance(stood, Away):
                self._open.pop(key, None)
                return NoAnswer(stood.why)
        answer = await asyncio.shield(question.answer)  # others may wait for the same
        self._open.pop(key, None)
        return answer

    def _forget(self) -> None:
        since = self._monotonic() - FRESH_S
        self._open = {key: each for key, each in self._open.items() if each.asked_at > since}

    def listens(self, *, listening: bool) -> None:
        """Whether what the journal says from now on is heard; what was not answered by then never will be."""
        if listening:
            self._listening.set()
        else:
            self._listening.clear()
            self._open = {key: each for key, each in self._open.items() if each.answer.done()}

    def hears(self, value: bytes | None) -> None:
        """A record of the journal: almost all are about something else."""
        if value is None or not self._open or not any(each in value for each in _ANSWERS):
            return
        record = decode_journal(value)
        answer, cause = answer_of(record), record.cause
        if answer is None or cause is None or cause.source != SOURCE:
            return
        for (task_id, _, _), question in self._open.items():
            if question.nonce == cause.id and task_id == record.attempt_id and not question.answer.done():
                question.answer.set_result(answer)
