"""The live run's rules are those of the installation, and only their times differ."""

import pytest
import yaml

from tests.live.shortened import shortened


def short(tmp_path, expr: str, **more: str) -> dict[str, str]:
    file = tmp_path / "rules.yml"
    file.write_text(
        yaml.safe_dump({"groups": [{"name": "g", "rules": [{"alert": "A", "expr": expr, **more}]}]}), "utf-8"
    )
    (rule,) = shortened(file)["groups"][0]["rules"]
    return rule


def test_a_window_is_shorter(tmp_path):
    assert short(tmp_path, "increase(x_total[15m]) > 0")["expr"] == "increase(x_total[30s]) > 0"


def test_the_steps_of_a_subquery_are_those_of_the_scrapes(tmp_path):
    assert short(tmp_path, "min_over_time(sum(x)[1h:1m]) > 0")["expr"] == "min_over_time(sum(x)[120s:1s]) > 0"


def test_a_wait_is_shorter_and_not_none(tmp_path):
    assert [short(tmp_path, "x > 0", **{"for": wait})["for"] for wait in ("5m", "1m", "15s")] == ["10s", "2s", "2s"]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("max(dispatcher_in_doubt_oldest_age_seconds) > 3600", "max(dispatcher_in_doubt_oldest_age_seconds) > 120"),
        (
            "sum by (topic) (dispatcher_input_lag_records) > 100000",
            "sum by (topic) (dispatcher_input_lag_records) > 3333.33",
        ),
        ("max(dispatcher_clock_skew_seconds) > 1", "max(dispatcher_clock_skew_seconds) > 1"),
        ("sum(dispatcher_in_doubt) > 50", "sum(dispatcher_in_doubt) > 50"),
    ],
)
def test_ages_and_lags_are_compared_with_less_and_nothing_else_is(tmp_path, expr, expected):
    assert short(tmp_path, expr)["expr"] == expected
