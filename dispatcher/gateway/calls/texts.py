"""What a person typed, as an event may hold it. Pure."""

import unicodedata


def clean(written: str) -> str:
    """The text in one spelling, without control characters and halves of surrogate pairs, which no event may hold."""
    composed = unicodedata.normalize("NFC", written)
    kept = (letter for letter in composed if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs"})
    return "".join(kept).strip()
