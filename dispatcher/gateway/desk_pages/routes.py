"""The pages of the desk, where the gateway has one."""

import time
from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from dispatcher.gateway.desk_pages.agent_page import agent_routes
from dispatcher.gateway.desk_pages.counter import Counter
from dispatcher.gateway.desk_pages.history import history_of
from dispatcher.gateway.desk_pages.news import Watch
from dispatcher.gateway.desk_pages.overview_page import overview_routes
from dispatcher.gateway.desk_pages.supervisor import Supervisor
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.staff.staff import Staff


def desk_page_routes(parts: Parts, staff: Staff) -> Sequence[HTTPRouteHandler]:
    """The handlers of agents' and supervisors' pages; none where there is no desk."""
    desk = parts.calls
    if desk is None:
        return ()
    counter = Counter(desk, staff.audit, history_of(parts.archive), staff.now, parts.random_id)
    supervisor = Supervisor(desk, staff.audit, staff.now, parts.random_id)
    watch = Watch(desk.overview, time.monotonic)
    return (*agent_routes(staff, counter), *overview_routes(staff, supervisor, watch, parts.leaving))
