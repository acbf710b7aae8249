import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from itertools import chain
from pathlib import Path

import pytest
import yaml

from tests.deployment.known import DEPLOY, unknown_variables

COMPOSE = DEPLOY / "compose" / "compose.yaml"
SCRAPED = DEPLOY / "compose" / "prometheus.yml"
PROVEN = DEPLOY / "prometheus" / "prometheus.yml"
SERVICES = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "dispatcher:local"]

_NOBODY = 65534


def test_it_is_what_compose_understands():
    check = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_it_names_only_settings_that_exist():
    assert unknown_variables(COMPOSE.read_text("utf-8")) == set()


def test_all_processes_are_there():
    assert set(OURS) == {"topics", "worker", "gateway", "archive", "checker"}


@pytest.mark.parametrize("name", OURS)
def test_a_process_can_write_nothing_and_become_nobody(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_nobody_is_contacted_by_a_trial():
    assert {SERVICES[name]["environment"]["DISPATCHER_SENDING"] for name in OURS} == {"shadow"}


def test_every_file_that_is_mounted_is_there():
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    files = [COMPOSE.parent / each for each in mounted if each.startswith(".")]
    assert files
    assert [each for each in files if not each.exists()] == []


def test_nothing_is_open_to_the_network():
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_prometheus_asks_every_job_that_the_rules_were_proven_with():
    here, proven = (yaml.safe_load(file.read_text("utf-8"))["scrape_configs"] for file in (SCRAPED, PROVEN))
    assert {job["job_name"] for job in here} == {job["job_name"] for job in proven}


def test_whom_prometheus_asks_is_there():
    jobs = yaml.safe_load(SCRAPED.read_text("utf-8"))["scrape_configs"]
    asked = [
        target.split(":")[0] for job in jobs for each in job.get("static_configs", ()) for target in each["targets"]
    ]
    found = [name for job in jobs for each in job.get("dns_sd_configs", ()) for name in each["names"]]
    assert set(chain(asked, found)) <= SERVICES.keys()


def test_the_checkers_counts_are_written_where_they_are_exported():
    written = Path(re.findall(r"verify --metrics (\S+)", " ".join(SERVICES["checker"]["entrypoint"]))[0].rstrip(";"))
    exporter = SERVICES["node-exporter"]
    assert written.suffix == ".prom"
    assert f"--collector.textfile.directory={written.parent}" in exporter["command"]
    (shared,) = SERVICES["checker"]["volumes"]
    assert shared.endswith(f":{written.parent}")
    assert exporter["volumes"] == [f"{shared}:ro"]


@pytest.fixture
def somebody(tmp_path):
    """A folder and its owner, who is not root: root may write what is read-only, and would notice nothing."""
    if os.geteuid() != 0:
        yield tmp_path, {}
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, _NOBODY, _NOBODY)
        yield Path(folder), {"user": _NOBODY, "group": _NOBODY, "extra_groups": ()}


def test_secrets_are_made_up_once_and_only_their_owner_reaches_them(somebody):
    folder, owner = somebody
    script = shutil.copy(COMPOSE.parent / "secrets.sh", folder)
    seen = []
    for _ in range(2):
        made = subprocess.run(["sh", script], capture_output=True, text=True, check=False, **owner)  # noqa: S607
        assert (made.returncode, made.stderr) == (0, "")
        seen.append({file.name: file.read_text("utf-8") for file in (folder / "secrets").iterdir()})
    named = {Path(each["file"]).name for each in yaml.safe_load(COMPOSE.read_text("utf-8"))["secrets"].values()}
    assert (seen[0], set(seen[0])) == (seen[1], named)
    assert stat.S_IMODE((folder / "secrets").stat().st_mode) == stat.S_IRWXU
