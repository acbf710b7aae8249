"""What the watchdog of progress looks at: records that wait for lanes and intake, positions that wait to be committed."""

from collections.abc import Iterable

from dispatcher.engine.intake import Intake
from dispatcher.engine.lane import Lane
from dispatcher.engine.log_ends import LogEnds
from dispatcher.engine.positions import Committable
from dispatcher.engine.watchdog import Standing


def standings(lanes: Iterable[Lane], intake: Intake, ends: LogEnds, committable: Committable) -> list[Standing]:
    """Where each stands, as far as the broker has said where it should get to; a lane that restores is not judged."""
    served = [(lane.tp, lane.position) for lane in lanes if lane.restored]
    sources = [(tp, intake.position(tp) or 0) for tp in intake.partitions]
    known = ((tp, position, ends.end(tp)) for tp, position in (*served, *sources))
    records = [Standing("records", tp, position, end.offset) for tp, position, end in known if end is not None]
    return records + [Standing("commits", *each) for each in committable.uncommitted()]
