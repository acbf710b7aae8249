"""What jurisdictions ask, case by case from the tables of the regulation survey, not from the preset files.

HOURS is table 3.1: channels, then the hours of weekday, Saturday, Sunday and holiday. CAPS is table 3.2.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.core.caps import Asked, limit
from dispatcher.core.jurisdictions import catalogue, chosen, read_preset, right_preset
from dispatcher.core.regimes import regime_of
from dispatcher.core.turn import turn_of
from dispatcher.core.windows import opening
from schemas.inbox import EmailPoint, PhonePoint, QuietSpan
from schemas.state import EMPTY, Contact
from schemas.values import to_millis
from tests.core.builders import CUSTOMER, DAY, HOUR, LIVE, MINUTE, POLICY, known, overdue, policy, profile

CALL, SMS, MAIL = "call_task", "sms", "email"
EVERY, PHONE_ONLY, CALLS = (CALL, SMS, MAIL), (CALL, SMS), (CALL,)
WEDNESDAY, SATURDAY, SUNDAY, NEW_YEAR = "2026-11-25", "2026-11-28", "2026-11-29", "2027-01-01"
FRIDAY_NO_HOLIDAY = "2026-11-27"

WHERE = {
    "us-reg-f": ("US", "US-CA", "America/Los_Angeles"),
    "us-ma": ("US", "US-MA", "America/New_York"),
    "us-fl": ("US", "US-FL", "America/New_York"),
    "us-wa": ("US", "US-WA", "America/Los_Angeles"),
    "au-rg96": ("AU", "AU-NSW", "Australia/Sydney"),
    "ca-on": ("CA", "CA-ON", "America/Toronto"),
    "ca-qc": ("CA", "CA-QC", "America/Toronto"),
    "in-rbi": ("IN", None, "Asia/Kolkata"),
    "cn-gbt45251": ("CN", None, "Asia/Shanghai"),
    "cn-cba": ("CN", None, "Asia/Shanghai"),
    "kr-pda": ("KR", None, "Asia/Seoul"),
    "ru-230": ("RU", "RU-MOW", "Europe/Moscow"),
    "cl-21320": ("CL", None, "America/Santiago"),
    "co-2300": ("CO", None, "America/Bogota"),
    "br-sp": ("BR", "BR-SP", "America/Sao_Paulo"),
    "br-al": ("BR", "BR-AL", "America/Maceio"),
    "br-rj": ("BR", "BR-RJ", "America/Sao_Paulo"),
    "br-es": ("BR", "BR-ES", "America/Sao_Paulo"),
    "gr-3758": ("GR", None, "Europe/Athens"),
    "it-unirec": ("IT", None, "Europe/Rome"),
    "pl-zpf": ("PL", None, "Europe/Warsaw"),
    "ro-52": ("RO", None, "Europe/Bucharest"),
    "th-dca": ("TH", None, "Asia/Bangkok"),
    "vn-18": ("VN", None, "Asia/Ho_Chi_Minh"),
    "id-pojk22": ("ID", None, "Asia/Jakarta"),
    "ph-mc18": ("PH", None, "Asia/Manila"),
    "za-cfdc": ("ZA", None, "Africa/Johannesburg"),
    "uk-conc": ("GB", None, "Europe/London"),
    "uk-breathing": ("GB", None, "Europe/London"),
}
HOLIDAY = dict.fromkeys(WHERE, NEW_YEAR) | {"in-rbi": "2027-01-26"}

HOURS = {
    "us-reg-f": (EVERY, "08:00-21:00", "08:00-21:00", "08:00-21:00", "08:00-21:00"),
    "us-ma": (EVERY, "08:00-21:00", "08:00-21:00", "08:00-21:00", "08:00-21:00"),
    "us-fl": (PHONE_ONLY, "08:00-21:00", "08:00-21:00", "08:00-21:00", "08:00-21:00"),
    "us-wa": (EVERY, "08:00-21:00", "08:00-21:00", "08:00-21:00", "08:00-21:00"),
    "au-rg96": (PHONE_ONLY, "07:30-21:00", "09:00-21:00", "09:00-21:00", None),
    "ca-on": (EVERY, "07:00-21:00", "07:00-21:00", "13:00-17:00", None),
    "ca-qc": (EVERY, "08:00-20:00", "08:00-20:00", None, None),
    "in-rbi": (EVERY, "08:00-19:00", "08:00-19:00", "08:00-19:00", "08:00-19:00"),
    "cn-gbt45251": (EVERY, "08:00-22:00", "08:00-22:00", "08:00-22:00", "08:00-22:00"),
    "cn-cba": (EVERY, "08:00-22:00", "08:00-22:00", "08:00-22:00", "08:00-22:00"),
    "kr-pda": (EVERY, "08:00-21:00", "08:00-21:00", "08:00-21:00", "08:00-21:00"),
    "ru-230": (EVERY, "08:00-22:00", "09:00-20:00", "09:00-20:00", "09:00-20:00"),
    "cl-21320": (EVERY, "08:00-20:00", "08:00-20:00", None, None),
    "co-2300": (EVERY, "07:00-19:00", "08:00-15:00", None, None),
    "br-sp": (CALLS, "08:00-20:00", "08:00-14:00", None, None),
    "br-al": (PHONE_ONLY, "08:00-20:00", "08:00-14:00", None, None),
    "br-rj": (CALLS, "09:00-19:00", None, None, None),
    "br-es": (CALLS, "08:00-19:00", None, None, None),
    "gr-3758": (EVERY, "09:00-20:00", None, None, None),
    "it-unirec": (EVERY, "08:30-21:00", "08:30-15:00", None, None),
    "pl-zpf": (EVERY, "06:00-22:00", None, None, None),
    "ro-52": (EVERY, "09:00-20:00", None, None, None),
    "th-dca": (EVERY, "08:00-20:00", "08:00-18:00", "08:00-18:00", "08:00-18:00"),
    "vn-18": (EVERY, "07:00-21:00", "07:00-21:00", "07:00-21:00", "07:00-21:00"),
    "id-pojk22": (EVERY, "08:00-20:00", "08:00-20:00", None, None),
    "ph-mc18": (EVERY, "06:00-22:00", "06:00-22:00", "06:00-22:00", "06:00-22:00"),
    "za-cfdc": (EVERY, "06:00-21:00", "06:00-21:00", None, None),
}


@dataclass(frozen=True)
class Row:
    """At most `most` of what `counts` by `channels` in `hours`; `spares` are outcomes that are not counted.

    `apart`: something of another debt, creditor or contact point that does not count, None where everything does.
    """

    channels: tuple[str, ...]
    most: int
    hours: int
    counts: str = "conversation"
    spares: tuple[str, ...] = ()
    apart: str | None = None


WEEK, MONTH, CALENDAR_DAY = 7 * 24, 31 * 24, 0
CAPS = {
    "us-reg-f": [Row(CALLS, 7, WEEK, "unanswered", (), "debt")],
    "us-ma": [Row(PHONE_ONLY, 2, WEEK, "unanswered", (), "debt")],
    "us-wa": [Row(EVERY, 3, WEEK, "unanswered")],
    "ca-on": [Row((CALL, MAIL), 3, WEEK, "reached", ("unanswered",), "creditor")],
    "au-rg96": [
        Row(EVERY, 3, WEEK, "reached", ("unanswered",), "creditor"),
        Row(EVERY, 10, MONTH, "reached", ("unanswered",), "creditor"),
    ],
    "cn-gbt45251": [Row(CALLS, 3, CALENDAR_DAY, "conversation", ("unanswered",))],
    "cn-cba": [Row(CALLS, 6, CALENDAR_DAY, "unanswered", (), "point")],
    "kr-pda": [Row(EVERY, 7, WEEK, "reached", (), "debt")],
    "th-dca": [Row(EVERY, 1, CALENDAR_DAY, "reached")],
    "vn-18": [Row(EVERY, 5, CALENDAR_DAY, "claimed")],
    "ru-230": [
        Row(CALLS, 1, CALENDAR_DAY, "conversation", ("unanswered",)),
        Row(CALLS, 2, WEEK, "conversation", ("unanswered",)),
        Row(CALLS, 8, MONTH, "conversation", ("unanswered",)),
        Row((SMS, MAIL), 2, CALENDAR_DAY, "claimed"),
        Row((SMS, MAIL), 4, WEEK, "claimed"),
        Row((SMS, MAIL), 16, MONTH, "claimed"),
    ],
    "cl-21320": [Row(CALLS, 1, WEEK, "reached"), Row((SMS, MAIL), 2, WEEK, "claimed")],
    "co-2300": [Row(EVERY, 1, CALENDAR_DAY, "reached")],
    "gr-3758": [Row(CALLS, 1, 48, "unanswered")],
    "it-unirec": [
        Row(CALLS, 1, CALENDAR_DAY, "conversation", ("unanswered",)),
        Row(CALLS, 3, WEEK, "conversation", ("unanswered",)),
    ],
}
PAUSES = {  # after what, by which channel: which channels rest, hours
    "us-reg-f": [("conversation", CALL, CALLS, WEEK)],
    "co-2300": [
        ("reached", SMS, (MAIL, CALL), WEEK),
        ("reached", MAIL, (SMS, CALL), WEEK),
        ("reached", CALL, (SMS, MAIL), WEEK),
    ],
    "cl-21320": [("claimed", SMS, (SMS, MAIL), 48)],
}
BINDS_CREDITORS = {  # "First-party creditors: Reg F, WA, ON do not bind; MA, FL, AU, CL, CO, TH, ID, IN, CN do."
    **dict.fromkeys(("us-reg-f", "us-wa", "ca-on"), False),
    **dict.fromkeys(("us-ma", "us-fl", "au-rg96", "cl-21320", "co-2300", "th-dca", "id-pojk22", "in-rbi"), True),
    **dict.fromkeys(("cn-gbt45251", "cn-cba"), True),
}
STATUS = {  # what the survey says of standing and sources; never C
    "us-reg-f": ("law", "A", "2021-11-30"),
    "us-fl": ("law", "A", "2025-05-16"),
    "au-rg96": ("guideline", "A", "2021-04-13"),
    "it-unirec": ("self_regulation", "B", None),
    "cn-cba": ("self_regulation", "B", "2026-01-30"),
    "kr-pda": ("law", "A", "2024-10-17"),
    "ru-230": ("law", "A", "2017-01-01"),
    "cl-21320": ("law", "B", "2021-04-20"),
    "co-2300": ("law", "B", "2023-10-10"),
    "br-sp": ("law", "A", "2014-05-23"),
    "uk-breathing": ("law", "A", "2021-05-04"),
    "in-rbi": ("law", "A", "2022-08-12"),
}

WORK = (EmailPoint("jo@work.example", "work"),)
ALWAYS = '["00:00-24:00"]'
OPEN = POLICY[: POLICY.index("[windows.sms]")] + "".join(
    f"[windows.{channel}]\nweekday = {ALWAYS}\nsaturday = {ALWAYS}\nsunday = {ALWAYS}\nholiday = {ALWAYS}\n"
    for channel in EVERY
)


def open_policy(*presets):
    """A policy of a third party that allows everything at any hour: what stops a contact is a preset."""
    return policy((POLICY, open_text(*presets)))


def open_text(*presets):
    text = OPEN.replace("min_gap_hours = 20", "min_gap_hours = 0")
    text = text.replace('country = "GB"\n', 'country = "GB"\nparty = "third_party"\n')
    return f"presets = {list(presets)}\n".replace("'", '"') + text


def resident(name, **changes):
    country, region, zone = WHERE[name]
    return profile(**{"country": country, "region": region, "timezone": zone, "phones": (), **changes})


def regime(name, now, creditor="third_party", phase="overdue", presets=None, **changes):
    rules = open_policy(*(presets or (name,)))
    turn = turn_of(CUSTOMER, EMPTY, rules, now, LIVE)
    turn.profile = resident(name, **changes)
    turn.begin()
    return regime_of(turn, turn.profile, creditor, phase)


def instant(name, day, clock, minutes=0):
    begins = datetime.fromisoformat(f"{day} 00:00").replace(tzinfo=ZoneInfo(WHERE[name][2]))
    hours, rest = map(int, clock.split(":"))
    return to_millis(begins + timedelta(hours=hours, minutes=rest + minutes))


def is_open(name, channel, now, **changes):
    found, clocks = regime(name, now, **changes)
    span = opening(found.windows[channel], clocks, (), now, 0)
    return span is not None and span.start <= now


def days(name):
    return zip((WEDNESDAY, SATURDAY, SUNDAY, HOLIDAY[name]), HOURS[name][1:], strict=True)


HOUR_CASES = [
    (name, channel, day, hours) for name in HOURS for channel in HOURS[name][0] for day, hours in days(name) if hours
]
CLOSED_CASES = [
    (name, channel, day) for name in HOURS for channel in HOURS[name][0] for day, hours in days(name) if not hours
]


@pytest.mark.parametrize(("name", "channel", "day", "hours"), HOUR_CASES)
def test_the_hours_begin_and_end_to_the_minute(name, channel, day, hours):
    start, end = hours.split("-")
    found = [
        is_open(name, channel, instant(name, day, clock, shift))
        for clock, shift in ((start, -1), (start, 0), (start, 1), (end, -1), (end, 0), (end, 1))
    ]
    assert found == [False, True, True, True, False, False]


@pytest.mark.parametrize(("name", "channel", "day"), CLOSED_CASES)
def test_on_a_closed_day_nothing_is_allowed(name, channel, day):
    assert not any(is_open(name, channel, instant(name, day, f"{hour:02d}:30")) for hour in range(24))


@pytest.mark.parametrize("name", HOURS)
def test_channels_that_the_row_does_not_name_are_free(name):
    night = instant(name, WEDNESDAY, "03:00")
    assert {channel for channel in EVERY if not is_open(name, channel, night)} == set(HOURS[name][0])


def test_there_are_cases_for_every_preset():
    assert set(WHERE) == set(catalogue())


# --- Caps ---------------------------------------------------------------------------------------------------------------

CAP_CASES = [
    (name, index, channel) for name in CAPS for index, row in enumerate(CAPS[name]) for channel in row.channels
]
ASKED = Asked(CALL, "default", ("I-1",), "p")
OTHER = {"debt": {"invoice_ids": ("I-9",)}, "creditor": {"creditor_id": "other"}, "point": {"point": "q"}}


def entries(count, now, channel, became, spacing, **changes):
    """So many contacts, the latest one `spacing` ago, the others as far from each other."""
    facts = {"stage": "s", "creditor_id": "default", "invoice_ids": ("I-1",), "point": "p", **changes}
    return tuple(
        Contact(f"x{n}.1", now - n * spacing, channel, became=became, became_at=now - n * spacing, **facts)
        for n in range(count, 0, -1)
    )


def stops(name, row, ledger, channel, now):
    """Whether a cap of the row's own size stands in the way."""
    found, clocks = regime(name, now)
    caps = [
        cap for cap in found.caps if cap.max == row.most and cap.code == "cap" and set(row.channels) <= cap.channels
    ]
    asked = Asked(channel, ASKED.creditor_id, ASKED.invoice_ids, ASKED.point)
    return limit(caps, ledger, asked, clocks, now, ()) is not None


