"""Settings come from the environment alone; what is wrong is said all at once."""

from pathlib import Path

import pytest

from dispatcher.settings import Settings, SettingsProblems, load


def given(**variables: str) -> Settings:
    found = load({f"DISPATCHER_{name}": value for name, value in variables.items()})
    assert isinstance(found, Settings), found
    return found


def problems(**variables: str) -> dict[str, str]:
    found = load({f"DISPATCHER_{name}": value for name, value in variables.items()})
    assert isinstance(found, SettingsProblems), found
    return {problem.variable.removeprefix("DISPATCHER_"): str(problem) for problem in found.problems}


def test_an_empty_environment_calls_nobody():
    assert given().sending == "shadow"


def test_sixteen_partitions_are_the_default():
    assert given().partitions == 16


def test_the_group_waits_ten_seconds_for_a_silent_worker():
    assert given().session_timeout_s == 10.0


def test_an_empty_text_counts_as_not_given():
    assert given(PARTITIONS="").partitions == 16


def test_other_programs_variables_are_not_looked_at():
    assert isinstance(load({"PARTITIONS": "x", "KAFKA_HOME": "y"}), Settings)


def test_every_topic_name_gets_the_prefix():
    assert given(TOPIC_PREFIX="eu1.").topic("billing.due") == "eu1.billing.due"


def test_several_brokers_are_named_with_commas():
    assert given(BOOTSTRAP_SERVERS="a:9092, [::1]:9093").bootstrap_servers == "a:9092,[::1]:9093"


def test_template_folders_keep_their_order(tmp_path: Path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()

    assert given(TEMPLATES=f"{first}:{second}").templates == (first, second)


def test_allowed_addresses_compare_without_the_case_of_their_domain():
    assert given(ALLOWLIST="+4915123456789 Ada@Example.COM").allowlist == {"+4915123456789", "Ada@example.com"}


def test_a_variable_that_was_set_is_known_from_its_default():
    found = given(PARTITIONS="16")

    assert (found.is_given("DISPATCHER_PARTITIONS"), found.is_given("DISPATCHER_REPLICATION")) == (True, False)


def test_an_account_has_no_limit_of_ours_unless_one_is_given():
    terms = given(SMTP_PER_SECOND="2.5").terms
    assert (terms["twilio"].per_second, terms["smtp"].per_second) == (None, 2.5)


def test_all_wrong_variables_are_named_at_once():
    assert list(problems(PARTITIONS="many", SENDING="yes", METRICS_PORT="70000")) == [
        "METRICS_PORT",
        "PARTITIONS",
        "SENDING",
    ]


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("BOOTSTRAP_SERVERS", "localhost", "'localhost': expected host:port, several separated by commas"),
        ("BOOTSTRAP_SERVERS", "localhost:99999", "expected host:port"),
        ("APP_ID", "my app", "expected 1 to 100 letters"),
        ("PARTITIONS", "0", "expected a whole number from 1 to 1024"),
        ("PARTITIONS", "1.5", "expected a whole number"),
        ("SESSION_TIMEOUT", "nan", "expected seconds from 2 to 300"),
        ("SENDING", "ON", "expected off, shadow, allowlist or on"),
        ("POLICY", "no-such-file.toml", "expected the path of a file that can be read"),
        ("TEMPLATES", "no-such-folder", "expected folders that exist"),
        ("PUBLIC_URL", "example.com", "expected an http:// or https:// address"),
        ("TWILIO_BASE_URL", "http://h:port", "expected an http:// or https:// address"),
        ("TWILIO_PER_SECOND", "0", "expected a number from 0.1 to 10000; empty: no limit of ours"),
        ("TWILIO_ACCOUNT_SID", "AC1", "expected AC and 32 hexadecimal digits"),
        ("EMAIL_FROM", "Ada <a@example.com>", "expected an e-mail address"),
        ("CLOCK", "2026-03-02T09:00:00", "expected an ISO 8601 instant with its offset"),
        ("CLOCK_RATE", "0", "expected a number from 0.001"),
        ("KAFKA_SECURITY_PROTOCOL", "TLS", "expected PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"),
        ("LOG_LEVEL", "verbose", "expected debug, info, warning or error"),
    ],
)
def test_a_wrong_value_is_answered_by_what_was_expected(variable: str, text: str, said: str):
    assert said in problems(**{variable: text})[variable]


def test_an_allowlist_that_names_nobody_is_refused():
    assert "ALLOWLIST" in problems(SENDING="allowlist")


def test_a_wrong_entry_of_the_allowlist_is_not_repeated():
    assert "0151" not in problems(ALLOWLIST="01512345678")["ALLOWLIST"]


def test_half_a_twilio_account_is_refused_by_what_is_missing():
    assert list(problems(TWILIO_FROM="+4915123456789")) == ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"]


def test_a_mail_server_without_a_sender_is_refused():
    assert list(problems(SMTP_URL="smtp://127.0.0.1:2525")) == ["EMAIL_FROM"]


def test_sasl_without_a_user_is_refused():
    assert list(problems(KAFKA_SECURITY_PROTOCOL="SASL_SSL", KAFKA_SASL_PASSWORD="p")) == ["KAFKA_SASL_USERNAME"]


def test_a_key_without_its_certificate_is_refused(tmp_path: Path):
    key = tmp_path / "key.pem"
    key.write_text("")

    assert list(problems(KAFKA_KEY_FILE=str(key))) == ["KAFKA_CERT_FILE"]


def test_a_certificate_that_is_no_pem_is_refused_before_any_connection(tmp_path: Path):
    authority = tmp_path / "ca.pem"
    authority.write_text("no certificate")

    assert "expected PEM files" in next(
        iter(problems(KAFKA_SECURITY_PROTOCOL="SSL", KAFKA_CA_FILE=str(authority)).values())
    )


def test_the_clock_starts_where_it_is_set():
    clock = given(CLOCK="2026-03-02T09:00:00+01:00", CLOCK_RATE="60").clock

    assert clock is not None
    assert (clock.start, clock.rate) == (1_772_438_400_000, 60.0)


def test_a_rate_without_a_start_is_refused():
    assert "CLOCK_RATE" in problems(CLOCK_RATE="2")


def test_every_setting_says_where_it_came_from():
    entries = {entry.variable: entry.origin for entry in given(APP_ID="reminders").entries}

    assert (entries["DISPATCHER_APP_ID"], entries["DISPATCHER_PARTITIONS"]) == ("environment", "default")


def test_every_setting_has_a_meaning():
    assert [entry.variable for entry in given().entries if not entry.meaning or not entry.expected] == []


def test_every_default_is_itself_allowed():
    assert {entry.origin for entry in given().entries} == {"default"}
