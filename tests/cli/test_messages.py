"""`messages preview` and `check`: what a customer would read, and what is wrong with it."""

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

EXAMPLE = str(Path(__file__).parents[2] / "deploy" / "policy.example.toml")
THANKS = ("acknowledgement", "plan_agreed")
RUDE = "{% block message %}Pay up, or else: {{ total }}, {{ days }} days, by {{ pay_by }}{% endblock %}"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own" / "en"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def pages(command, tmp_path: Path):
    ended = command("messages", "preview", "--out", str(tmp_path / "out"), "--policy", EXAMPLE)
    assert ended.code == 0, ended.err
    return {page.name: page.read_text(encoding="utf-8") for page in (tmp_path / "out").iterdir()}


def test_every_stage_channel_and_locale_has_a_page_that_the_index_links(pages):
    linked = set(re.findall(r'<a href="([^"]+)"', pages["index.html"]))
    assert linked == set(pages) - {"index.html"}
    assert {"notice.email.es.html", "notice.sms.zh-CN.html", "class_61_plus.call_task.en.html"} <= linked


def test_thank_yous_have_pages_too(pages):
    assert "250.00" in pages["thanks.acknowledgement.sms.en.html"]
    assert {"thanks.plan_agreed.email.es.html", "thanks.plan_agreed.sms.zh-CN.html"} <= set(pages)


def test_what_a_policy_acknowledges_has_the_pages_of_a_stage(command, tmp_path):
    full = str(Path(EXAMPLE).with_name("policy.full.toml"))
    command("messages", "preview", "--out", str(tmp_path / "out"), "--policy", full)
    found = {page.name for page in (tmp_path / "out").iterdir()}
    expected = {f"{stage}.email.{language}.html" for stage in THANKS for language in ("en", "es", "zh-CN")}
    assert (expected <= found, any(name.startswith("thanks.") for name in found)) == (True, False)


def test_a_page_needs_no_network(pages):
    outside = re.compile(r"<(?:script|link|img)|\bsrc=|@import|url\(")
    assert [name for name, page in pages.items() if outside.search(page)] == []


def test_an_sms_is_shown_with_its_encoding_its_parts_and_their_price(pages):
    page = pages["notice.sms.en.html"]
    assert re.search(r"GSM-7, \d+ units, 2 parts, about 0\.16", page)
    assert "UCS-2" in pages["notice.sms.zh-CN.html"]


def test_a_mail_is_shown_in_a_frame_without_rights_with_subject_and_text(pages):
    page = pages["notice.email.en.html"]
    assert re.search(r'<iframe sandbox title="[^"]+" srcdoc="&lt;!DOCTYPE html&gt;', page)
    assert ("Subject: <strong>Notice about invoice 2026-1103</strong>" in page, "<pre" in page) == (True, True)


def test_a_call_is_shown_with_its_script(pages):
    assert "IDENTIFY FIRST" in html.unescape(pages["class_61_plus.call_task.en.html"])


