import logging
import re
import subprocess

import kubernetes_validate
import pytest
import yaml

from tests.deployment.known import DEPLOY, unknown_variables

FOLDER = DEPLOY / "kubernetes"
KUSTOMIZATIONS = sorted(FOLDER.glob("*/kustomization.yaml"))
FILES = sorted(set(FOLDER.glob("*/*.yaml")) - set(KUSTOMIZATIONS))
RESOURCES = [each for file in FILES for each in yaml.safe_load_all(file.read_text("utf-8"))]
PODS = [
    pytest.param(each["spec"]["template"]["spec"], id=each["metadata"]["name"])
    for each in RESOURCES
    if each["kind"] in {"Deployment", "Job"}
]
DEPLOYMENTS = {each["metadata"]["name"]: each["spec"] for each in RESOURCES if each["kind"] == "Deployment"}


@pytest.mark.parametrize(
    "resource", [pytest.param(each, id=f"{each['kind']}-{each['metadata']['name']}") for each in RESOURCES]
)
def test_kubernetes_understands_it(resource, caplog):
    caplog.set_level(logging.ERROR)
    kubernetes_validate.validate(resource, "1.37", strict=True)


@pytest.mark.parametrize("file", KUSTOMIZATIONS, ids=lambda file: file.parent.name)
def test_every_file_belongs_to_its_kustomization(file):
    named = {each for each in yaml.safe_load(file.read_text("utf-8"))["resources"] if each.endswith(".yaml")}
    assert named == {each.name for each in FILES if each.parent == file.parent}


def test_it_names_only_settings_that_exist():
    texts = [each.read_text("utf-8") for each in (*FILES, *KUSTOMIZATIONS, FOLDER / "base" / "settings.env")]
    assert unknown_variables("\n".join(texts)) == set()


@pytest.mark.parametrize("pod", PODS)
def test_a_process_can_write_nothing_and_become_nobody(pod):
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        allowed = container["securityContext"]
        assert allowed["readOnlyRootFilesystem"] is True
        assert allowed["allowPrivilegeEscalation"] is False
        assert allowed["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS.keys() - {"dispatcher-checker"}))
def test_it_is_asked_whether_it_lives_and_whether_it_is_ready(name):
    (container,) = DEPLOYMENTS[name]["template"]["spec"]["containers"]
    paths = {
        probe: container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert paths == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}


def test_workers_are_replaced_one_by_one_and_slowly():
    worker = DEPLOYMENTS["dispatcher-worker"]
    assert worker["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}
    assert worker["minReadySeconds"] >= 20


def test_the_checkers_counts_are_written_where_they_are_exported():
    checker, exporter = DEPLOYMENTS["dispatcher-checker"]["template"]["spec"]["containers"]
    (written,) = re.findall(r"verify --metrics (\S+\.prom)\b", checker["args"][0])
    folder = written.rpartition("/")[0]
    assert f"--collector.textfile.directory={folder}" in exporter["args"]
    mounts = [{each["mountPath"]: each["name"] for each in box["volumeMounts"]} for box in (checker, exporter)]
    assert mounts[0][folder] == mounts[1][folder]


def test_a_signal_ends_the_checker_while_it_waits_for_its_next_turn(tmp_path):
    (tmp_path / "python").write_text("#!/bin/sh\necho checked\n", "utf-8")
    (tmp_path / "python").chmod(0o755)
    checker, _ = DEPLOYMENTS["dispatcher-checker"]["template"]["spec"]["containers"]
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    with subprocess.Popen([*checker["command"], *checker["args"]], env=path, stdout=subprocess.PIPE, text=True) as loop:
        assert loop.stdout is not None
        assert loop.stdout.readline() == "checked\n"
        loop.terminate()
        assert loop.wait(10) == 0


def test_prometheus_may_ask_for_everything_that_has_a_page():
    policies = [each for each in RESOURCES if each["kind"] == "NetworkPolicy"]
    whole = next(each for each in policies if each["metadata"]["name"] == "dispatcher-nothing-else")
    (allowed,) = whole["spec"]["ingress"]
    boxes = [box for each in DEPLOYMENTS.values() for box in each["template"]["spec"]["containers"]]
    pages = {port["containerPort"] for box in boxes for port in box.get("ports", ())}
    assert {each["port"] for each in allowed["ports"]} == pages


def test_everything_that_is_not_named_is_forbidden_on_the_network():
    policies = [each for each in RESOURCES if each["kind"] == "NetworkPolicy"]
    whole = next(each for each in policies if each["metadata"]["name"] == "dispatcher-nothing-else")
    assert whole["spec"]["podSelector"] == {"matchLabels": {"app.kubernetes.io/part-of": "dispatcher"}}
    assert set(whole["spec"]["policyTypes"]) == {"Ingress", "Egress"}


def test_the_access_lists_are_those_that_are_tested():
    assert (FOLDER / "example" / "acls.sh").read_bytes() == (DEPLOY / "kafka" / "acls.sh").read_bytes()
