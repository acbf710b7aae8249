"""Every alert fires when it should, not a moment earlier, not when it nearly should, and stops when all is well again."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from dispatcher.ops.table import TABLE
from tests.prometheus.cases import Case
from tests.prometheus.compliance import COMPLIANCE_CASES
from tests.prometheus.delivery import DELIVERY_CASES, INPUT_CASES
from tests.prometheus.machinery import ARCHIVE_CASES, DESK_CASES, ENGINE_CASES, GATEWAY_CASES
from tests.prometheus.objectives import OBJECTIVE_CASES

DEPLOY = Path(__file__).parents[2] / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
RULES = {file: yaml.safe_load(file.read_text("utf-8")) for file in sorted(PROMETHEUS.glob("*.yml"))}
RULE_FILES = [file for file, content in RULES.items() if "groups" in content]
EVERY = [rule for file in RULE_FILES for group in RULES[file]["groups"] for rule in group["rules"]]
ALERTS = {rule["alert"]: rule for rule in EVERY if "alert" in rule}
CASES: dict[str, Case] = {
    **OBJECTIVE_CASES,
    **COMPLIANCE_CASES,
    **DELIVERY_CASES,
    **INPUT_CASES,
    **ENGINE_CASES,
    **GATEWAY_CASES,
    **ARCHIVE_CASES,
    **DESK_CASES,
}
ALWAYS = {"Watchdog"}
OTHERS = {"up", "ALERTS"}
"""Series that Prometheus makes itself."""

with_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)"
)
with_amtool = pytest.mark.skipif(
    shutil.which("amtool") is None, reason="amtool is not installed (Debian: prometheus-alertmanager)"
)
each_alert = pytest.mark.parametrize("alert", ALERTS)


def told(*command: object) -> tuple[int, str]:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def firing(alert: str, minute: int, severity: str | None) -> dict[str, object]:
    """What must be so at a minute; a severity of None: it does not fire."""
    labels = f'{{alertname="{alert}", severity="{severity}"}}'
    return {
        "expr": f'count by (alertname, severity) (ALERTS{{alertname="{alert}", alertstate="firing"}})',
        "eval_time": f"{minute}m",
        "exp_samples": [] if severity is None else [{"labels": labels, "value": 1}],
    }


def rules_of(alert: str) -> dict[str, object]:
    """The alert alone, with what is recorded for it: all of them would take their time."""
    rule = ALERTS[alert]
    records = [each for each in EVERY if "record" in each and each["record"] in rule["expr"]]
    return {"groups": [{"name": "tried", "rules": [*records, rule]}]}


def written(folder: Path, alert: str, tests: list[dict[str, object]], step: int = 1) -> Path:
    """A file for `promtool test rules`."""
    (folder / "rules.yml").write_text(yaml.safe_dump(rules_of(alert)), "utf-8")
    content = {"rule_files": ["rules.yml"], "evaluation_interval": f"{step}m", "tests": tests}
    (folder / "trial.yml").write_text(yaml.safe_dump(content), "utf-8")
    return folder / "trial.yml"


def trial(series: dict[str, str], expected: list[dict[str, object]], step: int = 1) -> dict[str, object]:
    return {
        "interval": f"{step}m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": expected,
    }


def trials(alert: str, case: Case) -> list[dict[str, object]]:
    quiet = [minute for minute in (case.early,) if minute is not None]
    wrong = [
        *(firing(alert, minute, None) for minute in quiet),
        firing(alert, case.fires, case.severity),
        firing(alert, case.resolved, None),
    ]
    near = [firing(alert, minute, None) for minute in (*quiet, case.fires, case.resolved)]
    return [trial(dict(case.wrong), wrong, case.step), trial(dict(case.near), near, case.step)]


def test_every_alert_is_tried():
    assert set(CASES) | ALWAYS == set(ALERTS)


@with_promtool
@pytest.mark.parametrize("alert", CASES)
def test_it_fires_when_it_should_and_only_then(alert: str, tmp_path: Path):
    file = written(tmp_path, alert, trials(alert, CASES[alert]), CASES[alert].step)

    code, said = told("promtool", "test", "rules", file)

    assert code == 0, said


@with_promtool
def test_the_watchdog_fires_when_nothing_else_is_there(tmp_path: Path):
    file = written(tmp_path, "Watchdog", [trial({}, [firing("Watchdog", 1, "none")])])

    code, said = told("promtool", "test", "rules", file)

    assert code == 0, said


@with_promtool
def test_promtool_accepts_the_configuration():
    code, said = told("promtool", "check", "config", PROMETHEUS / "prometheus.yml")

    assert code == 0, said


def test_every_metric_that_a_rule_uses_is_in_the_table_or_recorded():
    known = {series.name for table in TABLE.values() for series in table}
    known |= {f"{name}_{part}" for name in known for part in ("bucket", "sum", "count")}
    known |= {rule["record"] for rule in EVERY if "record" in rule}
    named = {name for rule in EVERY for name in re.findall(r"\bdispatcher[_:][\w:]+\b", rule["expr"])}

    assert named - known == set()


def test_every_label_value_that_a_rule_asks_for_exists():
    sets = {
        (series.name, label): values
        for table in TABLE.values()
        for series in table
        for label, values in series.labels.items()
        if isinstance(values, tuple)
    }
    missing = []
    for rule in EVERY:
        for name, matchers in re.findall(r"(dispatcher_\w+)\{([^}]*)\}", rule["expr"]):
            base = re.sub(r"_(bucket|sum|count)$", "", name) if (name, "") not in sets else name
            for label, asked in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
                known = sets.get((base, label)) or sets.get((name, label))
                missing += [f"{name} {label}={each}" for each in asked.split("|") if known and each not in known]

    assert missing == []


def test_a_bucket_that_a_rule_asks_for_is_a_bound():
    bounds = {s.name: {str(float(each)) for each in s.buckets} for table in TABLE.values() for s in table if s.buckets}
    asked = {
        pair for rule in EVERY for pair in re.findall(r'(dispatcher_\w+)_bucket\{[^}]*le="([\d.]+)"', rule["expr"])
    }

    assert [(name, le) for name, le in asked if le not in bounds[name]] == []


@each_alert
def test_a_page_or_a_ticket_says_what_happened_and_where_to_read_on(alert: str):
    rule = ALERTS[alert]

    assert rule["labels"]["severity"] in {"page", "ticket", "none"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["runbook"] == f"deploy/runbook.md#{alert.lower()}"


def test_every_alert_has_an_entry_in_the_runbook_and_every_entry_an_alert():
    entries = re.findall(r"^### (\w+)$", (DEPLOY / "runbook.md").read_text("utf-8"), re.MULTILINE)

    assert sorted(entries) == sorted(ALERTS)


@each_alert
def test_an_entry_says_what_it_means_what_to_look_at_and_what_to_do(alert: str):
    text = (DEPLOY / "runbook.md").read_text("utf-8")
    entry = text.split(f"\n### {alert}\n")[1].split("\n#")[0]

    assert [part for part in ("**Means**", "**Look**", "**Do**") if part not in entry] == []


def test_every_metric_that_the_runbook_names_exists():
    known = {series.name for table in TABLE.values() for series in table}
    named = set(re.findall(r"`(dispatcher_\w+)", (DEPLOY / "runbook.md").read_text("utf-8")))

    assert named - known == set()


@with_amtool
def test_amtool_accepts_the_routes():
    code, said = told("amtool", "check-config", PROMETHEUS / "alertmanager.yml")

    assert code == 0, said


@with_amtool
@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("alertname=ContactAtNight", "severity=page"), "pager"),
        (("alertname=DeadLetters", "severity=ticket"), "tickets"),
        (("alertname=Watchdog", "severity=none"), "dead-mans-switch"),
        (("alertname=SomethingNew",), "tickets"),
    ],
)
def test_an_alert_reaches_whom_it_concerns(labels: tuple[str, ...], receiver: str):
    config = f"--config.file={PROMETHEUS / 'alertmanager.yml'}"

    _, said = told("amtool", "config", "routes", "test", config, f"--verify.receivers={receiver}", *labels)

    assert said.split()[0] == receiver, said
