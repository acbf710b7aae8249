"""Which words a customer gets: by language first, then by message.

A customer's locale `zh-CN` looks into the folders `zh-CN` and `zh`, then into any folder of the same language and script,
then into the default language. In each of them a message without words of its own is said in the generic words of its
phase. The default language has generic words on every channel, so there are always some.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import get_global
from jinja2 import Template

from dispatcher.messages.formats import Formats, formats
from dispatcher.messages.language import Language, load_language
from dispatcher.messages.money import parse_locale
from dispatcher.messages.problems import TemplateProblem
from dispatcher.messages.vocabulary import ACKNOWLEDGEMENTS, GENERIC, KINDS, WRITTEN, file_of, words_file
from schemas.values import Channel

DEFAULT_LANGUAGE = "en"
BUILT_IN = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Piece:
    """What to render: the words, the layouts around them (as `KINDS` orders them), and how numbers and dates are written."""

    words: Template
    layouts: tuple[Template, ...]
    language: str
    formats: Formats


class Catalogue:
    """All templates of all languages, compiled. Look-ups are remembered: there are few locales, messages and channels."""

    def __init__(self, languages: Mapping[str, Language]) -> None:
        self._languages = languages
        self._chains: dict[str, tuple[Language, ...]] = {}
        self._pieces: dict[tuple[str, str, str, Channel], Piece] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of all languages that have templates."""
        return tuple(sorted(self._languages))

    def find(self, locale: str, message: str, phase: str, channel: Channel) -> Piece:
        """The piece for a customer's locale (BCP 47): the words of the message, or those of its phase."""
        key = (locale, message, phase, channel)
        piece = self._pieces.get(key)
        if piece is None:
            piece = self._search(locale, message, phase, channel)
            if len(self._pieces) < _MOST_REMEMBERED:
                self._pieces[key] = piece
        return piece

    def pieces(self) -> Iterator[tuple[str, Channel, Piece]]:
        """Everything that can be said: message, channel and piece, in every language that has words for it."""
        for language in self._languages.values():
            for name, words in sorted(language.templates.items()):
                file = file_of(name)
                if file is not None and file.message is not None:
                    yield file.message, file.channel, _piece(language, words, file.channel)

    def has_own_words(self, message: str, channel: Channel) -> bool:
        """Whether the message has words of its own in the default language, or is said generically."""
        return self._languages[DEFAULT_LANGUAGE].words(message, channel) is not None

    def _search(self, locale: str, message: str, phase: str, channel: Channel) -> Piece:
        for language in self._chain(locale):
            for name in (message, phase):
                words = language.words(name, channel)
                if words is not None:
                    return _piece(language, words, channel, _number_locale(locale, language))
        raise LookupError(f"{words_file(phase, channel)} is missing in {DEFAULT_LANGUAGE}: unchecked templates")

    def _chain(self, locale: str) -> tuple[Language, ...]:
        chain = self._chains.get(locale)
        if chain is None:
            tags = dict.fromkeys([*_prefixes(locale), *self._relatives(locale), DEFAULT_LANGUAGE])
            chain = tuple(self._languages[tag] for tag in tags if tag in self._languages)
            if len(self._chains) < _MOST_REMEMBERED:
                self._chains[locale] = chain
        return chain

    def _relatives(self, locale: str) -> Iterator[str]:
        """Folders of the same language in the same script: `zh` and `zh-SG` read `zh-CN`, `zh-TW` does not."""
        wanted = parse_locale(locale)
        if wanted is not None:
            for tag, language in sorted(self._languages.items()):
                if _language_and_script(language.locale) == _language_and_script(wanted):
                    yield tag


_MOST_REMEMBERED = 10_000
"""Locales come from outside: what is remembered of them is bounded."""


def load_catalogue(search: Sequence[Path]) -> Catalogue | list[TemplateProblem]:
    """All templates in `search` (the first folder first) and then the built-in ones, or every problem found."""
    problems = [
        TemplateProblem(str(folder), None, "there is no such folder", "a folder with one folder a language in it")
        for folder in search
        if not folder.is_dir()
    ]
    roots = [folder for folder in (*search, BUILT_IN) if folder.is_dir()]
    languages: dict[str, Language] = {}
    for tag in sorted({folder.name for root in roots for folder in root.iterdir() if _is_language(folder)}):
        folders = [root / tag for root in roots if (root / tag).is_dir()]
        locale = parse_locale(tag)
        if locale is None:
            problems.append(TemplateProblem(str(folders[0]), None, "is no known language", "a tag such as en, zh-CN"))
            continue
        loaded = _loaded(tag, locale, folders)
        if isinstance(loaded, Language):
            languages[tag] = loaded
        else:
            problems += loaded
    problems += _missing_generics(roots[0], languages)
    return problems or Catalogue(languages)


def _loaded(tag: str, locale: Locale, folders: Sequence[Path]) -> Language | list[TemplateProblem]:
    if folders[-1].parent != BUILT_IN:
        return load_language(tag, locale, folders)
    built_in = _built_in(tag, locale)
    if len(folders) == 1 or not isinstance(built_in, Language):
        return built_in
    return load_language(tag, locale, folders, built_in)


@cache
def _built_in(tag: str, locale: Locale) -> Language | list[TemplateProblem]:
    return load_language(tag, locale, [BUILT_IN / tag])


def _piece(language: Language, words: Template, channel: Channel, locale: Locale | None = None) -> Piece:
    layouts = tuple(language.templates[layout] for layout in KINDS[channel].layouts)
    return Piece(words, layouts, language.tag, formats(str(locale or language.locale)))


def _missing_generics(root: Path, languages: Mapping[str, Language]) -> Iterator[TemplateProblem]:
    default = languages.get(DEFAULT_LANGUAGE)
    if default is None:
        return
    said: list[tuple[str, Channel]] = [(message, channel) for message in GENERIC for channel in KINDS]
    said += [(message, channel) for message in ACKNOWLEDGEMENTS for channel in WRITTEN]
    for message, channel in said:
        if default.words(message, channel) is None:
            file = root / DEFAULT_LANGUAGE / words_file(message, channel)
            yield TemplateProblem(str(file), None, "is missing", "generic words for each phase and channel")


def _is_language(folder: Path) -> bool:
    return folder.is_dir() and folder.name[0] not in "._"


def _prefixes(locale: str) -> Iterator[str]:
    parts = locale.replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def _number_locale(locale: str, language: Language) -> Locale:
    """The customer's own format where the words are in the customer's language, else the words' one."""
    own = parse_locale(locale)
    if own is None or _language_and_script(own) != _language_and_script(language.locale):
        return language.locale
    return own


def _language_and_script(locale: Locale) -> tuple[str, str | None]:
    if locale.script is not None:
        return locale.language, locale.script
    likely: Mapping[str, str] = get_global("likely_subtags")
    known = f"{locale.language}_{locale.territory}" if locale.territory else locale.language
    full = likely.get(known) or likely.get(locale.language, "")
    return locale.language, next((part for part in full.split("_") if len(part) == _SCRIPT_LENGTH), None)


_SCRIPT_LENGTH = 4
