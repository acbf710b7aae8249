import pytest

from dispatcher.messages.catalogue import BUILT_IN
from dispatcher.messages.facts import listed_facts, matter_of, shared_facts
from dispatcher.messages.sample_facts import bare, full, usual
from dispatcher.messages.vocabulary import KINDS, LISTED, SHARED
from tests.messages.samples import claim, invoice


@pytest.fixture
def facts(templates, policy):
    said = claim("email")
    creditor = policy.creditors["default"]
    piece = templates._catalogue.find("en", "notice", "overdue", "email")
    matter = matter_of(said)
    return shared_facts(said, creditor, matter, piece), listed_facts(
        said, creditor, matter, piece, bill=True, minimum=policy.minimum
    )


def test_the_table_of_variables_is_what_templates_get(facts):
    assert [set(each) for each in facts] == [set(SHARED), set(LISTED)]


@pytest.mark.parametrize("sample", [bare("overdue"), full("overdue"), usual("overdue", 3)])
def test_templates_are_tried_with_every_variable_there_is(facts, sample):
    assert {name: type(value) for name, value in sample.items()} == {
        name: type(value) for name, value in (facts[0] | facts[1]).items()
    }


def test_templates_are_tried_with_invoices_as_they_are(facts):
    assert set(full("overdue")["invoices"][0]) == set(facts[1]["invoices"][0])


def plain(value):
    if isinstance(value, dict):
        return all(isinstance(name, str) and plain(each) for name, each in value.items())
    return isinstance(value, str | int) or (isinstance(value, list) and all(plain(each) for each in value))


def test_templates_see_plain_values_alone(facts):
    assert plain(facts[0] | facts[1])


def test_numbers_of_invoices_stand_for_missing_ones(templates, policy):
    text = templates.render(claim("sms", invoices=(invoice(number=None),)), policy).text
    assert "invoice I-0" in text


@pytest.mark.parametrize(("name", "meaning"), [*SHARED.items(), *LISTED.items()])
def test_every_variable_is_explained_to_authors_of_templates(name, meaning):
    assert f"| `{name}` | {meaning} |" in (BUILT_IN / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_block_and_layout_is_explained_to_authors_of_templates(kind):
    readme = (BUILT_IN / "README.md").read_text(encoding="utf-8")
    assert [name for name in (*kind.blocks, *kind.layouts) if f"`{name}`" not in readme] == []
