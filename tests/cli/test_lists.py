"""Billing lists: what a line means, what is wrong with one, and how a list and the dispatcher differ."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatcher.cli.billing_list import BillingList, billing_list
from dispatcher.cli.list_columns import BadHeader
from dispatcher.cli.list_differences import Difference, differences, stated_invoices
from schemas.codec import Accepted, read
from schemas.inbox import InvoiceStated
from schemas.state import Customer, Invoice

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
HEADER = "customer_id,invoice_id,due_on,amount,currency\n"
LINE = "C-1,R-1,2026-11-30,129.00,EUR\n"
DUE = datetime(2026, 11, 30, tzinfo=UTC).toordinal()
STATED = InvoiceStated("R-1", DUE, 12_900, "EUR", overdue=True)


def listed(text: str, *, json_lines: bool = False, as_of: datetime = NOON) -> BillingList:
    found = billing_list(text, json_lines=json_lines, as_of=as_of)
    assert isinstance(found, BillingList), found
    return found


def facts(text: str, **more) -> list[object]:
    found = listed(text, **more)
    assert found.bad == ()
    return [each.event.fact for each in found.events]


def test_a_line_states_an_invoice():
    assert facts(HEADER + LINE) == [STATED]


SAME = {
    "semicolons": "customer_id;invoice_id;due_on;amount;currency\nC-1;R-1;2026-11-30;129,00;EUR\n",
    "tabs": "customer_id\tinvoice_id\tdue_on\tamount\tcurrency\nC-1\tR-1\t2026-11-30\t129\tEUR",
    "other names": 'Customer No.,"Invoice No.",Due Date,Balance,CCY\nC-1,R-1,2026-11-30,129.00,EUR\n',
    "Chinese names": "客户编号,账单编号,到期日,金额,币种\nC-1,R-1,2026-11-30,129.00,EUR\n",
    "minor units": "customer_id,invoice_id,due_on,amount_due,currency\nC-1,R-1,2026-11-30,12900,EUR\n",
    "line ends of Windows": (HEADER + LINE).replace("\n", "\r\n"),
    "another order": "currency,amount,due_on,invoice_id,customer_id\nEUR,129.00,2026-11-30,R-1,C-1\n",
    "columns that mean nothing": "customer_id,invoice_id,due_on,amount,currency,Days\nC-1,R-1,2026-11-30,129.00,EUR,1\n",
}


@pytest.mark.parametrize("form", SAME)
def test_the_same_is_read_from_a_list_with(form):
    assert facts(SAME[form]) == [STATED]


def test_the_same_is_read_from_json_lines():
    row = {"customer_id": "C-1", "invoice_id": "R-1", "due_on": "2026-11-30", "amount_due": 12900, "currency": "EUR"}
    assert facts(json.dumps(row) + "\n\n", json_lines=True) == [STATED]


def test_columns_that_mean_nothing_are_named():
    assert listed(SAME["columns that mean nothing"]).ignored == ("Days",)


@pytest.mark.parametrize(("as_of", "overdue"), [("2026-11-30", False), ("2026-12-01", True)])
def test_an_invoice_is_overdue_after_its_due_date(as_of, overdue):
    (fact,) = facts(HEADER + LINE, as_of=datetime.fromisoformat(as_of).replace(tzinfo=UTC))
    assert fact.overdue is overdue


def test_a_line_can_say_itself_when_it_was_true():
    text = "customer_id,invoice_id,due_on,amount,currency,as_of\nC-1,R-1,2026-11-30,129.00,EUR,2026-11-15\n"
    (event,) = listed(text).events
    assert event.event.at == int(datetime(2026, 11, 15, tzinfo=UTC).timestamp()) * 1_000_000


def test_the_same_list_twice_states_the_same_events():
    assert [each.value for each in listed(HEADER + LINE).events] == [
        each.value for each in listed(HEADER + LINE).events
    ]


@pytest.mark.parametrize("other", [LINE.replace("129.00", "129.01"), LINE.replace("11-30", "11-29")])
def test_another_content_is_another_event(other):
    one, two = (listed(HEADER + each).events[0].event.id for each in (LINE, other))
    assert one != two


def test_a_later_list_with_the_same_content_is_another_statement():
    later = listed(HEADER + LINE, as_of=datetime(2026, 12, 3, tzinfo=UTC)).events[0].event
    assert later.id != listed(HEADER + LINE).events[0].event.id


BAD_LINES = {
    "no customer": (",R-1,2026-11-30,129.00,EUR\n", "customer_id", "the customer's id"),
    "a date in another form": ("C-1,R-1,30.11.2026,129.00,EUR\n", "due_on", "2026-11-30"),
    "a date that does not exist": ("C-1,R-1,2026-02-30,129.00,EUR\n", "due_on", "2026-11-30"),
    "no amount": ("C-1,R-1,2026-11-30,,EUR\n", "amount", "1249.00"),
    "an amount with its sign": ("C-1,R-1,2026-11-30,€129,EUR\n", "amount", "1249.00"),
    "an unknown currency": ("C-1,R-1,2026-11-30,129.00,EURO\n", "amount", "EUR"),
    "too many fields": ("C-1,R-1,2026-11-30,129.00,EUR,x\n", "-", "5 fields"),
    "an open quotation mark": ('C-1,"R-1,2026-11-30,129.00,EUR\n', "-", "quotation mark"),
}


@pytest.mark.parametrize("what", BAD_LINES)
def test_a_bad_line_is_named_with_its_column_and_what_was_expected(what):
    line, column, expected = BAD_LINES[what]
    (bad,) = listed(HEADER + line).bad
    assert (bad.line >= 2, bad.column) == (True, column)
    assert expected in bad.expected


def test_the_column_of_a_bad_line_is_called_as_the_list_calls_it():
    (bad,) = listed("Customer,Invoice,Due date,Balance,CCY\nC-1,R-1,soon,1,EUR\n").bad
    assert bad.column == "Due date"


def test_an_amount_with_decimals_in_minor_units_is_asked_about():
    (bad,) = listed("customer_id,invoice_id,due_on,amount_due,currency\nC-1,R-1,2026-11-30,129.00,EUR\n").bad
    assert "call the column amount" in bad.expected


@pytest.mark.parametrize("amount", ["12.345", '"12,345"'])
def test_an_amount_that_may_be_thousands_or_decimals_is_not_guessed(amount):
    (bad,) = listed(f"{HEADER}C-1,R-1,2026-11-30,{amount},EUR\n").bad
    assert (bad.column, "thousands or decimals" in bad.expected) == ("amount", True)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [('"1.249,00"', "EUR", 124_900), ("12.345", "JPY", 12_345), ("12.345", "KWD", 12_345)],
)
def test_an_amount_that_can_be_read_in_one_way_only_is_read(amount, currency, minor):
    (event,) = listed(f"{HEADER}C-1,R-1,2026-11-30,{amount},{currency}\n").events
    assert event.event.fact.amount_due == minor


def test_an_invoice_that_stands_twice_is_told_with_both_lines():
    (bad,) = listed(HEADER + LINE + LINE).bad
    assert (bad.line, "line 2" in bad.expected) == (3, True)


def test_what_is_wrong_is_told_without_what_stood_there():
    found = listed(HEADER + "Ada Example,R-1,Ada Example,Ada Example,EUR\n").bad
    assert "Ada" not in str(found)


BAD_HEADERS = {
    "nothing": ("", "is empty"),
    "no header": ("C-1,R-1,2026-11-30,129.00,EUR\n" * 2, "no column for customer_id"),
    "no currency": ("customer_id,invoice_id,due_on,amount\nC-1,R-1,2026-11-30,1\n", "no column for currency"),
    "no amount": ("customer_id,invoice_id,due_on,currency\nC-1,R-1,2026-11-30,EUR\n", "no column for amount"),
    "two of one kind": ("customer,account,invoice_id\nC-1,C-1,R-1\n", "both mean customer_id"),
    "both amounts": (
        "customer_id,invoice_id,due_on,currency,amount,amount_due\nC-1,R-1,2026-11-30,EUR,1,100\n",
        "both amount",
    ),
    "one that stands twice": (
        "customer_id,invoice_id,due_on,currency,amount,amount\nC-1,R-1,2026-11-30,EUR,1,2\n",
        "'amount' stands",
    ),
    "one that is misspelt": (
        "customer_id,invoice_id,due_on,currency,amont\nC-1,R-1,2026-11-30,EUR,1\n",
        "mean amount by 'amont'",
    ),
    "no header, without what stands there": (
        "C-1,R-1,2026-11-30,EUR,1\nC-2,R-2,2026-11-30,EUR,2\n",
        "no column for customer_id, invoice_id, due_on, currency, amount; expected",
    ),
}


@pytest.mark.parametrize("what", BAD_HEADERS)
def test_columns_that_cannot_be_used_are_told(what):
    text, said = BAD_HEADERS[what]
    found = billing_list(text, json_lines=False, as_of=NOON)
    assert isinstance(found, BadHeader)
    assert said in found.why


def ours(**changes) -> Invoice:
    return Invoice((1, "", ""), (1, "", ""), **({"due_on": DUE, "amount_due": 12_900, "currency": "EUR"} | changes))


R_1 = ("C-1", "R-1")
DIFFER = {
    "nothing": ({R_1: STATED}, {R_1: ours()}, []),
    "one that we do not know": ({R_1: STATED}, {}, [Difference("missing", *R_1)]),
    "one that is not in the list": ({}, {R_1: ours()}, [Difference("extra", *R_1)]),
    "one that is paid and not in the list": ({}, {R_1: ours(amount_due=0)}, []),
    "one that is paid": (
        {R_1: STATED},
        {R_1: ours(amount_due=0)},
        [Difference("different", *R_1, "amount_due", "12900 EUR", "0 EUR")],
    ),
    "its currency": (
        {R_1: STATED},
        {R_1: ours(currency="USD")},
        [Difference("different", *R_1, "amount_due", "12900 EUR", "12900 USD")],
    ),
    "its due date": (
        {R_1: STATED},
        {R_1: ours(due_on=DUE + 1)},
        [Difference("different", *R_1, "due_on", "2026-11-30", "2026-12-01")],
    ),
    "its kind": (
        {R_1: STATED},
        {R_1: ours(kind="credit_note")},
        [Difference("different", *R_1, "kind", "invoice", "credit_note")],
    ),
}


@pytest.mark.parametrize("what", DIFFER)
def test_list_and_dispatcher_differ_in(what):
    theirs, known, expected = DIFFER[what]
    assert list(differences(theirs, known)) == expected


@pytest.mark.parametrize(("due_on", "found"), [(DUE, ["extra"]), (DUE + 1, [])])
def test_in_a_list_of_what_is_overdue_only_that_is_missed(due_on, found):
    assert [each.kind for each in differences({}, {R_1: ours(due_on=due_on)}, overdue_at=DUE + 1)] == found


def test_neither_instalments_nor_unstated_invoices_are_compared():
    customer = Customer(invoices={"R-1": ours(), "PL/1": ours(plan="PL"), "R-2": Invoice(valued=(1, "", ""))})
    assert dict(stated_invoices("C-1", customer)) == {R_1: ours()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("\ufeff" + HEADER + LINE, "utf-8")
    os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    return path


def test_a_dry_run_prints_events_that_intake_accepts(command, file):
    ended = command("import", str(file), "--dry-run")
    (line,) = ended.out.splitlines()
    event = read("billing.overdue", line.encode())
    assert isinstance(event, Accepted)
    assert (ended.code, event.fact, event.at) == (0, STATED, int(NOON.timestamp()) * 1_000_000)


def test_as_of_says_when_the_list_was_true(command, file):
    out = command("import", str(file), "--dry-run", "--as-of", "2026-11-01").out
    assert json.loads(out)["time"] == "2026-11-01T00:00:00+00:00"


@pytest.mark.parametrize("name", ["import", "reconcile"])
def test_a_list_with_a_bad_line_ends_the_command_and_names_it(command, file, name):
    file.write_text(HEADER + LINE + "C-2,R-2,soon,1,EUR\n", "utf-8")
    ended = command(name, str(file))
    assert (ended.code, f"{file}: line 3, column due_on" in ended.err) == (2, True)


@pytest.mark.parametrize("name", ["import", "reconcile"])
def test_a_list_that_is_not_there_ends_the_command(command, tmp_path, name):
    assert command(name, str(tmp_path / "absent.csv")).code == 2


def test_a_list_in_another_encoding_ends_the_command(command, file):
    file.write_bytes((HEADER + LINE).encode("utf-16"))
    ended = command("import", str(file), "--dry-run")
    assert (ended.code, "UTF-8" in ended.err) == (2, True)


def test_the_help_says_which_columns_are_read(command):
    out = " ".join(command("import", "--help").out.split())
    assert "customer_id, invoice_id, due_on" in out
