"""The dashboards' JSON, made of the modules beside it: `python -m deploy.grafana.dashboards`; `--check` only compares."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.builders import common, dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import StackingMode
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    VariableRefresh,
    VariableSort,
)

from deploy.grafana.business import BUSINESS
from deploy.grafana.delivery import DELIVERY
from deploy.grafana.desk import DESK
from deploy.grafana.engine import ENGINE
from deploy.grafana.panels import Board, Panel

BOARDS: Final[Mapping[str, Board]] = {"business": BUSINESS, "delivery": DELIVERY, "engine": ENGINE, "desk": DESK}
HERE: Final = Path(__file__).parent
SEEN: Final = 'job=~"$job",instance=~"$instance"'
"""What every query asks for beside its own labels."""

_SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
_COLUMNS, _WIDTH, _HEIGHT = 3, 8, 8


def shown(expr: str) -> str:
    """A query as the dashboard asks it."""
    return expr.replace("SEEN", SEEN)


def text(name: str, board: Board) -> str:
    """The file of a dashboard."""
    made = (
        dashboard.Dashboard(board.title)
        .uid(f"dispatcher-{name}")
        .description(board.description)
        .tags(["dispatcher"])
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(_variable("job", f'label_values(up{{job=~"{board.jobs}"}}, job)'))
        .with_variable(_variable("instance", 'label_values(up{job=~"$job"}, instance)'))
    )
    for row, panels in board.rows.items():
        made = made.with_row(dashboard.Row(row))
        for panel in panels:
            made = made.with_panel(_panel(panel))
    return json.dumps(made.build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def _variable(name: str, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .datasource(_SOURCE)
        .query(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".+")
    )


def _panel(panel: Panel) -> timeseries.Panel:
    made = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.description)
        .datasource(_SOURCE)
        .unit(panel.unit)
        .span(_WIDTH)
        .height(_HEIGHT)
        .fill_opacity(10)
        .line_width(1)
    )
    if not panel.signed:
        made = made.min(0)
    if panel.stacked:
        made = made.stacking(common.StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(30)
    for letter, query in zip("ABCD", panel.queries, strict=False):
        asked = prometheus.Dataquery().expr(shown(query.expr)).legend_format(query.legend).ref_id(letter)
        made = made.with_target(asked.datasource(_SOURCE))
    return made


def main() -> None:
    """Write the files, or say which differ."""
    made = {HERE / f"{name}.json": text(name, board) for name, board in BOARDS.items()}
    if sys.argv[1:] == ["--check"]:
        old = [file.name for file, content in made.items() if not file.exists() or file.read_text("utf-8") != content]
        sys.exit(f"differ: {', '.join(old)}; run python -m deploy.grafana.dashboards" if old else 0)
    for file, content in made.items():
        file.write_text(content, "utf-8")


if __name__ == "__main__":
    main()