@pytest.mark.parametrize(("name", "index", "channel"), CAP_CASES)
def test_a_cap_allows_the_last_and_not_one_more(name, index, channel):
    """S15"""
    row, now = CAPS[name][index], instant(name, FRIDAY_NO_HOLIDAY, "16:00")
    spacing = (row.hours or 6) * HOUR // (row.most + 1)
    found = [
        stops(name, row, entries(count, now, channel, row.counts, spacing), channel, now)
        for count in (row.most - 1, row.most, row.most + 1)
    ]
    assert found == [False, True, True]


@pytest.mark.parametrize(("name", "index", "channel"), CAP_CASES)
def test_a_cap_ends_with_its_window(name, index, channel):
    row, now = CAPS[name][index], instant(name, FRIDAY_NO_HOLIDAY, "16:00")
    ends = instant(name, FRIDAY_NO_HOLIDAY, "00:00") if row.hours == CALENDAR_DAY else now
    made = entries(row.most, ends - (row.hours or 1) * HOUR, channel, row.counts, 0)
    found = [stops(name, row, made, channel, moment) for moment in (ends - MINUTE, ends)]
    assert found == [True, False]


@pytest.mark.parametrize(
    ("name", "index", "became"),
    [(name, n, each) for name in CAPS for n, row in enumerate(CAPS[name]) for each in row.spares],
)
def test_what_the_row_does_not_count_is_not_counted(name, index, became):
    row, now = CAPS[name][index], instant(name, FRIDAY_NO_HOLIDAY, "16:00")
    assert not stops(name, row, entries(row.most + 1, now, row.channels[0], became, MINUTE), row.channels[0], now)


