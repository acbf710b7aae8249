"""In which language somebody reads the staff pages: as they chose, else as their browser says, else English."""

from collections.abc import Mapping
from typing import Final

from dispatcher.gateway.page_language import words_for_browser
from dispatcher.gateway.staff.people import LANGUAGES, Language
from dispatcher.gateway.staff.words import Words
from dispatcher.gateway.staff.words_en import EN
from dispatcher.gateway.staff.words_zh import ZH

WORDS: Final[Mapping[Language, Words]] = {"en": EN, "zh-CN": ZH}


def language_of(chosen: str | None, accepted: str) -> Language:
    """The language; `chosen` is a tag that was kept in a cookie, `accepted` the header Accept-Language."""
    wanted = chosen or words_for_browser(accepted).tag
    return next((each for each in LANGUAGES if each == wanted), "en")
