"""`why` out of the archive: told without Kafka, with what events said, and how fresh that is."""

import json
from pathlib import Path

import pytest

from dispatcher.archive import schema
from dispatcher.archive.database import FILE, opened
from dispatcher.local.ports import free_ports
from dispatcher.settings import Settings, load
from schemas.inbox import PromiseMade
from schemas.journal import CauseRecord, Reason
from schemas.texts import SentText
from tests.archive.journal import Topics, archived, instant
from tests.cli.conftest import Command, Ended

TEXT = "Please pay 129.00 EUR."
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def why(command: Command, tmp_path: Path):
    """Calls the command where there is an archive, and no Kafka."""
    told = Topics()
    told.said("Ada", PromiseMade("P", ("R-1",), 12_900, "EUR", 739_710), event_id="promise")
    told.noted("Ada", "promise.made", invoice_ids=("R-1",), cause=CauseRecord("t", 0, 0, "/desk", "promise"))
    promised = (Reason("promise", "promises"),)
    told.decided("Ada", "suppressed", minutes=1, invoice_ids=("R-1",), reasons=promised, next_at=instant(9000))
    told.claimed("Ada", "ct-1.1", minutes=9000, invoice_ids=("R-2",), trace=TRACE)
    told.sent("Ada", SentText("ct-1.1", "sms", TEXT), minutes=9000)
    engine = opened(f"sqlite:///{tmp_path / FILE}")
    schema.migrate(engine)
    settings = load({})
    assert isinstance(settings, Settings)
    archived(engine, told.records, key=settings.archive_key)
    engine.dispose()
    nowhere = f"127.0.0.1:{free_ports(1)[0]}"

    def call(*arguments: str, folder: Path = tmp_path) -> Ended:
        return command("why", *arguments, DISPATCHER_DATA_DIR=str(folder), DISPATCHER_BOOTSTRAP_SERVERS=nowhere)

    return call


def test_the_archive_is_told_with_what_events_said_and_what_proves_the_words(why):
    ended = why("Ada", "--from", "archive")
    assert ended.code == 0
    assert "amount=12900, currency=EUR, promised_on=2026-04-04" in ended.out
    assert "sms sha256=" in ended.out


def test_what_goes_back_to_a_traced_event_names_the_id_by_which_it_is_found(why):
    (line,) = [each for each in why("Ada", "--from", "archive").out.splitlines() if "(trace " in each]
    assert "claimed" in line
    assert "(trace 0af7651916cd43dd8448eb211c80319c)" in line


def test_no_words_are_shown(why):
    assert TEXT not in why("Ada", "--from", "archive").out + why("Ada", "--from", "archive", "--json").out


def test_it_says_what_it_was_told_from_and_how_fresh_that_is(why):
    ended = why("Ada", "--from", "archive")
    assert "told from the archive, written up to 2026-03-08 15:00:00Z" in ended.out


def test_what_is_planned_is_as_it_was_recorded(why):
    answer = json.loads(why("Ada", "--from", "archive", "--at", "2026-03-03", "--json").out)
    assert [each["earliest"] for each in answer["next"]["planned"]] == ["2026-03-08T15:00:00Z"]
    assert answer["origin"]["source"] == "archive"


def test_it_ends_with_the_instant_that_was_asked_for(why):
    answer = json.loads(why("Ada", "--from", "archive", "--at", "2026-03-02T09:00:30", "--json").out)
    assert [each["result"] for each in answer["happened"]] == ["recorded"]


def test_an_invoice_leaves_out_the_others(why):
    answer = json.loads(why("Ada", "--from", "archive", "--invoice", "R-2", "--json").out)
    assert [each["result"] for each in answer["happened"]] == ["claimed"]


def test_where_kafka_does_not_answer_the_archive_is_told_unasked(why):
    answer = json.loads(why("Ada", "--json").out)
    assert answer["origin"] == {"source": "archive", "written_up_to": "2026-03-08T15:00:00Z"}


def test_the_topics_are_told_when_they_are_asked_for(why):
    assert why("Ada", "--from", "topics").code == 5


def test_a_stranger_is_unknown_to_the_archive(why):
    ended = why("Ben", "--from", "archive")
    assert (ended.code, "nothing is known of customer 'Ben'" in ended.err) == (1, True)


def test_where_there_is_no_archive_it_says_what_to_do(why, tmp_path):
    ended = why("Ada", "--from", "archive", folder=tmp_path / "empty")
    assert (ended.code, "--from topics" in ended.err) == (3, True)


def test_another_source_is_no_source(why):
    assert why("Ada", "--from", "memory").code == 2
