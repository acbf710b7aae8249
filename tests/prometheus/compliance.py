"""Cases of what must never happen: one violation is enough, and one of another kind is another alert's."""

from collections.abc import Mapping

from tests.prometheus.cases import Case, held

_ALERTS: Mapping[str, tuple[str, ...]] = {
    "ReminderLost": ("I1",),
    "ContactedTwice": ("I2", "I3"),
    "ContactAtNight": ("I4",),
    "CapBroken": ("I5",),
    "ContactedAfterPayment": ("I6",),
    "ContactedAgainstConsent": ("I7",),
    "RecordsDisagree": ("I8", "I9", "I10", "I11"),
    "PersonalDataInJournal": ("I12",),
}
_INVARIANTS = tuple(f"I{number}" for number in range(1, 13))


def _series(invariant: str) -> str:
    return f'dispatcher_verify_violations{{invariant="{invariant}"}}'


def _any_of(invariants: tuple[str, ...]) -> Case:
    """The last of them alone; every other invariant is broken all the time in the near miss."""
    wrong = {_series(each): (0.0, float(each == invariants[-1])) for each in _INVARIANTS}
    others = {_series(each): (0.0, float(each not in invariants)) for each in _INVARIANTS}
    return held(wrong, others, severity="page")


_FINISHED = "dispatcher_verify_finished_timestamp_seconds"
_SILENT_FROM = 26 * 60
"""Minutes after the last run, which was at the beginning."""

COMPLIANCE_CASES: Mapping[str, Case] = {
    **{name: _any_of(invariants) for name, invariants in _ALERTS.items()},
    "CheckerSilent": Case(
        wrong={_FINISHED: "0+0x180 108000+0x60"},
        near={_FINISHED: "21600+0x240"},
        early=_SILENT_FROM + 30,
        fires=_SILENT_FROM + 70,
        resolved=1820,
        step=10,
    ),
    "CheckerCannotJudge": held(
        {"dispatcher_verify_unjudged": (0, 3)}, {"dispatcher_verify_unjudged": (0, 0)}, minutes=24 * 60
    ),
}
