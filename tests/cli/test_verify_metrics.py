"""The checker's counts, as Prometheus reads them."""

from prometheus_client.parser import text_string_to_metric_families

from dispatcher.cli.verify_metrics import page_of, write
from dispatcher.verify.findings import Findings

FINISHED = 1_772_438_400.0


def shown() -> dict[str, float]:
    found = Findings()
    found.add("I4", "C-1", "reminders.journal[0]@7", "at night")
    found.add("I4", "C-2", "reminders.journal[0]@9", "at night")
    found.cannot_judge("a policy is not at hand")
    families = text_string_to_metric_families(page_of(found.report(), FINISHED).decode())
    return {f"{s.name}{sorted(s.labels.values())}": s.value for family in families for s in family.samples}


def test_violations_are_counted_by_invariant():
    assert shown()["dispatcher_verify_violations['I4']"] == 2


def test_an_invariant_that_holds_is_there_with_none():
    assert shown()["dispatcher_verify_violations['I5']"] == 0


def test_what_could_not_be_judged_is_no_violation():
    assert shown()["dispatcher_verify_unjudged[]"] == 1


def test_the_page_says_when_it_was_made():
    assert shown()["dispatcher_verify_finished_timestamp_seconds[]"] == FINISHED


def test_a_file_is_replaced_as_a_whole(tmp_path):
    file = tmp_path / "verify.prom"
    for page in (b"a first one, which is longer", b"second"):
        write(page, file)

    assert ([each.name for each in tmp_path.iterdir()], file.read_bytes()) == (["verify.prom"], b"second")
