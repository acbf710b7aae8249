"""Why somebody was contacted or not, in the languages of the staff pages: one sentence a code."""

from dispatcher.core.explain import sentence
from dispatcher.gateway.reason_words_zh import REASONS
from dispatcher.gateway.staff.people import Language
from schemas.journal import Result
from schemas.reasons import ReasonCode


def reason_sentence(code: ReasonCode, result: Result, language: Language) -> str:
    """A reason in words; in English where a language lacks them."""
    english = sentence(code, result)
    if language == "en":
        return english
    return PLANNED if (result, code) == ("planned", "due") else REASONS.get(code, english)


PLANNED = "该阶段届时开始。"
