"""What a reply to a text means for further texts: a keyword alone is obeyed, free words are held for a person to read.

A carrier knows only keywords ("Stop please" is none to it), the law knows any reasonable words. Free words never stop
anything by themselves, because they are guessed at; they keep the number silent until somebody has read them.

The patterns in `sms_opt_out_phrases` find much: a reminder late is better than one that was forbidden. What they leave alone
is what people say about bills: stopping a direct debit, cancelling an order, a message that did not arrive. To say that a
number is somebody else's is to ask for silence, too.
"""

import re
import unicodedata
from importlib.resources import files
from typing import Final, Literal

from channels.sms_opt_out_keywords import COURTESY, HELP, PERHAPS, START, STOP, Keyword

Reply = Literal["stop", "start", "help", "perhaps_stop", "other"]
"""`stop`, `start`, `help`: said in so many words. `perhaps_stop`: somebody has to read it, and until then nobody texts.
`other`: an answer."""

_LONGEST: Final = 1_600
"""Characters that are looked at: the longest text that a provider joins."""

_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_NO_WORD: Final = re.compile(r"[^\w]+|_")
_BETWEEN_SIGNS: Final = re.compile(r"\W+|_")
_CLAUSES: Final = re.compile(r"[.,;:!?…()\n\r，。；：！？、（）]+|(?:^|\s)[-–—]+(?:\s|$)")
_MOST_WORDS: Final = 5

_REACTION: Final = re.compile(
    r"(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? \w+ from|reacted .{1,8} to"
    r"|a aimé|a adoré|le gustó|le encantó|gefällt|hat .{1,30} markiert|喜欢了?|爱了|赞了)\s*[:：]?\s*[“\"«„「]",
    re.IGNORECASE,
)
"""What telephones send when somebody taps a heart on our text: the text again, with its "reply STOP" inside."""

_BY_TYPE: Final[dict[str, Reply]] = {"STOP": "stop", "START": "start", "HELP": "help"}


def reply(text: str, opt_out_type: str | None = None) -> Reply:
    """What the text asks for.

    `opt_out_type` is the provider's own word (`STOP`, `START`, `HELP`), where it has one: it has acted on it, so it wins.
    """
    if opt_out_type in _BY_TYPE:
        return _BY_TYPE[opt_out_type]
    looked_at = text[:_LONGEST]
    found = _KEYWORDS.get(_together(looked_at)) or _KEYWORDS.get(looked_at.strip().rstrip("\ufe0f"))
    if found is not None:
        return found
    words = plain(looked_at)
    said = words.split()
    if len(set(said)) == 1 and said[0] in _KEYWORDS:
        return _KEYWORDS[said[0]]
    return "perhaps_stop" if _is_request(looked_at, words) else "other"


def plain(text: str) -> str:
    """The words of a text: narrow, lower case, without accents and punctuation, one space apart."""
    return _NO_WORD.sub(" ", _bare(text).replace("#", " number ")).strip()


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def _together(text: str) -> str:
    """As `plain`, without spaces, so that `S T O P`, `opt-out` and `optout` are one."""
    return _BETWEEN_SIGNS.sub("", _bare(text))


def _is_request(text: str, words: str) -> bool:
    if _REACTION.match(text.strip()):
        return False
    if any(_is_polite_keyword(plain(clause)) for clause in _CLAUSES.split(text)) or any(
        pattern.search(words) for pattern in _WORDS
    ):
        return True
    signs = words.replace(" ", "")
    return any(pattern.search(signs) for pattern in _SIGNS)


def _is_polite_keyword(words: str) -> bool:
    """Whether there is a keyword in a clause and, beside that, nothing but courtesy."""
    said = words.split()
    if len(said) > _MOST_WORDS:
        return False
    rest = "".join(word for word in said if word not in _COURTESY)
    # "STOP 1234" names our number; a number beside another keyword may be an order, or a date.
    return _KEYWORDS.get(rest) == "stop" or rest.rstrip("0123456789") == "stop"


def _keywords() -> dict[str, Keyword]:
    groups: tuple[tuple[Keyword, dict[str, tuple[str, ...]]], ...] = (("help", HELP), ("start", START), ("stop", STOP))
    # A word that means stop in one language stops, whatever it means in another.
    found: dict[str, Keyword] = {_together(sign) or sign: "perhaps_stop" for sign in PERHAPS}
    found |= {_together(word): meaning for meaning, group in groups for words in group.values() for word in words}
    return found


def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    text = files("channels").joinpath("sms_opt_out_phrases", f"{language}.txt").read_text(encoding="utf-8")
    names: dict[str, str] = {}
    found = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        written = line
        for name, pattern in names.items():
            written = written.replace(f"{{{name}}}", pattern)
        if (defined := _DEFINITION.fullmatch(written)) is not None:
            names[defined["name"]] = defined["pattern"]
        else:
            found.append(re.compile(written))
    return tuple(found)


_DEFINITION: Final = re.compile(r"(?P<name>[a-z]+) = (?P<pattern>.+)")
_COURTESY: Final = frozenset(COURTESY.split())
_KEYWORDS: Final = _keywords()
_WORDS: Final = tuple(pattern for language in ("en", "es", "de", "fr") for pattern in _patterns(language))
_SIGNS: Final = _patterns("zh")
