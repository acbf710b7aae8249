"""Dashboards are what their source says, and every panel can be read: named, explained, with a unit, anywhere."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.grafana.dashboards import BOARDS, HERE, SEEN, shown, text
from dispatcher.ops.table import TABLE

MADE = {name: json.loads((HERE / f"{name}.json").read_text("utf-8")) for name in BOARDS}
PANELS = [(name, panel) for name, board in MADE.items() for panel in board["panels"] if panel["type"] != "row"]
PROMTOOL = shutil.which("promtool")
UNITS = {"ops", "reqps", "short", "s", "percentunit"}

each_board = pytest.mark.parametrize("name", BOARDS)
each_panel = pytest.mark.parametrize(
    "panel", [panel for _, panel in PANELS], ids=[f"{name}: {panel['title']}" for name, panel in PANELS]
)


@each_board
def test_the_file_is_made_of_its_source(name: str):
    made = text(name, BOARDS[name])

    assert (HERE / f"{name}.json").read_text("utf-8") == made, "run: python -m deploy.grafana.dashboards"


@each_board
def test_data_source_job_and_instance_can_be_chosen(name: str):
    assert [each["name"] for each in MADE[name]["templating"]["list"]] == ["datasource", "job", "instance"]


@each_board
def test_no_two_panels_have_one_title(name: str):
    titles = [panel["title"] for panel in MADE[name]["panels"]]

    assert len(set(titles)) == len(titles)


@each_panel
def test_a_panel_is_named_and_explained(panel):
    assert panel["title"]
    assert panel["description"].endswith(".")


@each_panel
def test_a_panel_has_a_unit(panel):
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS


@each_panel
def test_a_panel_asks_the_chosen_data_source(panel):
    asked = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]

    assert {each["uid"] for each in asked} == {"${datasource}"}


@each_panel
def test_every_query_of_a_panel_has_a_name_for_its_lines_and_one_for_itself(panel):
    letters = [target["refId"] for target in panel["targets"]]

    assert all(target["legendFormat"] for target in panel["targets"])
    assert len(set(letters)) == len(letters) > 0


@each_panel
def test_every_metric_of_a_panel_is_asked_for_with_job_and_instance(panel):
    for target in panel["targets"]:
        selectors = re.findall(r"dispatcher_\w+(\{[^}]*\})?", target["expr"])

        assert selectors
        assert [each for each in selectors if SEEN not in each] == []


@each_panel
def test_a_rate_is_over_the_interval_that_fits_the_picture(panel):
    windows = [window for target in panel["targets"] for window in re.findall(r"\[(.*?)\]", target["expr"])]

    assert set(windows) <= {"$__rate_interval"}


@each_panel
def test_every_metric_of_a_panel_is_in_the_table(panel):
    known = {series.name for table in TABLE.values() for series in table}
    known |= {f"{name}_{part}" for name in known for part in ("bucket", "sum", "count")}
    named = {name for target in panel["targets"] for name in re.findall(r"dispatcher_\w+", target["expr"])}

    assert named - known == set()


@each_panel
def test_what_is_measured_in_seconds_is_shown_in_seconds(panel):
    exprs = [target["expr"] for target in panel["targets"]]
    seconds = any(re.search(r"_seconds(_bucket)?\{", expr) for expr in exprs)

    assert seconds == (panel["fieldConfig"]["defaults"]["unit"] == "s")


@each_panel
def test_a_unit_of_events_a_second_is_that_of_a_rate(panel):
    rates = ["rate(" in target["expr"] for target in panel["targets"]]

    assert all(rates) == (panel["fieldConfig"]["defaults"]["unit"] in {"ops", "reqps"})


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_every_query_is_promql(tmp_path: Path):
    exprs = [query.expr for board in BOARDS.values() for row in board.rows.values() for p in row for query in p.queries]
    rules = [
        {"record": f"query:{n}", "expr": shown(each).replace("$__rate_interval", "5m")} for n, each in enumerate(exprs)
    ]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}), "utf-8")

    done = subprocess.run([PROMTOOL, "check", "rules", str(file)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
