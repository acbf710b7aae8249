"""`bounces ingest` reads files where they are, says what each reports, and writes nothing that nobody reported."""

import json
from pathlib import Path

REPORTS = Path(__file__).parents[1] / "channels" / "reports"
NOWHERE = {"DISPATCHER_BOOTSTRAP_SERVERS": "127.0.0.1:1"}


def test_a_mail_that_is_no_report_is_named_and_needs_no_kafka(command):
    ended = command("bounces", "ingest", str(REPORTS / "vacation.eml"), "--json", **NOWHERE)

    assert ended.code == 1
    assert json.loads(ended.out)["says"] == "not a report: no multipart/report"


def test_a_report_comes_from_stdin_too(command):
    ended = command("bounces", "ingest", "-", "--json", stdin=(REPORTS / "not_spam.eml").read_bytes(), **NOWHERE)

    assert (ended.code, json.loads(ended.out)) == (0, {"mail": "stdin", "says": "arrived", "written": 0})


def test_a_folder_is_read_without_what_is_hidden_or_unfinished(command, tmp_path):
    for name in ("cur/1", "tmp/2", ".index", "new/3"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((REPORTS / "not_spam.eml").read_bytes())

    ended = command("bounces", "ingest", str(tmp_path), "--json", **NOWHERE)

    assert [json.loads(line)["mail"] for line in ended.out.splitlines()] == ["cur/1", "new/3"]


def test_what_cannot_be_read_is_named(command, tmp_path):
    ended = command("bounces", "ingest", str(tmp_path / "none.eml"))

    assert (ended.code, "none.eml: No such file" in ended.err) == (2, True)


def test_without_kafka_a_bounce_is_not_said_to_be_written(command):
    ended = command("bounces", "ingest", str(REPORTS / "postfix_unknown.eml"), **NOWHERE)

    assert (ended.code, ended.out) == (5, "")


def test_no_address_is_shown(command):
    ended = command("bounces", "ingest", str(REPORTS), **NOWHERE)

    assert "@" not in ended.out + ended.err
