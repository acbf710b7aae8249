"""Every panel asked of a live Prometheus, and the key charts of the run drawn from its answers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from deploy.grafana.dashboards import BOARDS
from tests.live.alarms import Spell
from tests.live.watching import Watchers

_RATE = "30s"
_EVERYTHING = 'job=~".+",instance=~".+"'
_COLOURS = ("#3b6ea5", "#c0504d", "#5a9e6f", "#8064a2", "#d08b2c", "#4bacc6", "#7f7f7f", "#a05a8c")
_GREYS = ("#f4f4f4", "#e6e6e6")
_WIDTH, _HEIGHT, _PAD, _GAP = 470, 150, 44, 34

CHARTS = (
    ("Events read, a second", "sum by (result) (rate(dispatcher_events_total[10s])) > 0", "result"),
    (
        "Messages handed to providers, a second",
        "sum by (outcome) (rate(dispatcher_attempts_total[10s])) > 0",
        "outcome",
    ),
    ("Records not read yet", "sum by (topic) (dispatcher_input_lag_records) > 0", "topic"),
    ("Lanes that may send", "sum(dispatcher_gate_open) or vector(0)", ""),
    ("Attempts in doubt", "sum(dispatcher_in_doubt)", ""),
    ("Alerts that fire", 'count(ALERTS{alertstate="firing",alertname!="Watchdog"}) or vector(0)', ""),
)


@dataclass(frozen=True)
class Asked:
    """How many queries of panels were asked, and which had no answer, or one that is no number."""

    panels: int
    queries: int
    empty: tuple[str, ...]
    infinite: tuple[str, ...]


async def ask_panels(there: Watchers, began: float, ended: float) -> Asked:
    """Every query of every panel, over the whole run."""
    panels, queries = 0, 0
    empty: list[str] = []
    infinite: list[str] = []
    for name, board in BOARDS.items():
        for panel in (each for row in board.rows.values() for each in row):
            panels += 1
            for query in panel.queries:
                queries += 1
                expr = query.expr.replace("SEEN", _EVERYTHING).replace("$__rate_interval", _RATE)
                lines = await there.query(expr, began, ended)
                values = [float(value) for line in lines for _, value in line["values"]]
                told = f"{name}: {panel.title}: {query.legend}"
                empty += [] if values else [told]
                infinite += [] if all(map(math.isfinite, values)) else [told]
    return Asked(panels, queries, tuple(empty), tuple(infinite))


async def draw(there: Watchers, file: Path, spells: Sequence[Spell], began: float, ended: float) -> None:
    """The key charts, two in a row; grey are the times in which something was wrong."""
    rows = (len(CHARTS) + 1) // 2
    width, height = 2 * (_WIDTH + _PAD) + _PAD, rows * (_HEIGHT + _GAP) + 2 * _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for n, (title, expr, label) in enumerate(CHARTS):
        lines = await there.query(expr, began, ended)
        left, top = _PAD + (n % 2) * (_WIDTH + _PAD), _GAP + (n // 2) * (_HEIGHT + _GAP)
        parts += _chart(title, lines, label, spells, span=(began, ended), corner=(left, top))
    for n, spell in enumerate(spells):
        x, y = _PAD + (n % 4) * 240, height - _GAP + 6 + 14 * (n // 4)
        parts.append(f'<text x="{x}" y="{y}" fill="#555">{n + 1} {escape(spell.fault)}</text>')
    parts.append("</svg>\n")
    file.write_text("\n".join(parts), "utf-8")


def _short(value: float) -> str:
    return f"{value / 1000:.3g} k" if value >= 1000 else f"{value:.3g}"


def _chart(
    title: str,
    lines: Sequence[dict[str, Any]],
    label: str,
    spells: Sequence[Spell],
    *,
    span: tuple[float, float],
    corner: tuple[int, int],
) -> list[str]:
    (began, ended), (left, top) = span, corner
    most = max((float(value) for line in lines for _, value in line["values"]), default=1.0) or 1.0
    base = top + _HEIGHT

    def x(at: float) -> float:
        return left + (at - began) / (ended - began) * _WIDTH

    out = [f'<text x="{left}" y="{top - 8}" font-weight="bold">{escape(title)}</text>']
    for n, spell in enumerate(spells):
        wide = max(1.0, x(spell.ended) - x(spell.began))
        out.append(
            f'<rect x="{x(spell.began):.1f}" y="{top}" width="{wide:.1f}" height="{_HEIGHT}" fill="{_GREYS[n % 2]}"/>'
        )
        out.append(f'<text x="{x(spell.began) + 2:.1f}" y="{top + 9}" font-size="9" fill="#777">{n + 1}</text>')
    out.append(f'<path d="M{left} {top}V{base}H{left + _WIDTH}" fill="none" stroke="#888"/>')
    out.append(f'<text x="{left - 4}" y="{top + 8}" text-anchor="end">{_short(most)}</text>')
    out.append(f'<text x="{left - 4}" y="{base}" text-anchor="end">0</text>')
    out.append(f'<text x="{left + _WIDTH}" y="{base + 13}" text-anchor="end">{(ended - began) / 60:.1f} min</text>')
    for n, line in enumerate(lines):
        colour = _COLOURS[n % len(_COLOURS)]
        points = [(x(float(at)), base - float(value) / most * _HEIGHT, float(at)) for at, value in line["values"]]
        path, before = "", 0.0
        for px, py, at in points:
            path += f"{'L' if at - before < 5 else 'M'}{px:.1f} {py:.1f}"
            before = at
        out.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/>')
    if label:
        names = [escape(line["metric"].get(label, "")) for line in lines]
        spans = [f'<tspan fill="{_COLOURS[n % len(_COLOURS)]}">{name} </tspan>' for n, name in enumerate(names)]
        out.append(f'<text x="{left + _WIDTH}" y="{top - 8}" text-anchor="end">{"".join(spans)}</text>')
    return out