@pytest.mark.parametrize(
    ("name", "index"), [(name, n) for name in CAPS for n, row in enumerate(CAPS[name]) if row.apart]
)
def test_what_lies_outside_the_scope_is_not_counted(name, index):
    row, now = CAPS[name][index], instant(name, FRIDAY_NO_HOLIDAY, "16:00")
    elsewhere = entries(row.most + 1, now, row.channels[0], row.counts, MINUTE, **OTHER[row.apart])
    assert not stops(name, row, elsewhere, row.channels[0], now)


@pytest.mark.parametrize(
    ("name", "became", "by", "channel", "hours"),
    [
        (name, became, by, channel, hours)
        for name in PAUSES
        for became, by, resting, hours in PAUSES[name]
        for channel in resting
    ],
)
def test_a_pause_lasts_its_hours_to_the_minute(name, became, by, channel, hours):
    now = instant(name, FRIDAY_NO_HOLIDAY, "16:00")
    found, clocks = regime(name, now)
    pauses = [cap for cap in found.caps if cap.code in ("cool_down", "min_gap")]
    asked = Asked(channel, "default", ("I-1",), "p")
    stopped = [
        limit(pauses, entries(1, now, by, became, ago), asked, clocks, now, ()) is not None
        for ago in (MINUTE, hours * HOUR - MINUTE, hours * HOUR, hours * HOUR + MINUTE)
    ]
    assert stopped == [True, True, False, False]


