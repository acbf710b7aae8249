"""`doctor` says whose secrets others on the machine may read or change."""

import pytest

from dispatcher.cli.secret_files import examine_secret_files


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "secret"
    file.write_text("nobody can guess this", "utf-8")
    return file


@pytest.mark.parametrize(
    "variable", ["DISPATCHER_SECRET_FILE", "DISPATCHER_MASTER_KEY_FILE", "DISPATCHER_KAFKA_KEY_FILE"]
)
@pytest.mark.parametrize(
    ("mode", "verdicts"), [(0o400, []), (0o440, []), (0o444, ["note"]), (0o666, ["wrong"]), (0o602, ["wrong"])]
)
def test_what_others_may_do_to_a_secret_is_told(secret, variable, mode, verdicts):
    secret.chmod(mode)
    assert [each.verdict for each in examine_secret_files({variable: str(secret)})] == verdicts


def test_it_is_told_by_the_variable_and_not_by_what_stands_there(secret):
    secret.chmod(0o644)
    (finding,) = examine_secret_files({"DISPATCHER_SECRET_FILE": str(secret)})
    assert ("DISPATCHER_SECRET_FILE" in finding.found, "guess" in finding.found) == (True, False)


def test_a_secret_that_is_no_file_is_not_looked_at():
    assert list(examine_secret_files({"DISPATCHER_SECRET": "nobody can guess this"})) == []


def test_the_doctor_looks_at_them(command, secret):
    secret.chmod(0o644)
    told = command("doctor", DISPATCHER_SECRET_FILE=str(secret), DISPATCHER_BOOTSTRAP_SERVERS="127.0.0.1:1").out
    assert "DISPATCHER_SECRET_FILE: whoever gets to the file may read it" in told
