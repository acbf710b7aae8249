"""Telephone numbers and e-mail addresses in the one form in which they are stored, compared and called.

What cannot be brought into that form is refused: a number that is guessed at reaches a stranger.
"""

import re

import phonenumbers

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_CALLING_CODES = frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
_LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
_LONGEST_NUMBER = 40  # more than any number written with spaces, brackets and a prefix
# Dot-atom of RFC 5322 in ASCII: too many receivers refuse quoted local parts and those in UTF-8.
_ADDRESS = re.compile(
    r"(?=.{3,64}@|.{1,2}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})",
    re.ASCII,
)


def e164(number: str, country: str | None) -> str | None:
    """The number in E.164 form (`+4915112345678`), or None if it is not a plausible number.

    `country` (ISO 3166-1) resolves national numbers; without it only international ones are understood. A
    plausible number has a calling code that exists and a possible length; whether it is in service, only a
    call can tell. Numbers with an extension are refused: E.164 cannot hold it, and the bare number would
    reach somebody else.
    """
    if _E164.fullmatch(number):
        rest = _after_calling_code(number)
        if rest is None:
            return None
        if not rest.startswith("0"):
            return number
        # Mostly the zero that is dialled within the country: with it, it is another number than the one that answers STOP.
    if len(number) > _LONGEST_NUMBER or not number.isprintable():
        return None
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if parsed.extension or not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _after_calling_code(number: str) -> str | None:
    return next((number[end:] for end in (2, 3, 4) if int(number[1:end]) in _CALLING_CODES), None)


def email(address: str) -> str | None:
    """The address with its domain in lower case and ASCII (IDNA), or None if it is not one that mail reaches.

    The local part keeps its case: it belongs to the receiver (RFC 5321 section 2.4).
    """
    local, at, domain = address.rpartition("@")
    if not at or len(address) > _LONGEST_ADDRESS:
        return None
    domain = domain.lower()
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    written = f"{local}@{domain}"
    return written if len(written) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(written) else None
