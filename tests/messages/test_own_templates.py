"""Folders of the user's own templates: searched first, checked at start, and never able to stop a message."""

import pytest

from dispatcher.messages.problems import TemplateProblems
from dispatcher.messages.rendering import Templates, load
from tests.messages.samples import claim, stage_saying


def folder(root, **files):
    """A folder with English templates: `sms` of the message, and so on; `__` in a name stands for a dot."""
    english = root / "en"
    english.mkdir()
    for name, text in files.items():
        (english / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return root


REQUIRED = "{{ total }} is {{ days }} days late, due {{ due }}, by {{ pay_by }}"
"""What no message may lack; who writes and how to answer stand in the layout."""


def saying(words):
    """A template of an SMS with all that it must hold."""
    return f"{{% block message %}}{words} {REQUIRED}{{% endblock %}}"


def problem(root):
    loaded = load([root])
    assert isinstance(loaded, TemplateProblems), "templates were expected to be refused"
    assert len(loaded.problems) == 1, str(loaded)
    return loaded.problems[0]


def test_own_words_come_first_and_the_layout_keeps_what_is_mandatory(tmp_path, policy):
    own = folder(tmp_path, first_contact__sms__txt=saying("hello from us, {{ total }} please."))
    text = Templates([own]).render(claim("sms"), policy).text
    assert text.startswith("Northwind: hello from us, £1,249.00 please.")
    assert "Reply STOP" in text


def test_the_first_folder_wins(tmp_path, policy):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = folder(tmp_path / "a", first_contact__sms__txt=saying("first"))
    second = folder(tmp_path / "b", first_contact__sms__txt=saying("second"))
    assert "first" in Templates([first, second]).render(claim("sms"), policy).text


def test_what_is_not_overridden_stays_built_in(tmp_path, templates, policy):
    own = folder(tmp_path, first_contact__sms__txt=saying("hello"))
    assert Templates([own]).render(claim("email"), policy) == templates.render(claim("email"), policy)


def test_a_message_of_ones_own_needs_only_its_words(tmp_path, policy):
    own = folder(tmp_path, welcome_back__sms__txt=saying("welcome back."))
    said = claim("sms", stage=stage_saying("welcome_back", "overdue"), days_overdue=3)
    assert "welcome back." in Templates([own]).render(said, policy).text


def test_a_part_can_be_included(tmp_path, policy):
    own = folder(
        tmp_path,
        _greeting__txt="good day, ",
        first_contact__sms__txt='{% block message %}{% include "_greeting.txt" %}' + REQUIRED + "{% endblock %}",
    )
    assert "good day, £1,249.00" in Templates([own]).render(claim("sms"), policy).text


def test_another_language_needs_only_words_and_layout(tmp_path, policy):
    german = tmp_path / "de"
    german.mkdir()
    (german / "layout.sms.txt").write_text(
        "{{ creditor }}: {{ message }} Fragen? {{ phone }}{% if opt_out %} Ende: STOP{% endif %}", encoding="utf-8"
    )
    (german / "overdue.sms.txt").write_text(
        "{% block message %}{{ total }}, {{ days }} Tage, bis {{ pay_by }}{% endblock %}", encoding="utf-8"
    )
    text = Templates([tmp_path]).render(claim("sms", locale="de-AT"), policy).text
    assert text == "Northwind: £ 1.249,00, 2 Tage, bis 12. Nov. Fragen? 020 7946 0000 Ende: STOP"


@pytest.mark.parametrize(
    ("text", "line", "wrong", "expected"),
    [
        ("{% block message %}\n{{ total }", 2, "unexpected '}'", "Jinja"),
        ("{% block message %}\n{{ totl }}{% endblock %}", 2, "'totl' is not known", "total"),
        ("{% block message %}\n\n{{ total | wrap }}{% endblock %}", 3, "wrap", "Jinja"),
        ("{{ total }}", None, "block 'message' is missing", "{% block message %}"),
        ("{% block message %}{{ invoices }}{% endblock %}", 1, "'invoices' is not known", "in a layout only"),
        ("{% block message %}\n{{ total.nothing }}{% endblock %}", 2, "nothing", "variables"),
        ("{% block message %}\n{{ days / 0 }}{% endblock %}", 2, "division by zero", "variables"),
        ("{% block message %}{{ days | plural(one='day') }}{% endblock %}", 1, "other", "variables"),
        ("{% block message %}{% include 'none.txt' %}{% endblock %}", 1, "none.txt", "variables"),
        ("{% block message %}{{ ''.__class__.__mro__ }}{% endblock %}", 1, "unsafe", "variables"),
        ("{% block message %}{% for i in range(9) %}x{% endfor %}{% endblock %}", 1, "'range' is not known", "total"),
    ],
)
def test_a_broken_template_is_refused_with_file_line_and_what_was_expected(tmp_path, text, line, wrong, expected):
    found = problem(folder(tmp_path, first_contact__sms__txt=text))
    assert found.file.endswith("en/first_contact.sms.txt")
    assert (found.line, wrong in found.wrong, expected in found.expected) == (line, True, True), found


def test_a_misspelt_field_of_an_invoice_is_found_at_start(tmp_path):
    layout = "{{ subject }}{% for invoice in invoices %}\n{{ invoice.nummer }}{% endfor %}"
    found = problem(folder(tmp_path, layout__email__txt=layout))
    assert (found.file.endswith("layout.email.txt"), found.line, "nummer" in found.wrong) == (True, 2, True)


def test_a_file_that_no_message_would_ever_use_is_refused(tmp_path):
    found = problem(folder(tmp_path, first_contact__smss__txt="x"))
    assert ("no template has such a name" in found.wrong, "<message>.sms.txt" in found.expected) == (True, True)


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    root = folder(tmp_path)
    (root / "en" / "first_contact.sms.txt").write_bytes(b"{% block message %}\xff{% endblock %}")
    assert "UTF-8" in problem(root).wrong


def test_words_without_a_layout_of_their_language_are_refused(tmp_path):
    french = tmp_path / "fr"
    french.mkdir()
    (french / "overdue.sms.txt").write_text("{% block message %}x{% endblock %}", encoding="utf-8")
    assert problem(tmp_path).file.endswith("fr/layout.sms.txt")


def test_a_folder_that_is_no_language_is_refused(tmp_path):
    (tmp_path / "stuff").mkdir()
    assert "no known language" in problem(tmp_path).wrong


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    assert "no such folder" in problem(tmp_path / "absent").wrong


def test_every_problem_is_named_at_once(tmp_path):
    root = folder(tmp_path, first_contact__sms__txt="{{", notice__sms__txt="x", oops__txt="x")
    loaded = load([root])
    assert isinstance(loaded, TemplateProblems)
    assert [each.file.rpartition("/")[2] for each in loaded.problems] == [
        "first_contact.sms.txt",
        "notice.sms.txt",
        "oops.txt",
    ]


def test_a_template_that_fails_for_one_claim_gives_way_to_the_built_in_words(tmp_path, policy):
    fallbacks = []
    fails_on_day_77 = saying("{{ 1 // (days - 77) }}")
    own = Templates([folder(tmp_path, severe__sms__txt=fails_on_day_77)], on_fallback=fallbacks.append)
    text = own.render(claim("sms", "severe", days_overdue=77), policy).text
    assert ("77 days overdue" in text, fallbacks) == (True, [1])


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ("total", "the amount"),
        ("days", "the number of days overdue"),
        ("pay_by", "the date to pay by"),
    ],
)
def test_words_that_lack_what_a_reminder_must_say_are_refused(tmp_path, left_out, missing):
    """S12"""
    text = saying("").replace(f"{{{{ {left_out} }}}}", "it")
    found = problem(folder(tmp_path, first_contact__sms__txt=text.replace("{{ due }}", "-")))
    assert (found.line, found.wrong, f"{{{{ {left_out} }}}}" in found.expected) == (1, f"{missing} is missing", True)


