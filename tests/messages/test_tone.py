"""Civil sentences are told from those that are not, in every language, and what a creditor declared may be said."""

from pathlib import Path

import pytest

from dispatcher.messages.tone import Improper, improper, improper_consequence, judged

CORPUS = Path(__file__).parent / "tone"
LANGUAGES = ("en", "zh-CN", "es")
LEAST = 30
FLOOR = 2 / 3
"""Of the rude sentences that nobody looked at while the lists were made."""


def sentences(language, kind):
    return (CORPUS / f"{language}.{kind}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rude_sentence_is_found(language):
    """S13"""
    assert [sentence for sentence in sentences(language, "rude") if not improper(sentence, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_polite_sentence_is_taken_for_a_rude_one(language):
    """S13"""
    found = {sentence: improper(sentence, language) for sentence in sentences(language, "polite")}
    assert {sentence: said for sentence, said in found.items() if said} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_rude_sentences_that_the_lists_were_not_made_from_are_found(language):
    """S13: they were written after the lists, and no list was changed because of them; who mends one, adds new ones here."""
    found = [sentence for sentence in sentences(language, "unseen.rude") if improper(sentence, language)]
    assert len(found) >= FLOOR * len(sentences(language, "unseen.rude"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_polite_sentence_that_the_lists_were_not_made_from_is_taken_for_a_rude_one(language):
    """S13"""
    assert [each for each in sentences(language, "unseen.polite") if improper(each, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["unseen.rude", "unseen.polite"])
def test_enough_of_them_are_kept_apart(language, kind):
    apart = set(sentences(language, kind))
    assert (len(apart) >= 15, apart & set(sentences(language, kind.removeprefix("unseen.")))) == (True, set())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["rude", "polite"])
def test_each_language_is_tried_on_enough_different_sentences(language, kind):
    assert len(set(sentences(language, kind))) >= LEAST


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_are_more_than_the_phrases_that_are_looked_for(language):
    bare = [
        sentence
        for sentence in sentences(language, "rude")
        for found in improper(sentence, language)
        if found.offence != "shouting" and found.phrase == sentence.rstrip(".!?。！？")
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("text", "language", "offence"),
    [
        ("Pay or else.", "en", "threat"),
        ("We are forced to act.", "en-GB", "threat"),
        ("You are a DEBTOR.", "en", "insult"),
        ("Pay immediately!", "en", "false urgency"),
        ("We will take you to court.", "en", "legal claim"),
        ("You will be prosecuted.", "en", "legal claim"),
        ("We will tell your employers.", "en", "exposure"),
        ("Pay now!!", "en", "shouting"),
        ("PLEASE ANSWER TODAY", "en", "shouting"),
        ("否则后果自负", "zh-CN", "threat"),
        ("你是老赖", "zh", "insult"),
        ("请立即付款", "zh-CN", "false urgency"),
        ("我们将起诉", "zh-CN", "legal claim"),
        ("将通知您的单位", "zh-CN", "exposure"),
        ("请付款！！", "zh-CN", "shouting"),
        ("Pague o aténgase a las consecuencias", "es", "threat"),
        ("Es usted un moroso", "es-MX", "insult"),
        ("Pague inmediatamente", "es", "false urgency"),
        ("Le llevaremos ante el juzgado", "es", "legal claim"),
        ("Se lo diremos a su familia", "es", "exposure"),
    ],
)
def test_improper_phrases_are_found(text, language, offence):
    assert offence in {found.offence for found in improper(text, language)}


@pytest.mark.parametrize(
    "text", ["This is a courtesy call.", "Courtyard", "Thank you!", "We owe you an answer.", "IBAN"]
)
def test_harmless_words_are_not_taken_for_improper_ones(text):
    assert improper(text, "en") == ()


def test_what_the_creditor_declared_true_may_be_said():
    declared = ("Legal action may follow, as stated in your contract.",)
    assert improper(f"If unpaid: {declared[0]}", "en", declared=declared) == ()


def test_an_sms_without_accents_is_judged_like_one_with_them():
    assert improper("Es su ultima advertencia", "es") == improper("Es su última advertencia", "es") != ()


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Legal action may follow, as stated in your contract.", "en"),
        ("The claim may be passed to a court.", "en"),
        ("逾期信息可能会依法报送征信机构。", "zh-CN"),
        ("债权人可能会依法提起诉讼。", "zh-CN"),
        ("Puede presentarse una demanda judicial, según su contrato.", "es"),
    ],
)
def test_a_consequence_may_name_the_law_as_a_fact(sentence, language):
    assert improper_consequence(sentence, language) == ()


@pytest.mark.parametrize(
    ("sentence", "language", "offence"),
    [
        ("Pay or else we go to court.", "en", "threat"),
        ("Your employer will be told.", "en", "exposure"),
        ("否则将起诉。", "zh-CN", "threat"),
        ("Le denunciaremos por moroso.", "es", "insult"),
    ],
)
def test_a_consequence_may_not_threaten_insult_or_expose(sentence, language, offence):
    assert offence in {found.offence for found in improper_consequence(sentence, language)}


def test_a_language_without_phrases_is_checked_for_shouting_alone():
    assert (judged("de"), improper("Sie Lügner", "de"), improper("BITTE ZAHLEN SIE", "de")) == (
        False,
        (),
        (Improper("shouting", "BITTE ZAHLEN SIE"),),
    )
