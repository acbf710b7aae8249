"""One look at one customer, for who asks why: how they stand, and a page of their timeline, of one state of the archive.

Most of what a look costs is its way to the database and back, so it asks three times: what is known of the customer, the
page's records, and what stands beside them. A fourth query finds the last decisions where the page does not show them.
"""

from collections.abc import Callable, Mapping

import msgspec
from sqlalchemy import Connection

from dispatcher.archive.cursors import Cursor
from dispatcher.archive.standing import Known, Standing, by_invoice, known_of, last_decisions
from dispatcher.archive.timelines import Leaf, Page, Timelines, Wanted
from schemas.journal import JournalRecord
from schemas.values import Millis

ByClock = Callable[[str | None, str | None, str | None], Wanted]
"""What of a timeline is asked for, by the customer's clock: zone, country and region."""


class Look(msgspec.Struct, frozen=True):
    """What was seen."""

    standing: Standing
    page: Page


def looked(  # noqa: PLR0917  who is looked at, when, and what is asked
    connection: Connection,
    timelines: Timelines,
    customer_id: str,
    now: Millis,
    wanted: ByClock,
    after: Cursor | None,
) -> Look | None:
    """Look by one connection; None: the journal has never named the customer."""
    known = known_of(connection, customer_id, now)
    if not known.is_named:
        return None
    asked = wanted(*known.clock)
    leaf = timelines.leaf(connection, customer_id, asked, after)
    shown = leaf if after is None and asked == Wanted() else None
    decided = _decided(connection, customer_id, known, shown)
    return Look(known.standing(decided), timelines.page_of(connection, leaf))


def _decided(
    connection: Connection, customer_id: str, known: Known, newest: Leaf | None
) -> Mapping[str, JournalRecord]:
    """The last decision about each invoice that is owed; the newest records may show all of them."""
    shown = {} if newest is None else by_invoice(newest.records)
    is_all = newest is not None and newest.older is None
    return shown if is_all or known.invoice_ids <= shown.keys() else last_decisions(connection, customer_id)
