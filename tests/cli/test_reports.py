"""`reports`, as a shell sees it: one figure, a month as files, and finance's list against the archive's."""

import csv
import json
from pathlib import Path

import pytest

from dispatcher.archive import schema
from dispatcher.archive.database import opened
from dispatcher.archive.figures.register import FIGURES
from dispatcher.cli.reports import NAMES
from dispatcher.settings import load
from schemas.inbox import InvoiceSettled, InvoiceStated
from schemas.values import to_millis
from tests.archive.journal import Topics, batch, begun, instant

KEY = load({}).archive_key
DUE = 739_660
HEADER = "customer_id,invoice_id,due_on,amount_due,currency,as_of\n"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of an archive with two overdue invoices, one of them paid in part since."""
    told = Topics()
    for number, customer in enumerate(("Ada", "Ben")):
        told.said(customer, InvoiceStated(f"R-{number}", DUE, 12_900, "EUR", overdue=True))
    told.said("Ada", InvoiceSettled("R-0", 2_900, "EUR", "payment", to_millis(instant(1440))), minutes=1440)
    address = f"sqlite:///{tmp_path / 'archive.sqlite'}"
    engine = opened(address)
    schema.migrate(engine)
    store, positions = begun(engine, KEY)
    store.write(batch(told.records, KEY), positions)
    engine.dispose()
    return address


def test_every_figure_is_a_command():
    assert set(NAMES) == set(FIGURES)


def test_a_figure_is_a_table_with_its_days(command, url):
    ended = command("reports", "recovery", "--month", "2026-03", DISPATCHER_DATABASE_URL=url)
    assert (ended.code, "Recovery rate, 2026-03-01 to 2026-03-31, days of UTC" in ended.out) == (0, True)
    assert "258.00" in ended.out
    assert "100.00" in ended.out


def test_a_figure_as_json_has_amounts_in_minor_units(command, url):
    ended = command("reports", "recovery", "--month", "2026-03", "--json", DISPATCHER_DATABASE_URL=url)
    (row,) = json.loads(ended.out)["rows"]
    assert (row["overdue"], row["recovered"]) == (25_800, 10_000)


def test_a_figure_as_csv_has_every_column(command, url):
    ended = command(
        "reports", "overdue", "--from", "2026-03-31", "--to", "2026-03-31", "--csv", DISPATCHER_DATABASE_URL=url
    )
    rows = list(csv.DictReader(ended.out.lstrip("\ufeff").splitlines()))
    assert [(row["customer_id"], row["amount"], row["days_overdue"]) for row in rows] == [
        ("Ada", "2900", "46"),
        ("Ben", "12900", "46"),
    ]


def test_the_zone_of_the_settings_cuts_the_days(command, url):
    ended = command(
        "reports", "recovery", "--json", DISPATCHER_DATABASE_URL=url, DISPATCHER_REPORT_ZONE="Asia/Shanghai"
    )
    assert json.loads(ended.out)["zone"] == "Asia/Shanghai"


def test_a_month_is_one_page_and_a_file_a_figure(command, url, tmp_path):
    out = tmp_path / "march"
    ended = command("reports", "month", "--month", "2026-03", "--out", str(out), DISPATCHER_DATABASE_URL=url)
    assert (ended.code, ended.out.strip()) == (0, str(out / "report.html"))
    assert {file.name for file in out.iterdir()} == {"report.html", *(f"{name}.csv" for name in FIGURES)}


def test_the_page_of_a_month_names_no_customer_and_needs_nothing_from_elsewhere(command, url, tmp_path):
    out = tmp_path / "march"
    command("reports", "month", "--month", "2026-03", "--out", str(out), DISPATCHER_DATABASE_URL=url)
    page = (out / "report.html").read_text("utf-8")
    assert ("Ada" in page, "R-0" in page, " src=" in page, "<link" in page) == (False, False, False, False)
    assert "Recovery rate" in page


def test_a_list_that_says_the_same_has_no_differences(command, url, tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text(
        HEADER
        + "Ada,R-0,2026-02-13,2900,EUR,2026-04-01T06:00:00Z\n"
        + "Ben,R-1,2026-02-13,12900,EUR,2026-04-01T06:00:00Z\n"
        + "Cem,R-9,2026-05-02,100,EUR,2026-04-01T06:00:00Z\n"
    )
    ended = command("reports", "compare", str(listed), "--day", "2026-03-31", DISPATCHER_DATABASE_URL=url)
    assert (ended.code, "0 differences" in ended.out) == (0, True)


def test_what_finance_lists_otherwise_is_named(command, url, tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text(HEADER + "Ada,R-0,2026-02-13,12900,EUR,\nCem,R-9,2026-02-13,100,EUR,\n")
    ended = command("reports", "compare", str(listed), "--day", "2026-03-31", "--json", DISPATCHER_DATABASE_URL=url)
    found = {(each["kind"], each["customer_id"]) for each in map(json.loads, ended.out.splitlines())}
    assert (ended.code, found) == (1, {("different", "Ada"), ("extra", "Ben"), ("missing", "Cem")})


@pytest.mark.parametrize("options", [("--month", "2026-13"), ("--from", "2026-03-01"), ("--by", "name")])
def test_a_question_that_is_none_says_what_was_expected(command, url, options):
    ended = command("reports", "results", *options, DISPATCHER_DATABASE_URL=url)
    assert (ended.code, "expected" in ended.err) == (2, True)


def test_without_an_archive_the_command_says_how_to_get_one(command, tmp_path):
    ended = command("reports", "recovery", DISPATCHER_DATA_DIR=str(tmp_path))
    assert (ended.code, "dispatcher archive" in ended.err) == (3, True)


@pytest.mark.parametrize(
    "wrong",
    [{"DISPATCHER_REPORT_ZONE": "Berlin"}, {"DISPATCHER_CONTACT_PRICES": "sms=1"}, {"DISPATCHER_BAD_DEBT_DAYS": "0"}],
)
def test_a_setting_of_the_reports_that_is_wrong_is_named(command, wrong):
    ended = command("reports", "costs", **wrong)
    assert (ended.code, next(iter(wrong)) in ended.err) == (3, True)
