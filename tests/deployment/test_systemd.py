import shutil
import subprocess
import sys

import pytest

from dispatcher.exit_codes import ExitCode
from tests.deployment.known import DEPLOY, unknown_variables

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
named = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


@named
def test_systemd_understands_it(unit, tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze on this machine")
    here = tmp_path / unit.name
    here.write_text(unit.read_text("utf-8").replace("/opt/dispatcher/bin/python", sys.executable), "utf-8")
    done = subprocess.run([analyze, "verify", "--man=no", here], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@named
def test_it_names_only_settings_that_exist(unit):
    assert unknown_variables(unit.read_text("utf-8")) == set()


@named
def test_what_another_start_does_not_mend_is_not_started_again(unit):
    (line,) = [each for each in unit.read_text("utf-8").splitlines() if each.startswith("RestartPreventExitStatus=")]
    lasting = {ExitCode.USAGE, ExitCode.SETTINGS, ExitCode.POLICY, ExitCode.TOPICS, ExitCode.REFUSED}
    assert {int(code) for code in line.partition("=")[2].split()} == lasting


@named
def test_it_may_do_next_to_nothing(unit):
    lines = unit.read_text("utf-8").splitlines()
    asked = {"DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet="}
    assert asked <= set(lines)