class Tags(HTMLParser):
    """Collects what is open and never closed."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_page_closes_what_it_opens(pages):
    for page in pages.values():
        parser = Tags()
        parser.feed(page)
        assert parser.open == []


def test_what_a_policy_says_is_escaped(command, tmp_path: Path):
    policy = tmp_path / "policy.toml"
    policy.write_text(Path(EXAMPLE).read_text("utf-8").replace("Example Energy Ltd", "<script>alert(1)</script> Ltd"))
    command("messages", "preview", "--out", str(tmp_path / "out"), "--policy", str(policy))
    assert [page.name for page in (tmp_path / "out").iterdir() if "<script" in page.read_text("utf-8")] == []


def test_the_same_input_gives_the_same_pages(command, tmp_path: Path, pages):
    command("messages", "preview", "--out", str(tmp_path / "again"), "--policy", EXAMPLE)
    assert {page.name: page.read_text("utf-8") for page in (tmp_path / "again").iterdir()} == pages


def test_the_example_is_fit_to_be_sent(command):
    ended = command("messages", "check", "--policy", EXAMPLE)
    assert (ended.code, "all messages in en, es, zh-CN are fit" in ended.out) == (0, True)


def test_own_templates_are_checked_with_file_line_and_advice(command, own: Path):
    (own / "notice.sms.txt").write_text(RUDE)
    ended = command("messages", "check", "--policy", EXAMPLE, "--templates", str(own.parent))
    assert ended.code == 4
    assert f"{own / 'notice.sms.txt'}, line 1: 'or else' reads as a threat; expected" in ended.err


def test_words_for_before_the_due_date_are_refused_after_it(command, own: Path):
    (own / "notice.sms.txt").write_text("{% block message %}{{ total }} is due on {{ due }}.{% endblock %}")
    ended = command("messages", "check", "--policy", EXAMPLE, "--templates", str(own.parent))
    assert (ended.code, "the number of days overdue is missing" in ended.err) == (4, True)


def test_own_templates_are_checked_without_a_policy_too(command, own: Path):
    (own / "notice.sms.txt").write_text(RUDE)
    ended = command("messages", "check", DISPATCHER_TEMPLATES=str(own.parent))
    assert (ended.code, "reads as a threat" in ended.err) == (4, True)


def test_without_a_policy_the_answer_says_what_was_not_checked(command):
    ended = command("messages", "check")
    assert (ended.code, "--policy" in ended.out) == (0, True)


RUDE_POLICY = '"A late payment fee of 5.00 may be added, as stated in your contract."'


@pytest.fixture
def threatening(tmp_path: Path) -> str:
    policy = tmp_path / "policy.toml"
    policy.write_text(Path(EXAMPLE).read_text("utf-8").replace(RUDE_POLICY, '"We warn you: pay or else."'))
    return str(policy)


def test_a_declared_consequence_that_threatens_is_refused(command, threatening: str):
    ended = command("messages", "check", "--policy", threatening)
    assert (ended.code, "creditors.default.consequences.en[0]: " in ended.err) == (4, True)


def test_checking_a_policy_refuses_a_consequence_that_threatens(command, threatening: str):
    ended = command("policy", "check", threatening)
    assert (ended.code, f"{threatening}: creditors.default.consequences.en[0]: " in ended.err) == (4, True)


def test_checking_a_policy_names_an_unfit_message_as_json(command, threatening: str):
    found = json.loads(command("policy", "check", "--json", threatening).out.splitlines()[0])
    assert (found["path"], set(found)) == (
        "creditors.default.consequences.en[0]",
        {"path", "line", "expected", "advice"},
    )


def test_a_policy_whose_words_are_unfit_is_never_applied(command, threatening: str):
    """No cluster is there: it is refused before anybody would be asked."""
    ended = command("policy", "apply", threatening, DISPATCHER_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert (ended.code, "creditors.default.consequences.en[0]" in ended.err) == (4, True)


@pytest.mark.parametrize("way", [("check",), ("apply",)])
def test_own_words_that_lack_what_a_stage_needs_refuse_its_policy(command, own: Path, way):
    """The words are complete before the due date: only the policy, which says them after it, shows what is missing."""
    (own / "follow_up.sms.txt").write_text("{% block message %}invoice over {{ total }}, due {{ due }}.{% endblock %}")
    where = {"DISPATCHER_TEMPLATES": str(own.parent), "DISPATCHER_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    ended = command("policy", *way, EXAMPLE, **where)
    assert (ended.code, f"{own / 'follow_up.sms.txt'}, line 1: the date to pay by is missing" in ended.err) == (4, True)


def test_a_preview_says_what_is_not_fit_to_be_sent(command, threatening: str, tmp_path: Path):
    ended = command("messages", "preview", "--out", str(tmp_path / "out"), "--policy", threatening)
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert (ended.code, "Not fit to be sent" in index) == (1, True)


def test_a_name_that_makes_every_sms_too_long_is_found(command, tmp_path: Path):
    policy = tmp_path / "policy.toml"
    long = Path(EXAMPLE).read_text("utf-8").replace("sms_max_parts = 6", "sms_max_parts = 1")
    policy.write_text(long)
    ended = command("messages", "check", "--policy", str(policy))
    assert (ended.code, "parts at its shortest" in ended.err) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--creditor", "nobody"), "expected one of acme, default"),
        (("--sms-price", "cheap"), "expected an amount"),
        (("--sms-price", "nan"), "expected an amount"),
    ],
)
def test_a_wrong_call_says_what_was_expected(command, tmp_path: Path, arguments, said: str):
    ended = command("messages", "preview", "--out", str(tmp_path), "--policy", EXAMPLE, *arguments)
    assert (ended.code, said in ended.err) == (2, True)
