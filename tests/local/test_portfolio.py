"""The sample portfolio: nobody can be reached, intake reads all of it, and its expected outcome leaves no reason out."""

import json
import tomllib

import pytest

from dispatcher.core.policy import Policy, parse
from dispatcher.local import portfolio
from dispatcher.local.demo_acts import ACTS
from dispatcher.local.demo_environment import of_worker
from dispatcher.local.portfolio import FOLDER, POLICY, PortfolioUnfit
from dispatcher.local.portfolio_outcome import expected_outcome
from dispatcher.local.portfolio_recipients import strangers
from dispatcher.local.reserved import is_reserved_address, is_reserved_number
from schemas.codec import Accepted, Rejected, read
from schemas.events import EVENT_TYPES
from schemas.inbox import ProfileStated
from schemas.reasons import CODES

EVENTS = [event for name in portfolio.waves() for event in portfolio.wave(name)]
PROFILES = [event.read.fact for event in EVENTS if isinstance(event.read.fact, ProfileStated)]


def _profile(number: str) -> dict:
    return {
        "specversion": "1.0",
        "type": "customer.updated",
        "id": "1",
        "source": "/crm",
        "subject": "C-1",
        "time": "2026-11-18T05:00:00Z",
        "data": {
            "customer_id": "C-1",
            "name": "Ada",
            "locale": "en",
            "country": "GB",
            "phones": [{"number": number, "kind": "mobile"}],
            "emails": [],
        },
    }


def _written(tmp_path, event: dict):
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "1-customers.jsonl").write_text("\n" + json.dumps(event) + "\n")
    return tmp_path


def test_every_contact_point_of_the_portfolio_is_reserved_for_fiction_and_tests():
    assert [wrong for event in EVENTS for wrong in strangers(event.read.fact)] == []


def test_a_number_that_may_be_somebodys_stops_the_publication_and_is_not_repeated(tmp_path):
    folder = _written(tmp_path, _profile("+4915112345678"))
    with pytest.raises(PortfolioUnfit) as raised:
        portfolio.wave("desk/1-customers", folder)
    assert str(raised.value).startswith("desk/1-customers.jsonl:2: a contact point is not reserved")
    assert "15112345678" not in str(raised.value)


def test_an_event_that_intake_would_reject_stops_the_publication_with_file_and_line(tmp_path):
    folder = _written(tmp_path, _profile("+447700900101") | {"time": "yesterday"})
    with pytest.raises(PortfolioUnfit, match=r"desk/1-customers\.jsonl:2: \w+ at time"):
        portfolio.wave("desk/1-customers", folder)


def test_the_creditors_of_the_sample_policy_are_nobody_either():
    creditors = tomllib.loads(POLICY.read_text())["creditors"].values()
    numbers = [each[name] for each in creditors for name in ("phone", "sms_from")]
    addresses = [each[name] for each in creditors for name in ("email", "email_from")]
    assert [each for each in numbers if not is_reserved_number(each)] == []
    assert [each for each in addresses if not is_reserved_address(each)] == []


def test_the_sample_policy_is_a_policy():
    assert isinstance(parse(POLICY.read_text()), Policy)


def test_there_are_at_least_forty_customers():
    assert len({event.read.customer_id for event in EVENTS}) >= 40


def test_every_type_of_event_is_published():
    assert {json.loads(event.value)["type"] for event in EVENTS} == set(EVENT_TYPES)


def test_customers_live_in_several_countries_and_zones_and_read_two_languages():
    assert len({profile.country for profile in PROFILES}) >= 6
    assert len({profile.timezone for profile in PROFILES}) >= 6
    assert {"en", "zh-CN"} <= {profile.locale for profile in PROFILES}


def test_no_two_customers_share_a_contact_point_because_the_outbox_tells_them_apart_by_it():
    owners: dict[str, set[str]] = {}
    for event in EVENTS:
        profile = event.read.fact
        if isinstance(profile, ProfileStated):
            for point in (*(p.number for p in profile.phones), *(e.address for e in profile.emails)):
                owners.setdefault(point, set()).add(event.read.customer_id)
    assert {point: who for point, who in owners.items() if len(who) > 1} == {}


def test_event_ids_are_unique_so_that_each_event_is_seen_once_in_the_journal():
    identities = [event.identity for event in EVENTS]
    assert len(identities) == len(set(identities))


def test_every_file_of_events_is_published_by_an_act():
    named = {wave.name for act in ACTS for day in act.days for wave in (*day.before, *day.waves)}
    assert named == set(portfolio.waves())


def test_a_statement_under_a_new_id_says_the_same():
    event = EVENTS[0]
    (again,) = portfolio.under_new_ids([event])
    assert again.identity != event.identity
    assert again.read.fact == event.read.fact


def test_a_report_names_the_task_that_the_desk_was_given():
    reports = [event for event in EVENTS if b"task of C-120" in event.value]
    answered = [json.loads(portfolio.answering(event, {"C-120": "ct-1.1"})) for event in reports]
    assert [event["data"]["task_id"] for event in answered] == ["ct-1.1"]


def test_damaged_records_are_rejected_by_intake_and_counted_in_the_expected_outcome():
    damaged = portfolio.damaged()
    assert all(isinstance(read(each.topic, each.value.encode()), Rejected) for each in damaged)
    assert len(damaged) == expected_outcome().rejected


def test_what_the_demonstration_offers_to_publish_is_accepted_and_reaches_nobody():
    for line in (FOLDER / "further.jsonl").read_bytes().splitlines():
        answer = read(EVENT_TYPES[json.loads(line)["type"]][0], line)
        assert isinstance(answer, Accepted)
        assert strangers(answer.fact) == ()


def test_the_expected_outcome_tells_the_story_of_every_customer_and_of_nobody_else():
    told = [story.customer_id for story in expected_outcome().stories]
    assert sorted(told) == sorted({event.read.customer_id for event in EVENTS})


def test_every_reason_code_is_claimed_by_an_act_or_said_not_to_be_shown():
    outcome = expected_outcome()
    assert outcome.codes.keys() | outcome.not_shown.keys() == set(CODES)
    assert outcome.codes.keys() & outcome.not_shown.keys() == set()
    assert set(outcome.codes.values()) <= {act.name for act in ACTS}


def test_every_reason_code_of_a_decision_is_the_reason_of_an_expected_row():
    outcome = expected_outcome()
    shown = {row.reason for rows in outcome.rows.values() for row in rows}
    assert outcome.codes.keys() - shown == {"recorded", "unchanged", "outdated"}  # these speak of events alone


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_the_allowlist_of_an_act_is_made_of_reserved_numbers(act):
    environment = of_worker({}, {}, act, act.days[0])
    assert all(is_reserved_number(point) for point in filter(None, environment["DISPATCHER_ALLOWLIST"].split(",")))
