"""Reports over HTTP: who may read them, in which forms, and what becomes of hostile names and questions."""

import csv
import io

import pytest

from dispatcher.archive.figures.register import FIGURES
from dispatcher.gateway.reports.languages import REPORT_WORDS
from tests.gateway.staff.front import Front

pytestmark = pytest.mark.asyncio
FORMS = ("", ".csv", ".json")


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
async def test_supervisors_and_auditors_read_every_report_in_every_form(front, role):
    browser = await front.signed_in(role)
    answers = {form + name: await browser.opens(f"/reports/{name}{form}") for name in FIGURES for form in FORMS}
    assert {each.status_code for each in answers.values()} == {200}


@pytest.mark.parametrize("path", ["/reports", "/reports/recovery", "/reports/overdue.csv", "/reports/overdue.json"])
async def test_agents_read_none(front, path):
    browser = await front.signed_in("agent")
    assert (await browser.opens(path)).status_code == 403


@pytest.mark.parametrize(("scopes", "status"), [(("reports:read",), 200), (("events:write",), 403)])
async def test_a_key_reads_reports_if_that_is_its_scope(front, scopes, status):
    client = Front(front.store, more=front.more | {"scopes": scopes}).site.client
    assert (await client.get("/reports/recovery.json")).status_code == status


async def test_nobody_reads_without_a_key(front):
    client = front.site.client_with({})
    assert (await client.get("/reports/recovery.json")).status_code == 401


async def test_a_report_as_json_says_what_it_counts_and_where_its_days_begin(front):
    client = front.site.client
    told = (await client.get("/reports/recovery.json?month=2026-03")).json()
    assert (told["from"], told["to"], told["zone"]) == ("2026-03-01", "2026-03-31", "UTC")
    assert told["rows"] == [
        {
            "currency": "EUR",
            "cases": 3,
            "overdue": 38_700,
            "recovered": 10_000,
            "written_off": 0,
            "taken_off": 0,
            "open": 28_700,
            "rate": 0.258398,
            "few": True,
        }
    ]
    assert told["definition"].startswith("Of what was overdue in the period")


async def test_no_cell_of_a_file_is_a_formula(front):
    client = front.site.client
    text = (await client.get("/reports/overdue.csv?month=2026-03")).text
    names = [row[0] for row in csv.reader(io.StringIO(text.lstrip("\ufeff")))][1:]
    assert sorted(names) == ["'=cmd|' /C calc'!A1", "<script>alert(1)</script>", "Ada"]


async def test_a_name_is_text_on_the_page_whatever_it_holds(front):
    browser = await front.signed_in("supervisor")
    page = (await browser.opens("/reports/overdue?month=2026-03")).text
    assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)


async def test_whoever_owes_is_a_step_away_from_their_story(front):
    browser = await front.signed_in("supervisor")
    page = (await browser.opens("/reports/overdue?month=2026-03")).text
    assert '<a href="/why/%3Cscript%3Ealert%281%29%3C%2Fscript%3E">' in page


async def test_looking_and_saving_are_recorded(front):
    browser = await front.signed_in("supervisor")
    await browser.opens("/reports/recovery")
    await browser.opens("/reports/overdue.csv")
    assert front.record()[-2:] == ["supervisor report_viewed recovery", "supervisor exported overdue"]


@pytest.mark.parametrize(
    "query",
    [
        "month=2026-13",
        "month=march",
        "from=2026-03-02&to=2026-03-01",
        "from=2026-03-02",
        "by=name",
        "month=2026-03&to=1",
    ],
)
async def test_a_question_that_is_none_is_answered_with_what_was_expected(front, query):
    client = front.site.client
    answer = await client.get(f"/reports/results.json?{query}")
    assert (answer.status_code, "expected" in answer.json()["detail"]) == (400, True)


async def test_a_page_for_a_question_that_is_none_repeats_it_as_text(front):
    browser = await front.signed_in("auditor")
    answer = await browser.opens("/reports/results?month=<script>alert(1)</script>")
    assert (answer.status_code, "<script>alert" in answer.text) == (400, False)


async def test_without_an_archive_a_report_says_so(tmp_path, front):
    bare = Front(front.store)
    browser = await bare.signed_in("auditor")
    answer = await browser.opens("/reports")
    assert (answer.status_code, "dispatcher archive" in answer.text) == (503, True)


async def test_a_chart_needs_neither_script_nor_style_of_its_own(front):
    browser = await front.signed_in("supervisor")
    page = (await browser.opens("/reports/recovery?month=2026-03")).text
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert ("style=" in drawing, "<script" in drawing, "25.8 % (n=3)" in drawing) == (False, False, True)


async def test_a_ratio_of_few_cases_is_marked_and_hatched(front):
    browser = await front.signed_in("supervisor")
    page = (await browser.opens("/reports/recovery?month=2026-03")).text
    assert ("too few cases" in page, 'fill="url(#few-recovery-1)"' in page) == (True, True)


@pytest.mark.parametrize("language", REPORT_WORDS)
async def test_every_figure_has_a_title_and_a_definition_in_every_language(language):
    words = REPORT_WORDS[language]
    assert {name for name in FIGURES if name not in words.titles} == set()
    assert {name for name in FIGURES if not (words.says.get(name) or language == "en")} == set()
    assert {name for name, figure in FIGURES.items() if not figure.definition} == set()


async def test_every_column_has_a_chinese_heading():
    names = {name for figure in FIGURES.values() for name, _ in figure.columns}
    assert names - set(REPORT_WORDS["zh-CN"].columns) == set()
