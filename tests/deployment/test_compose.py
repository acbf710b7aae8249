import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.deployment.known import DEPLOY, unknown_variables

COMPOSE = DEPLOY / "compose" / "compose.yaml"
SERVICES = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "dispatcher:local"]


def test_it_is_what_compose_understands():
    check = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_it_names_only_settings_that_exist():
    assert unknown_variables(COMPOSE.read_text("utf-8")) == set()


def test_all_processes_are_there():
    assert set(OURS) == {"topics", "worker", "gateway", "archive"}


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
