"""What a new version of a contract may not do."""

import copy

import pytest

from schemas.evolution import breaks
from schemas.json_schema import MODELS, json_schema

OLD = json_schema("invoice.due")
JOURNAL = json_schema("journal")


def changed(document, change):
    new = copy.deepcopy(document)
    change(new["$defs"])
    return new


def without(model, field):
    return lambda models: models[model]["properties"].pop(field)


def set_on(model, field, **keywords):
    return lambda models: models[model]["properties"][field].update(keywords)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("side", ["input", "output"])
def test_a_contract_is_compatible_with_itself(name, side):
    assert breaks(json_schema(name), json_schema(name), side) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (without("InvoiceDue", "pay_url"), "$.data.pay_url was removed"),
        (without("Line", "amount"), "$.data.lines[].amount was removed"),
        (lambda models: models["InvoiceDue"]["required"].append("number"), "$.data.number is required now"),
        (
            lambda models: (
                models["InvoiceDue"]["properties"].update(branch={"type": "string"}),
                models["InvoiceDue"]["required"].append("branch"),
            ),
            "$.data.branch is new and required",
        ),
        (set_on("InvoiceDue", "amount_due", type="string"), "$.data.amount_due may no longer be integer"),
        (set_on("InvoiceDue", "number", anyOf=[{"type": "string"}]), "$.data.number may no longer be null"),
        (set_on("InvoiceDue", "kind", enum=["invoice"]), "$.data.kind may no longer hold credit_note"),
        (set_on("Document", "kind", enum=["letter"]), "$.data.documents[].kind is limited to a list now"),
        (set_on("InvoiceDue", "amount_due", minimum=1), "$.data.amount_due has a tighter minimum"),
        (set_on("InvoiceDue", "invoice_id", maxLength=20), "$.data.invoice_id has a tighter maxLength"),
        (set_on("InvoiceDue", "invoice_id", pattern="^[A-Z]"), "$.data.invoice_id has a tighter pattern"),
        (set_on("InvoiceDue", "due_on", format="date-time"), "$.data.due_on has a tighter format"),
        (set_on("InvoiceDue", "lines", maxItems=3), "$.data.lines has a tighter maxItems"),
    ],
)
def test_what_was_valid_must_stay_valid(change, named):
    assert named in breaks(OLD, changed(OLD, change), "input")


GROWTH_OF_INPUT = {
    "a new optional field": lambda models: models["InvoiceDue"]["properties"].update(branch={"type": "string"}),
    "a field no longer required": lambda models: models["InvoiceDue"]["required"].remove("due_on"),
    "a longer list of values": set_on("InvoiceDue", "kind", enum=["invoice", "credit_note", "deposit"]),
    "a lower minimum": set_on("InvoiceDue", "amount_due", minimum=-1),
    "a longer text": set_on("InvoiceDue", "invoice_id", maxLength=300),
}


@pytest.mark.parametrize("change", GROWTH_OF_INPUT.values(), ids=GROWTH_OF_INPUT)
def test_what_publishers_may_do_can_grow(change):
    assert breaks(OLD, changed(OLD, change), "input") == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (without("JournalRecord", "stage"), "$.stage was removed"),
        (lambda models: models["JournalRecord"]["required"].remove("result"), "$.result may be absent now"),
        (set_on("CauseRecord", "offset", type="string"), "$.cause.offset may now be string"),
    ],
)
def test_what_readers_rely_on_must_stay(change, named):
    assert named in breaks(JOURNAL, changed(JOURNAL, change), "output")


RESULTS = JOURNAL["$defs"]["JournalRecord"]["properties"]["result"]["enum"]
GROWTH_OF_OUTPUT = {
    "a new field": lambda models: models["JournalRecord"]["properties"].update(region={"type": "string"}),
    "a field that is always there now": lambda models: models["JournalRecord"]["required"].append("stage"),
    "a longer list of values": set_on("JournalRecord", "result", enum=[*RESULTS, "from_the_future"]),
}


@pytest.mark.parametrize("change", GROWTH_OF_OUTPUT.values(), ids=GROWTH_OF_OUTPUT)
def test_what_we_write_can_grow(change):
    assert breaks(JOURNAL, changed(JOURNAL, change), "output") == []


def test_the_values_of_a_map_are_compared():
    old = json_schema("customer.updated")
    new = changed(old, set_on("CustomerUpdated", "attributes", additionalProperties={"type": "string"}))
    assert breaks(old, new, "input") == ["$.data.attributes{} may no longer be number"]
