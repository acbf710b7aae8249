"""What replies to a text ask for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms_opt_out import reply
from channels.sms_opt_out_keywords import HELP, PERHAPS, START, STOP

REPLIES = Path(__file__).parent / "replies"


def lines(kind):
    return [
        pytest.param(line, id=f"{path.name.split('.')[0]}: {line}")
        for path in sorted(REPLIES.glob(f"*.{kind}.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


# --- keywords: the whole message


@pytest.mark.parametrize(("language", "word"), [(language, word) for language, words in STOP.items() for word in words])
def test_a_stop_word_alone_stops(language, word):
    assert reply(word) == "stop"


@pytest.mark.parametrize(
    ("group", "meaning"),
    [(START, "start"), (HELP, "help")],
    ids=["start", "help"],
)
def test_the_other_keywords_mean_what_they_say(group, meaning):
    assert {reply(word) for words in group.values() for word in words} == {meaning}


@pytest.mark.parametrize("sign", PERHAPS)
def test_what_may_be_a_keyword_or_a_slip_is_read_by_a_person(sign):
    assert reply(sign) == "perhaps_stop"


@pytest.mark.parametrize(
    "written",
    [
        "STOP",
        " stop\n",
        "Stop.",
        "“STOP”",
        "stop!!!",
        "S T O P",
        "s.t.o.p",
        "ＳＴＯＰ",
        "ｓｔｏｐ！",
        "STOP STOP STOP",
        "Opt-Out",
        "OPT OUT",
        "\u200bSTOP\u200b",
        "ARRÊT",
        "Arre\u0302t",
        "Désabonner",
        "退订。",
        "【退订】",
        "退 订",
        "СТОП!",
        "수신거부!",
        "配信停止。",
        "Stopp!",
    ],
)
def test_a_keyword_is_known_however_it_is_written(written):
    assert reply(written) == "stop"


@pytest.mark.parametrize("answer", ["yes", "Yes", "sí", "ok", "", "   ", "?", "👍", "1", "好", "да"])
def test_an_answer_is_no_keyword(answer):
    assert reply(answer) == "other"


@pytest.mark.parametrize(("opt_out_type", "meaning"), [("STOP", "stop"), ("START", "start"), ("HELP", "help")])
def test_what_the_provider_has_acted_on_is_what_counts(opt_out_type, meaning):
    assert reply("JOIN MY PROGRAMME", opt_out_type) == meaning


def test_a_word_of_the_provider_that_is_unknown_changes_nothing():
    assert reply("stop", "PAUSE") == "stop"


# --- free words


@pytest.mark.parametrize("text", lines("opt_outs"))
def test_a_request_in_free_words_is_held_for_a_person(text):
    assert reply(text) == "perhaps_stop"


@pytest.mark.parametrize("text", lines("answers"))
def test_an_answer_about_the_bill_is_left_alone(text):
    assert reply(text) == "other"


@pytest.mark.parametrize("language", ["en", "es", "zh"])
@pytest.mark.parametrize("kind", ["opt_outs", "answers"])
def test_there_are_enough_examples_to_judge_by(language, kind):
    assert len(set((REPLIES / f"{language}.{kind}.txt").read_text(encoding="utf-8").splitlines())) >= 30


@pytest.mark.parametrize(
    "text",
    [
        "Loved “Your bill is due. Reply STOP to stop texting me”",
        "Disliked “Please pay. Text STOP to unsubscribe”",
        "Le gustó “Su factura vence. Responda BAJA para darse de baja”",
    ],
)
def test_a_heart_on_our_own_text_is_not_its_words(text):
    assert reply(text) == "other"


def test_somebody_who_quotes_themselves_is_heard():
    assert reply('I told you "stop texting me" twice') == "perhaps_stop"


@given(st.text(max_size=400))
def test_any_text_means_something(text):
    assert reply(text) in {"stop", "start", "help", "perhaps_stop", "other"}


@pytest.mark.parametrize("unit", ["stop ", "no me ", "不要", "please ", "don't ", "a"])
def test_a_text_without_an_end_is_not_read_to_its_end(unit):
    assert reply(unit * 100_000) in {"stop", "perhaps_stop", "other"}