def test_a_call_of_the_customer_starts_the_pause_of_regulation_f_too():
    now = instant("us-reg-f", WEDNESDAY, "16:00")
    found, clocks = regime("us-reg-f", now)
    rung = entries(1, now, CALL, "conversation", DAY, inbound=True)
    assert limit(found.caps, rung, ASKED, clocks, now, ()).rule == "presets.us-reg-f.cooldowns.after_conversation"


# --- Whom, when, where --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BINDS_CREDITORS)
def test_a_preset_binds_first_party_creditors_or_not(name):
    found, _ = regime(name, instant(name, WEDNESDAY, "12:00"), "creditor")
    assert bool(found.presets) == BINDS_CREDITORS[name]


@pytest.mark.parametrize("name", WHERE)
def test_a_preset_leaves_reminders_before_the_due_date_alone(name):
    assert regime(name, instant(name, WEDNESDAY, "12:00"), phase="pre_due")[0].presets == ()


@pytest.mark.parametrize("name", WHERE)
def test_a_preset_is_for_consumers(name):
    noon = instant(name, WEDNESDAY, "12:00")
    found = [regime(name, noon, party=party)[0].presets for party in ("consumer", "business")]
    assert [bool(each) for each in found] == [True, False]


@pytest.mark.parametrize("name", STATUS)
def test_a_preset_says_how_it_stands(name):
    text = catalogue()[name].text
    begins = None if text.effective_from is None else text.effective_from.isoformat()
    assert (text.status, text.confidence, begins) == STATUS[name]


