"""Everything that a staff page needs of this room: guards, the record, and the way in."""

from collections.abc import Callable
from dataclasses import dataclass

from dispatcher.gateway.buckets import Buckets
from dispatcher.gateway.staff.audit import Audit
from dispatcher.gateway.staff.guards import Guard, KeyCheck
from dispatcher.gateway.staff.people import Role
from dispatcher.gateway.staff.reception import FrontDesk
from dispatcher.gateway.staff.signing_in import SignIn
from dispatcher.gateway.store.database import Store
from schemas.values import Millis


@dataclass(frozen=True, slots=True)
class Staff:
    """The parts of the staff pages; `now` is the installation's clock in milliseconds, `attempts` bounds sign-ins."""

    store: Store
    audit: Audit
    front_desk: FrontDesk
    sign_in: SignIn
    attempts: Buckets
    now: Callable[[], Millis]

    def needs(self, *roles: Role, key: KeyCheck | None = None, watching: bool = False) -> Guard:
        """The guard of a page for some roles: `@get(..., guards=[staff.needs("agent")])`; see `Guard`."""
        return Guard(self.front_desk, frozenset(roles), key, watching=watching)

    def open_to_all(self) -> Guard:
        """The guard of a page that strangers may see; forms that come there are checked all the same."""
        return Guard(self.front_desk, None)
