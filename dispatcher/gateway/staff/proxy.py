"""People whom a proxy before the gateway has signed in: believed from its address and with its secret, else nobody."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from dispatcher.gateway.staff.people import Role, is_name, role_of
from dispatcher.settings import Secret

NAME: Final = "x-staff-name"
ROLE: Final = "x-staff-role"
SECRET: Final = "x-staff-secret"  # noqa: S105 - the name of a header


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody for whom the proxy vouches."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxies that may vouch, by their networks, and the secret that they share with us; where they sign people out."""

    networks: tuple[str, ...]
    secret: Secret
    sign_out_url: str | None = None

    def vouches(self, peer: str, headers: Sequence[tuple[str, str]]) -> Vouched | None:
        """For whom, as the headers of a request from `peer` say; None where any of it is missing, wrong or said twice."""
        said = _once(headers)
        if said is None or not self._is_listed(peer):
            return None
        if not hmac.compare_digest(said[SECRET].encode(), self.secret.reveal().encode()):
            return None
        role = role_of(said[ROLE])
        return Vouched(said[NAME], role) if role is not None and is_name(said[NAME]) else None

    def _is_listed(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in ip_network(network) for network in self.networks)


def _once(headers: Sequence[tuple[str, str]]) -> Mapping[str, str] | None:
    """The three headers, where each stands exactly once: a second one could be a stranger's."""
    found = [(name.lower(), value.strip()) for name, value in headers if name.lower() in {NAME, ROLE, SECRET}]
    return dict(found) if sorted(name for name, _ in found) == [NAME, ROLE, SECRET] else None