@pytest.mark.parametrize("name", [name for name, (_, _, begins) in STATUS.items() if begins])
def test_a_preset_applies_from_its_day_on(name):
    begins = datetime.fromisoformat(STATUS[name][2])
    before = (begins - timedelta(days=1)).date().isoformat()
    found = [regime(name, instant(name, day, "12:00"))[0].presets for day in (before, STATUS[name][2])]
    assert [bool(each) for each in found] == [False, True]


def test_another_place_is_not_concerned():
    noon = instant("us-ma", WEDNESDAY, "12:00")
    assert regime("us-ma", noon, region="US-CA")[0].presets == ()


def test_an_unknown_region_may_be_any_of_its_country():
    noon = instant("us-ma", WEDNESDAY, "12:00")
    assert regime("us-ma", noon, region=None)[0].presets != ()


def test_the_area_code_of_a_phone_has_a_say():
    noon = instant("us-fl", WEDNESDAY, "12:00")
    found = [
        bool(regime("us-fl", noon, region="US-CA", phones=(PhonePoint(number, "mobile"),))[0].presets)
        for number in ("+13055550100", "+14155550100")
    ]
    assert found == [True, False]


def test_a_phone_from_another_country_has_a_say():
    noon = instant("uk-breathing", WEDNESDAY, "12:00")
    phones = (PhonePoint("+447700900001", "mobile"),)
    assert regime("uk-breathing", noon, country="DE", phones=phones)[0].presets != ()


