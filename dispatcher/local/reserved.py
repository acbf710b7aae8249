"""Which telephone numbers and e-mail addresses belong to nobody: all that a stand-in ever sends to.

Each range is set aside by the authority that hands out numbers, for fiction and tests; a number outside of
them may be somebody's.
"""

import re
from typing import Final

_NUMBERS: Final = (
    # North America: 555-0100 to 555-0199 in any area code (North American Numbering Plan Administrator, 555
    # line numbers).
    r"1[2-9][0-9]{2}555 01[0-9]{2}",
    # Twilio's magic numbers (https://www.twilio.com/docs/iam/test-credentials).
    r"1500555 0[0-9]{3}",
    # United Kingdom (Ofcom, "Telephone numbers for use in TV and radio drama programmes").
    r"44 7700 900[0-9]{3}",
    r"44 20 7946 0[0-9]{3}",
    r"44 1632 960[0-9]{3}",
    r"44 1(13|14|15|16|17|18|21|31|41|51|61) 496 0[0-9]{3}",
    r"44 191 498 0[0-9]{3}",
    r"44 808 157 0[0-9]{3}",
    # Australia (Australian Communications and Media Authority, numbers for use in TV, radio, film and books).
    r"61 [2378] (5550|7010) [0-9]{4}",
    r"61 491 57(0006|0156|0157|0158|0159|0110|0313|0737|1266|1491|1804)",
    # Germany (Bundesnetzagentur, "Rufnummern für Drama und Medien").
    r"49 30 23125[0-9]{3}",
    r"49 40 66969[0-9]{3}",
    r"49 69 90009[0-9]{3}",
    r"49 89 99998[0-9]{3}",
    r"49 221 4710[0-9]{3}",
    r"49 171 39200[0-9]{2}",
    r"49 176 040690[0-9]{2}",
    # France (ARCEP, "numéros pour les œuvres audiovisuelles").
    r"33 (199 00|261 91|353 01|465 71|536 49|639 98) [0-9]{4}",
    # Ireland (ComReg, numbering conditions: drama numbers).
    r"353 20 91[0-9]{5}",
    # Sweden (PTS, "telefonnummer för användning i böcker och filmer").
    r"46 70 17406(0[5-9]|[1-9][0-9])",
)

_NUMBER: Final = re.compile(r"\+(" + "|".join(each.replace(" ", "") for each in _NUMBERS) + ")")

_DOMAINS: Final = ("example.com", "example.net", "example.org", "test", "example", "invalid", "localhost")
"""RFC 2606 and RFC 6761: these names and everything below them are never anybody's."""

EXPECTED_NUMBER: Final = "a number reserved for tests, such as +12025550123 or +447700900123"
EXPECTED_ADDRESS: Final = "an address at a domain reserved for tests, such as example.com or anything.test"


def is_reserved_number(number: str) -> bool:
    """Whether a number in E.164 form is reserved for fiction and tests."""
    return _NUMBER.fullmatch(number) is not None


def is_reserved_address(address: str) -> bool:
    """Whether an e-mail address is at a domain that can never exist or belongs to nobody."""
    local, at, domain = address.rpartition("@")
    labels = "." + domain.lower().removesuffix(".")
    return bool(local and at) and any(labels.endswith("." + name) for name in _DOMAINS)
