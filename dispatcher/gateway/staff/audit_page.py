"""`/desk/audit`."""

from dispatcher.gateway.staff.staff import Staff


def audit_routes(_: Staff) -> tuple[()]:
    """None yet."""
    return ()