def test_the_hours_hold_on_the_clock_of_the_phone_as_well():
    phones = (PhonePoint("+14155550100", "mobile"),)
    morning = {clock: instant("us-ma", WEDNESDAY, clock) for clock in ("08:00", "10:59", "11:00")}
    found = [is_open("us-ma", CALL, each, phones=phones) for each in morning.values()]
    assert found == [False, False, True]  # eleven in Boston is eight in San Francisco


def test_hours_compose_by_intersection():
    def open_at(clock):
        return is_open("us-ma", SMS, instant("us-ma", WEDNESDAY, clock), presets=("us-ma", "gr-3758"), phones=GREEK)

    found = [open_at(clock) for clock in ("08:59", "09:00", "12:59", "13:00")]  # 13:00 in Boston is 20:00 in Athens
    assert found == [False, True, True, False]


GREEK = (PhonePoint("+306912345678", "mobile"),)


def test_caps_compose_by_the_smallest():
    now = instant("us-ma", WEDNESDAY, "16:00")
    found, clocks = regime("us-ma", now, presets=("us-ma", "us-reg-f"))
    made = entries(2, now, CALL, "unanswered", HOUR)
    assert limit(found.caps, made, ASKED, clocks, now, ()).rule == "presets.us-ma.caps.calls_and_texts_7d"


def test_a_name_stands_for_all_presets_below_it():
    assert chosen(("cn", "uk-conc")) == (("cn-cba", "cn-gbt45251", "uk-conc"), ())


def test_a_policy_without_presets_has_none():
    assert policy().presets == ()


def test_the_hash_of_a_policy_changes_with_what_its_presets_say():
    assert len({open_policy(*names).hash for names in ((), ("us-ma",), ("us-fl",))}) == 3