def test_before_the_due_date_a_reminder_says_the_date(tmp_path):
    found = problem(folder(tmp_path, pre_due__sms__txt="{% block message %}{{ total }} soon{% endblock %}"))
    assert found.wrong == "the due date is missing"


@pytest.mark.parametrize(
    ("layout", "missing"),
    [
        ("{{ message }} {{ phone }} STOP", "the creditor's name"),
        ("{{ creditor }}: {{ message }} STOP", "how to reach the creditor"),
        ("{{ creditor }}: {{ message }} {{ phone }}", "how to opt out"),
    ],
)
def test_a_layout_that_lacks_who_writes_or_how_to_answer_is_refused(tmp_path, layout, missing):
    loaded = load([folder(tmp_path, layout__sms__txt=layout)])
    assert {each.wrong for each in loaded.problems} == {f"{missing} is missing"}


def test_rude_words_are_refused_with_their_line_and_advice(tmp_path):
    rude = "{% block message %}\n" + REQUIRED + "\nPay up, or else.\n{% endblock %}"
    loaded = load([folder(tmp_path, first_contact__sms__txt=rude)])
    assert {(each.line, each.wrong) for each in loaded.problems} == {
        (3, "'or else' reads as a threat"),
        (3, "'Pay up' reads as a false urgency"),
    }


def test_rude_words_of_one_phase_alone_are_found(tmp_path):
    rude = saying('{% if phase == "collection" %}You are a liar.{% endif %}')
    assert "insult" in problem(folder(tmp_path, our_own__sms__txt=rude)).wrong


def test_a_subject_with_an_amount_is_refused(tmp_path):
    blocks = {"subject": "{{ total }} for us", "opening": "Hello", "closing": ""}
    mail = "".join(f"{{% block {name} %}}{text}{{% endblock %}}" for name, text in blocks.items())
    loaded = load([folder(tmp_path, first_contact__email__txt=mail)])
    assert ["the subject tells of" in each.wrong for each in loaded.problems] == [True]


def test_an_sms_that_is_too_long_even_at_its_shortest_is_refused(tmp_path):
    found = problem(folder(tmp_path, first_contact__sms__txt=saying("We write to you. " * 60)))
    assert ("parts at its shortest" in found.wrong, "6 at most" in found.expected) == (True, True)
