"""The access lists as they are shipped."""

from pathlib import Path

from dispatcher.ops.access_plan import ROLES, SCRIPT_HEAD, commands, grants

SHIPPED = Path(__file__).parents[2] / "deploy" / "kafka" / "acls.sh"


def test_the_list_that_is_shipped_is_the_one_that_is_tested() -> None:
    told = [
        line
        for role in ROLES
        for line in commands(role, f"User:dispatcher-{role}", grants(role, prefix="", app_id="dispatcher"))
    ]

    assert SHIPPED.read_text("utf-8").splitlines() == [*SCRIPT_HEAD, *told]
