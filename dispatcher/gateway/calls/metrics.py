"""What is counted of the desk: closed sets of labels, nobody's data, every series at 0 from the start."""

from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from dispatcher.gateway.calls.outcomes import Word
from dispatcher.gateway.calls.overview import Figures
from dispatcher.gateway.calls.results import DialAnswer, Dialled, LeaseLost, NoAnswer, Refused
from schemas.journal import TaskKind
from schemas.values import Millis

_Dial = Literal["permitted", "refused", "no_answer", "lease_lost"]
_DIALS: Final[dict[type[DialAnswer], _Dial]] = {
    Dialled: "permitted",
    Refused: "refused",
    NoAnswer: "no_answer",
    LeaseLost: "lease_lost",
}


class CallMetrics:
    """The metrics of one gateway's desk. What is measured is the same at all that share a store."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._open = Gauge(
            "dispatcher_call_tasks_open", "Tasks that wait to be worked off.", ("kind",), registry=registry
        )
        self._age = Gauge(
            "dispatcher_call_task_age_seconds", "How long the oldest task has been ready.", ("kind",), registry=registry
        )
        self._undecided = Gauge(
            "dispatcher_call_tasks_without_outcome", "Dialled, and nobody said what came of it.", registry=registry
        )
        self._unpublished = Gauge(
            "dispatcher_call_reports_unpublished", "Reports that Kafka has not taken yet.", registry=registry
        )
        self._escalations = Gauge(
            "dispatcher_call_escalations_open", "Cases that wait for a supervisor.", registry=registry
        )
        self._dials = Counter("dispatcher_call_dials_total", "Dials asked for.", ("answer",), registry=registry)
        self._reports = Counter("dispatcher_call_reports_total", "What came of tasks.", ("outcome",), registry=registry)
        self._missing = Counter(
            "dispatcher_call_disclosures_missing_total", "Disclosures that were not confirmed.", registry=registry
        )
        self._escalated = Counter(
            "dispatcher_call_escalations_total", "Major and special cases that were reported.", registry=registry
        )
        for kind in get_args(TaskKind):
            self._open.labels(kind)
            self._age.labels(kind)
        for answer in get_args(_Dial):
            self._dials.labels(answer)
        for word in get_args(Word):
            self._reports.labels(word)

    def dial(self, answer: DialAnswer) -> None:
        """What a question came to."""
        self._dials.labels(_DIALS[type(answer)]).inc()

    def reported(self, word: Word, missing: int) -> None:
        """An outcome was taken."""
        self._reports.labels(word).inc()
        self._missing.inc(missing)

    def escalated(self) -> None:
        """A major or special case was reported."""
        self._escalated.inc()

    def measured(self, figures: Figures, now: Millis) -> None:
        """How the desk stands."""
        for kind in get_args(TaskKind):
            mine = [each for each in figures.queue if each.kind == kind]
            self._open.labels(kind).set(sum(each.waiting for each in mine))
            oldest = min((each.oldest_ready_at for each in mine if each.oldest_ready_at is not None), default=now)
            self._age.labels(kind).set((now - oldest) / 1000)
        self._undecided.set(figures.without_outcome)
        self._escalations.set(figures.escalations)
        self._unpublished.set(figures.unpublished)
