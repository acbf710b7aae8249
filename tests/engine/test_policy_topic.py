"""The topic read record by record: texts stay, the latest name is in force."""

from datetime import UTC, datetime

import pytest

from dispatcher.engine.clients import Record
from dispatcher.engine.policy_topic import Policies
from schemas import policies
from schemas.policies import IN_FORCE_KEY, InForce, PolicyText

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OLD, NEW = PolicyText("a" * 12, "# old", "somebody", AT), PolicyText("b" * 12, "# new", "somebody", AT)


def read(*records: PolicyText | InForce | tuple[bytes | None, bytes | None]) -> Policies:
    found = Policies({})
    for offset, each in enumerate(records):
        match each:
            case PolicyText():
                key, value = each.hash.encode(), policies.encode(each)
            case InForce():
                key, value = IN_FORCE_KEY, policies.encode(each)
            case _:
                key, value = each
        found = found.after(Record("reminders.policy", 0, offset, 0, key, value, ()))
    return found


def named(text: PolicyText) -> InForce:
    return InForce(text.hash, "somebody", AT)


def test_an_empty_topic_has_no_policy_in_force():
    assert read().active is None


def test_the_last_name_is_in_force():
    assert read(OLD, named(OLD), NEW, named(NEW)).active == NEW


def test_a_former_policy_can_be_named_again():
    assert read(OLD, named(OLD), NEW, named(NEW), named(OLD)).active == OLD


def test_former_policies_stay_readable():
    assert list(read(OLD, named(OLD), NEW, named(NEW)).texts) == [OLD.hash, NEW.hash]


def test_a_name_without_a_text_has_no_active_policy():
    assert read(named(OLD)).active is None


def test_what_follows_is_known():
    assert read(OLD, named(OLD)).end == 2


@pytest.mark.parametrize("strange", [(b"in-force", b"{}"), (b"x", b"no JSON"), (None, b"{}"), (b"x", None)])
def test_a_record_that_is_none_of_ours_is_named_by_its_place_and_left_out(strange: tuple[bytes | None, bytes | None]):
    found = read(OLD, named(OLD), strange, NEW)

    assert (found.strange, found.active, list(found.texts)) == (
        "Record(reminders.policy[0]@2)",
        OLD,
        [OLD.hash, NEW.hash],
    )