WRONG = {
    "nothing": "",
    "an unknown key": 'title = "x"\nstatus = "law"\nconfidence = "A"\ncites = ["x"]\nplaces = ["US"]\nhours = 1',
    "a rumour": 'title = "x"\nstatus = "law"\nconfidence = "C"\ncites = ["x"]\nplaces = ["US"]',
    "no source": 'title = "x"\nstatus = "law"\nconfidence = "A"\ncites = []\nplaces = ["US"]',
    "no TOML": "title",
    "never in force": 'title = "x"\nstatus = "law"\nconfidence = "A"\ncites = ["x"]\nplaces = ["US"]\n'
    "effective_from = 2026-01-01\neffective_until = 2025-01-01",
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_preset_is_refused(what):
    found = read_preset("x", WRONG[what])
    assert isinstance(found, tuple)
    assert len(found) == 1


# --- In the life of a customer ------------------------------------------------------------------------------------------


def test_a_contact_outside_the_hours_names_the_rule_and_the_clock():
    phones = (PhonePoint("+16175550100", "mobile"),)
    story = known(open_policy("us-ma"), "2026-03-11 02:00", **vars_of("us-ma"), phones=phones)
    story.hear(overdue(due_on="2026-03-06"))
    record = story.records[-1]
    assert (record.result, record.reasons[0].rule, record.next_at.isoformat()) == (
        "deferred",
        "presets.us-ma.windows.sms.weekday",
        "2026-03-11T12:00:00+00:00",
    )
    assert record.reasons[0].inputs == {
        "zone": "America/New_York",
        "zone_from": "stated",
        "zone_confidence": "high",
    }


def test_a_cap_of_a_preset_names_its_rule():
    story = known(open_policy("co-2300"), "2026-03-11 15:00", **vars_of("co-2300"))
    story.hear(overdue("I-1"))
    story.until("2026-03-11 15:30").hear(overdue("I-2"))
    assert story.records[-1].reasons[0].rule == "presets.co-2300.caps.day"


def test_greek_debtors_are_left_alone_for_ten_days():
    story = known(open_policy("gr-3758"), "2026-03-11 10:00", **vars_of("gr-3758"))
    story.hear(overdue())
    record = story.records[-1]
    assert (record.result, record.reasons[0].code, record.reasons[0].rule) == (
        "deferred",
        "too_early",
        "presets.gr-3758.not_before_days_overdue",
    )


def test_on_the_tenth_day_a_greek_debtor_hears_of_it():
    rules = policy((POLICY, open_text("gr-3758").replace("until = { working_days = 5 }\n", "")))
    story = known(rules, "2026-03-15 10:00", **vars_of("gr-3758"), phones=())
    story.hear(overdue("I-1", "2026-03-10"))
    story.until("2026-03-22 00:00")
    assert [claim.claimed_at for claim in story.claims] == [instant("gr-3758", "2026-03-20", "09:00")]


def test_a_message_to_an_american_debtor_says_how_to_opt_out():
    story = known(open_policy("us-reg-f"), "2026-03-11 18:00", **vars_of("us-reg-f"))
    story.hear(overdue())
    assert [claim.opt_out_line for claim in story.claims] == [True]


def test_a_consumer_is_never_written_to_at_work():
    for preset in catalogue().values():
        assert set(preset.text.forbidden_contact_points) <= {"work_email", "work_phone"}
    story = known(open_policy("us-reg-f"), "2026-03-11 18:00", **vars_of("us-reg-f") | {"emails": WORK, "phones": ()})
    story.hear(overdue())
    assert story.verdict[:2] == ("suppressed", "no_reachable_channel")


def vars_of(name):
    country, region, zone = WHERE[name]
    return {"country": country, "region": region, "timezone": zone}


# --- Laws ---------------------------------------------------------------------------------------------------------------


@given(
    st.sampled_from(sorted(HOURS)),
    st.sampled_from(EVERY),
    st.integers(instant("us-ma", WEDNESDAY, "00:00") // MINUTE, instant("us-ma", "2027-11-25", "00:00") // MINUTE),
)
def test_no_composition_opens_what_one_of_its_parts_closes(name, channel, minute):
    now = minute * MINUTE
    if is_open(name, channel, now, presets=tuple(HOURS)):
        assert is_open(name, channel, now)


def test_a_channel_has_its_hours_in_a_preset_once():
    hours = '[[windows]]\nweekday = []\nsaturday = []\nsunday = []\nholiday = []\nchannels = ["sms"]\n'
    text = 'title = "x"\nstatus = "law"\nconfidence = "A"\ncites = ["x"]\nplaces = ["US"]\n' + hours + hours
    assert [each.path for each in read_preset("x", text)] == ["windows[1].channels"]


def test_a_shipped_preset_that_is_wrong_is_a_fault_that_names_its_file():
    with pytest.raises(ValueError, match=r"presets/x\.toml"):
        right_preset("x", WRONG["nothing"])


def test_a_number_of_no_known_country_changes_no_clock():
    story = known(
        open_policy("us-ma"), "2026-03-11 15:00", **vars_of("us-ma"), phones=(PhonePoint("+999123456", "mobile"),)
    )
    story.hear(overdue(due_on="2026-03-06"))
    assert [each.stage.id for each in story.claims] == ["first"]


def test_hours_that_the_customer_keeps_free_are_the_policys_rule_where_every_preset_is_open():
    story = known(
        open_policy("us-ma"), "2026-03-11 16:00", **vars_of("us-ma"), quiet_hours=(QuietSpan(11 * 60, 14 * 60),)
    )
    story.hear(overdue(due_on="2026-03-06"))
    reason = story.records[-1].reasons[0]
    assert (reason.code, reason.rule) == ("quiet_hours", "windows.sms.weekday")
