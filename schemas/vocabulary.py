"""The public code lists that events are checked against: currencies, countries, time zones, locales.

The lists are data of the product or of pinned packages, so that every installation accepts the same events
whatever its operating system carries.
"""

from functools import cache, lru_cache
from importlib.resources import files

from babel import Locale, parse_locale

_CURRENCIES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR
PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF
YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CURRENCIES.split())
"""ISO 4217 codes in which an invoice can be owed.

Current codes (list one), and ANG and BGN, replaced in 2025 and 2026, for invoices that are still open.
Metals, test codes and units of account (XAU, XTS, XDR, ...) are no money that anyone owes.
"""

_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_COUNTRIES.split())
"""ISO 3166-1 alpha-2 codes, and XK (Kosovo), which is in common use with a calling code of its own."""

ZONES = frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split()) - {"Factory"}
"""IANA zone names, links included, of the pinned zone database; `Factory` means that none was chosen."""


@lru_cache(maxsize=1024)
def canonical_locale(tag: str) -> str | None:
    """The BCP 47 tag in its usual spelling (`zh-hant-tw` is `zh-Hant-TW`), or None.

    Language and territory must be known to CLDR; Unicode and private extensions (`-u-...`, `-x-...`) are
    accepted and left out, because nothing that is written to a customer depends on them.
    """
    subtags = tag.split("-")
    for position, subtag in enumerate(subtags):
        if position > 0 and len(subtag) == 1:
            subtags = subtags[:position]
            break
    try:
        language, territory, script, *_ = parse_locale("-".join(subtags), sep="-")
    except ValueError:
        return None
    languages, territories = _cldr_names()
    if language not in languages or (territory is not None and territory not in territories):
        return None
    return "-".join(part for part in (language, script, territory) if part)


@cache
def _cldr_names() -> tuple[frozenset[str], frozenset[str]]:
    """Language and territory codes of CLDR; read once, at the first profile."""
    english = Locale("en")
    return frozenset(english.languages), frozenset(english.territories)
