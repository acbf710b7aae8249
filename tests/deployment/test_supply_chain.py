"""What the product is made of: locked, hashed, not older than what is known to be mended, under licences that allow it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version

from dispatcher import __version__
from tests.deployment.known import DEPLOY, ROOT, pins, unhashed

LOCKS = [
    ROOT / "requirements.lock",
    ROOT / "uv.txt",
    ROOT / "java.txt",
    DEPLOY / "image" / "requirements.txt",
    DEPLOY / "image" / "build-requirements.txt",
]
FLOORS = {
    "aiohttp": "3.14.4",  # scheme spoofing and request smuggling before it
    "jinja2": "3.1.6",  # a way out of the sandbox before it (CVE-2025-27516)
    "faust-streaming": "0.15.3",
    "aiosmtplib": "5.1.3",
}
BROKER_FLOOR = "4.2.2"
"""Clients could read the broker's files (CVE-2025-27817), and signatures of tokens went unchecked, before it."""

LICENCES = re.compile(
    r"Apache|BSD|MIT|ISC|PSF|Python Software Foundation|Mozilla Public License 2\.0|MPL-2\.0|LGPL-3\.0|Repoze|Zlib|Unlicense"
)
BIN = Path(sys.executable).parent


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: f"{lock.parent.name}-{lock.name}")
def test_every_package_has_its_hash(lock):
    assert pins(lock)
    assert unhashed(lock) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: f"{lock.parent.name}-{lock.name}")
def test_no_lock_says_where_packages_come_from(lock):
    assert "://" not in lock.read_text("utf-8")


@pytest.mark.parametrize("package", FLOORS)
def test_nothing_is_older_than_what_is_known_to_be_mended(package):
    assert Version(pins(DEPLOY / "image" / "requirements.txt")[package]) >= Version(FLOORS[package])


def test_the_broker_is_not_older_than_what_is_known_to_be_mended():
    (version,) = re.findall(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([\d.]+)</version>", _pom())
    images = re.findall(r"apache/kafka:([\d.]+)", (DEPLOY / "compose" / "compose.yaml").read_text("utf-8"))
    assert images
    assert all(Version(each) >= Version(BROKER_FLOOR) for each in (version, *images))


def test_licences_allow_what_we_do_with_them():
    shipped = {name.lower() for name in pins(DEPLOY / "image" / "requirements.txt")}
    told = subprocess.run(
        [BIN / "pip-licenses", "--python", sys.executable, "--format=json", "--from=mixed"],
        capture_output=True,
        text=True,
        check=True,
    )
    licences = {each["Name"].lower().replace("_", "-"): each["License"] for each in json.loads(told.stdout)}
    odd = {name: licence for name, licence in licences.items() if name in shipped and not LICENCES.search(licence)}
    assert odd == {}


@pytest.mark.slow
def test_the_bill_of_materials_names_this_release_and_every_package_of_the_image():
    subprocess.run(["make", "-s", "-o", ".venv/.stamp", "sbom"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607
    bill = json.loads((ROOT / "build" / "release" / "sbom.cdx.json").read_text("utf-8"))
    root = bill["metadata"]["component"]
    assert (root["name"], root["version"]) == ("dispatcher", __version__)
    named = {each["name"].lower().replace("_", "-"): each["version"] for each in bill["components"]}
    assert named == pins(DEPLOY / "image" / "requirements.txt")


def test_the_workflow_is_safe():
    done = subprocess.run(
        [BIN / "zizmor", "--offline", "--quiet", ROOT / ".github" / "workflows"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def _pom() -> str:
    return (DEPLOY / "kafka" / "pom.xml").read_text("utf-8")
