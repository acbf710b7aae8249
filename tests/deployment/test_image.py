import re
import subprocess
import sys
from pathlib import Path

from tests.deployment.known import DEPLOY, ROOT, pins, unknown_variables

IMAGE = DEPLOY / "image"
TEXT = (IMAGE / "Dockerfile").read_text("utf-8")


def test_hadolint_finds_nothing():
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), IMAGE / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_base_is_named_by_its_digest():
    bases = re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE)
    assert bases
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", base) for base in bases)


def test_it_runs_as_nobody():
    users = re.findall(r"^USER (\d+):(\d+)$", TEXT, re.MULTILINE)
    assert users == [("10001", "10001")]


def test_it_names_only_settings_that_exist():
    assert unknown_variables(TEXT) == set()


def test_what_runs_is_what_was_tested():
    tested = pins(ROOT / "requirements.lock")
    for lock in ("requirements.txt", "build-requirements.txt"):
        installed = pins(IMAGE / lock)
        assert installed
        assert installed == {name: tested[name] for name in installed}


def test_what_only_tests_need_stays_out():
    assert not pins(IMAGE / "requirements.txt").keys() & {
        "pytest",
        "hypothesis",
        "mypy",
        "ruff",
        "playwright",
        "zizmor",
    }
