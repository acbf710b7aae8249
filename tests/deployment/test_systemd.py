import shutil
import subprocess
import sys

import pytest

from dispatcher.exit_codes import ExitCode
from tests.deployment.known import DEPLOY, unknown_variables

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
LASTING = [each for each in UNITS if "Restart=on-failure" in each.read_text("utf-8")]
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


@pytest.mark.parametrize("unit", LASTING, ids=lambda unit: unit.stem)
def test_what_another_start_does_not_mend_is_not_started_again(unit):
    (line,) = [each for each in unit.read_text("utf-8").splitlines() if each.startswith("RestartPreventExitStatus=")]
    lasting = {ExitCode.USAGE, ExitCode.SETTINGS, ExitCode.POLICY, ExitCode.TOPICS, ExitCode.REFUSED}
    assert {int(code) for code in line.partition("=")[2].split()} == lasting


@named
def test_it_may_do_next_to_nothing(unit):
    lines = unit.read_text("utf-8").splitlines()
    asked = {"DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet="}
    assert asked <= set(lines)


def test_no_process_takes_the_folder_of_another():
    """A folder of state belongs to the user of the unit that was started last, and each unit has a user of its own."""
    folders = [
        line for unit in UNITS for line in unit.read_text("utf-8").splitlines() if line.startswith("StateDirectory=")
    ]
    assert len(set(folders)) == len(folders) == len(UNITS)


def test_every_process_is_there_and_the_checker_has_its_timer():
    assert {unit.stem for unit in UNITS} == {
        f"dispatcher-{name}" for name in ("worker", "gateway", "archive", "checker")
    }
    timer = (DEPLOY / "systemd" / "dispatcher-checker.timer").read_text("utf-8")
    assert "OnCalendar=hourly" in timer


def test_findings_of_the_checker_are_no_failure_of_its_unit_and_another_user_may_read_them():
    lines = (DEPLOY / "systemd" / "dispatcher-checker.service").read_text("utf-8").splitlines()
    assert {"Type=oneshot", "SuccessExitStatus=1 2", "UMask=0022"} <= set(lines)
    (command,) = [line for line in lines if line.startswith("ExecStart=")]
    folder = command.rpartition(" ")[2].rpartition("/")[0]
    assert f"ReadWritePaths={folder}" in lines
