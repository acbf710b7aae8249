"""What others typed (names, invoice numbers, descriptions, lines of the bill), made safe to stand in our messages.

A message speaks in the creditor's name, so nobody else may put a link, a line break or a reversed reading order into it.
"""

import re

_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]")
"""Joins words, hides text or reverses it. The joiners that scripts and emoji need (U+200C, U+200D) stay."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DOT_BEFORE_WORD = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
"""The dot that makes `name.tld` a link on a telephone."""

_ELLIPSIS = "…"


def foreign_text(text: str, longest: int) -> str:
    """One line of at most `longest` characters, cut with an ellipsis, that no telephone or mail program turns into a link.

    Words with a link in them are dropped; a bare `name.tld` gets a space after its dot, so that names such as `J.Smith`
    stay readable.
    """
    if _is_harmless(text) and len(text) <= longest:
        return text
    visible = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    words = (word for word in visible.split() if "://" not in word and "www." not in word.lower())
    return clipped(_DOT_BEFORE_WORD.sub(". ", " ".join(words)), longest)


def _is_harmless(text: str) -> bool:
    """Nearly every text: no link without a dot or a slash, and nothing to be collapsed."""
    plain = text.isascii() and text.isprintable() and "." not in text and "/" not in text
    return plain and "  " not in text and text[:1] != " " and text[-1:] != " "


def clipped(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis: at most `longest` characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + _ELLIPSIS
