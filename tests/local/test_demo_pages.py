"""The pages at the end of the demonstration: their copies, and a gateway that stays up, at which somebody makes a call."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from dispatcher.gateway.staff.passwords import flaw_of
from dispatcher.local.demo_accounts import made_up_accounts
from dispatcher.local.demo_acts import DESK
from dispatcher.local.demo_copies import Shown, static_files, still, write
from dispatcher.local.demo_environment import of_office
from dispatcher.settings import Settings, load
from dispatcher.settings.smtp import is_loopback

PAGE = """<html><head><link rel="stylesheet" nonce="n" href="/static/0123abcd/staff.css"></head>
<body class="desk"><a href="/why/C-1">C-1</a> <a href="/why/C-2">C-2</a>
<form method="post" action="/desk"><button>Next task</button></form>
<script nonce="n" src="/static/0123abcd/desk.js" defer></script></body></html>"""
SHOWN = Shown("/why/C-1", "why-C-1.html", PAGE)


class TestCopies:
    def test_styles_are_files_beside_the_copy(self):
        assert 'href="static/staff.css"' in still(PAGE, {})

    def test_a_page_that_is_copied_too_is_linked(self):
        assert '<a href="why-C-1.html">C-1</a>' in still(PAGE, {SHOWN.path: SHOWN.name})

    def test_what_is_not_copied_is_not_linked(self):
        assert "<a>C-2</a>" in still(PAGE, {SHOWN.path: SHOWN.name})

    def test_no_script_is_left_that_would_ask_the_gateway(self):
        assert "<script" not in still(PAGE, {})

    def test_a_form_cannot_be_used(self):
        assert "<form inert " in still(PAGE, {})

    def test_it_says_that_it_is_a_copy_and_where_the_pages_live(self):
        assert re.search(r'<body class="desk">\s*<p [^>]*>A copy .*make run', still(PAGE, {}))

    def test_the_files_that_are_needed_are_styles_and_no_scripts(self):
        assert static_files([SHOWN]) == {"staff.css": "/static/0123abcd/staff.css"}

    def test_what_was_in_the_folder_before_goes(self, tmp_path):
        (tmp_path / "pages").mkdir()
        (tmp_path / "pages" / "why-C-0.html").touch()
        write(tmp_path / "pages", [SHOWN], {"staff.css": b"body {}"})
        assert sorted(each.name for each in (tmp_path / "pages").rglob("*.*")) == ["staff.css", "why-C-1.html"]


class TestOffice:
    def test_it_serves_this_machine_alone(self):
        given = {"DISPATCHER_GATEWAY_HOST": "0.0.0.0", "DISPATCHER_METRICS_HOST": "0.0.0.0"}  # noqa: S104
        settings = load(of_office(given, DESK, datetime(2026, 11, 19, 15, tzinfo=UTC), Path("/data")))
        assert isinstance(settings, Settings)
        assert is_loopback(settings.gateway.host)
        assert is_loopback(settings.metrics_host)

    def test_there_is_an_account_for_each_role_with_a_password_that_the_desk_would_take(self, tmp_path):
        settings = load({"DISPATCHER_DATA_DIR": str(tmp_path)})
        logins = made_up_accounts(settings)
        assert {login.role: flaw_of(login.password, login.role) for login in logins} == {
            "agent": None,
            "supervisor": None,
            "auditor": None,
        }

    def test_a_password_is_not_shown_where_an_account_is_told(self, tmp_path):
        (login, *_) = made_up_accounts(load({"DISPATCHER_DATA_DIR": str(tmp_path)}))
        assert login.password not in repr(login)


# --- a whole run that stays


class _Staying:
    """`dispatcher demo --stay`, and what it says, line by line."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-P", "-m", "dispatcher", "demo", "--stay"]
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
        )
        self.said: list[str] = []

    def says(self, pattern: str) -> re.Match[str]:
        """The first line from here on that fits; the run ends before it where it never comes."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError("".join(self.said[-20:]))


@pytest.fixture(scope="module")
def staying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Staying]:
    run = _Staying(tmp_path_factory.mktemp("stay"))
    with run.process:
        yield run
        run.process.kill()


class _Browser:
    """Somebody who signed in."""

    def __init__(self, client: httpx.Client, name: str, password: str) -> None:
        self.client = client
        self.html = client.get("/desk/sign-in").raise_for_status().text
        self.sends("/desk/sign-in", name=name, password=password)

    def sends(self, path: str, **fields: str) -> str:
        """A form of the page that is open, with the hidden fields that every form of it has."""
        hidden = dict(re.findall(r'name="(form_token|task_id|fence|submit_id)" value="([^"]+)"', self.html))
        self.html = self.client.post(path, data={**hidden, **fields}).raise_for_status().text
        return self.html

    def finds(self, path: str, told: str) -> bool:
        """Whether a page says so within half a minute: the archive follows the journal, a moment behind."""
        ends = time.monotonic() + 30
        while told not in self.client.get(path).raise_for_status().text:
            if time.monotonic() > ends:
                return False
        return True


def _client(url: str) -> httpx.Client:
    headers = {"Origin": url, "Accept": "text/html"}
    return httpx.Client(base_url=url, headers=headers, follow_redirects=True, timeout=30)


@pytest.mark.slow
@pytest.mark.broker
def test_a_call_at_the_running_demonstration_is_dialled_reported_and_told(staying):
    url = staying.says(r"(http://127\.0\.0\.1:\d+)/desk ")[1]
    passwords = {role: staying.says(rf"^  {role} +(\S+)$")[1] for role in ("agent", "supervisor")}
    with _client(url) as agents, _client(url) as supervisors:
        agent = _Browser(agents, "agent", passwords["agent"])
        customer = re.search(r'id="customer">[^<]*(C-\d+)', agent.sends("/desk", act="next"))[1]
        assert 'href="tel:' not in agent.html
        assert 'href="tel:+44' in agent.sends("/desk", act="dial")
        agent.sends("/desk", act="report", outcome="promise_to_pay", amount="10", day="2026-11-26", then="pause")
        staying.says(rf"^{customer} .* call_task  delivered  reported")
        supervisor = _Browser(supervisors, "supervisor", passwords["supervisor"])
        assert supervisor.finds(f"/why/{customer}", "A promise to pay was recorded")


@pytest.mark.slow
@pytest.mark.broker
def test_a_demonstration_that_stays_ends_well_when_it_is_interrupted(staying):
    staying.process.send_signal(signal.SIGINT)
    staying.process.communicate(timeout=120)
    assert staying.process.returncode == 0
