"""What is counted of the desk; the table of `ops.gateway_series` says what each figure means."""

from typing import Final, get_args

from dispatcher.gateway.calls.outcomes import Word
from dispatcher.gateway.calls.overview import Figures
from dispatcher.gateway.calls.results import DialAnswer, Dialled, LeaseLost, NoAnswer, Refused
from dispatcher.ops.labels import Dialling
from dispatcher.ops.meters import Meters
from schemas.journal import TaskKind
from schemas.values import Millis

_DIALS: Final[dict[type[DialAnswer], Dialling]] = {
    Dialled: "permitted",
    Refused: "refused",
    NoAnswer: "no_answer",
    LeaseLost: "lease_lost",
}


class CallMetrics:
    """The metrics of one gateway's desk. What is measured is the same at all that share a store."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def dial(self, answer: DialAnswer) -> None:
        """What a question came to."""
        self._meters.counter("call_dials").add(1, _DIALS[type(answer)])

    def reported(self, word: Word, missing: int) -> None:
        """An outcome was taken."""
        self._meters.counter("call_reports").add(1, word)
        self._meters.counter("call_disclosures_missing").add(missing)

    def escalated(self) -> None:
        """A major or special case was reported."""
        self._meters.counter("call_escalations").add(1)

    def measured(self, figures: Figures, now: Millis) -> None:
        """How the desk stands."""
        for kind in get_args(TaskKind):
            mine = [each for each in figures.queue if each.kind == kind]
            oldest = min((each.oldest_ready_at for each in mine if each.oldest_ready_at is not None), default=now)
            self._meters.gauge("call_tasks_open").set(sum(each.waiting for each in mine), kind)
            self._meters.gauge("call_task_age_seconds").set((now - oldest) / 1000, kind)
        self._meters.gauge("call_tasks_without_outcome").set(figures.without_outcome)
        self._meters.gauge("call_escalations_open").set(figures.escalations)
        self._meters.gauge("call_reports_unpublished").set(figures.unpublished)
