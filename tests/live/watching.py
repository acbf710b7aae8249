"""A real Prometheus and a real Alertmanager that watch whatever processes of an installation serve `/metrics`."""

import asyncio
import json
import shutil
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dispatcher.local.ports import free_ports
from dispatcher.local.process import LocalProcess
from tests.broker.installation import Installation
from tests.broker.operations import eventually, logged
from tests.live.shortened import shortened

RULES = Path(__file__).parents[2] / "deploy" / "prometheus"
_STARTED = {
    "worker_started": "dispatcher-worker",
    "gateway_started": "dispatcher-gateway",
    "archive_started": "dispatcher-archive",
}
_LOOK_S = 0.5


@dataclass(frozen=True)
class Watchers:
    """Where Prometheus and Alertmanager answer."""

    prometheus: str
    alertmanager: str

    async def firing(self) -> set[str]:
        """The names of the alerts that Alertmanager holds now."""
        told = await _asked(f"{self.alertmanager}/api/v2/alerts?active=true")
        return {each["labels"]["alertname"] for each in told}

    async def query(self, expr: str, began: float, ended: float, *, step_s: float = 2.0) -> list[dict[str, Any]]:
        """A query over a time: its lines, each with (time, value) pairs."""
        asked = {"query": expr, "start": f"{began:.3f}", "end": f"{ended:.3f}", "step": f"{step_s:g}"}
        told = await _asked(f"{self.prometheus}/api/v1/query_range?{urllib.parse.urlencode(asked)}")
        if told["status"] != "success":
            raise AssertionError(f"{expr}: {told}")
        found: list[dict[str, Any]] = told["data"]["result"]
        return found

    async def count(self, expr: str) -> float:
        """The value of a query now; 0 where there is none."""
        asked = urllib.parse.urlencode({"query": expr})
        found = (await _asked(f"{self.prometheus}/api/v1/query?{asked}"))["data"]["result"]
        return float(found[0]["value"][1]) if found else 0.0


@asynccontextmanager
async def watchers(folder: Path, installed: Installation, page: Path) -> AsyncIterator[Watchers]:
    """Both, scraping every second; `page` is what the checker writes, served as a node exporter would."""
    folder.mkdir(parents=True)
    prometheus, alertmanager, pages = free_ports(3)
    _configure(folder, alertmanager)
    started = [
        LocalProcess(_alertmanager(folder, alertmanager), folder / "alertmanager.log"),
        LocalProcess(_prometheus(folder, prometheus), folder / "prometheus.log"),
        LocalProcess(
            [sys.executable, "-m", "http.server", str(pages), "--bind", "127.0.0.1", "--directory", str(page.parent)],
            folder / "pages.log",
        ),
    ]
    checker = _target("dispatcher-checker", pages, page.name)
    following = asyncio.create_task(_follow(folder / "targets.json", installed, checker))
    there = Watchers(f"http://127.0.0.1:{prometheus}", f"http://127.0.0.1:{alertmanager}")
    try:
        for url in (there.prometheus, there.alertmanager):
            await eventually(lambda url=url: _ready(url), f"{url} is ready", timeout_s=30)
        yield there
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await asyncio.gather(*(each.end() for each in started))


def _configure(folder: Path, alertmanager: int) -> None:
    names = [file for file in sorted(RULES.glob("*.yml")) if "groups" in yaml.safe_load(file.read_text("utf-8"))]
    for file in names:
        (folder / file.name).write_text(yaml.safe_dump(shortened(file)), "utf-8")
    config = {
        "global": {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "1s"},
        "rule_files": [file.name for file in names],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        "scrape_configs": [
            {
                "job_name": "dispatcher",
                "file_sd_configs": [{"files": ["targets.json"], "refresh_interval": "1s"}],
            }
        ],
    }
    (folder / "targets.json").write_text("[]", "utf-8")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    routes = yaml.safe_load((RULES / "alertmanager.yml").read_text("utf-8"))
    routes["inhibit_rules"] = []  # here each alert is to be seen, whatever it follows from
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(routes), "utf-8")


def _prometheus(folder: Path, port: int) -> list[str]:
    return [
        shutil.which("prometheus") or "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--rules.alert.resend-delay=5s",
    ]


def _alertmanager(folder: Path, port: int) -> list[str]:
    return [
        shutil.which("prometheus-alertmanager") or "alertmanager",
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alerts'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]


async def _follow(targets: Path, installed: Installation, checker: dict[str, Any]) -> None:
    """Processes come and go, each with a port of its own choice."""
    while True:
        found = [checker]
        for process in installed.started:
            if process.exit_code is None:
                for event, job in _STARTED.items():
                    found += [_target(job, int(str(each["port"])), "metrics") for each in logged(process, event)]
        text = json.dumps(found)
        if targets.read_text("utf-8") != text:
            beside = targets.with_suffix(".new")
            beside.write_text(text, "utf-8")
            beside.replace(targets)
        await asyncio.sleep(_LOOK_S)


def _target(job: str, port: int, path: str) -> dict[str, Any]:
    return {"targets": [f"127.0.0.1:{port}"], "labels": {"job": job, "__metrics_path__": f"/{path}"}}


async def _ready(url: str) -> bool:
    try:
        await asyncio.to_thread(_get, f"{url}/-/ready")
    except OSError:
        return False
    return True


async def _asked(url: str) -> Any:
    return json.loads(await asyncio.to_thread(_get, url))


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=15) as answer:  # noqa: S310 - our own processes on loopback
        body: bytes = answer.read()
        return body


def now() -> float:
    """Seconds since 1970."""
    return time.time()
