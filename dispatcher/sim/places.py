"""Where invented customers live: countries, what a profile says of the zone, and where the clock really is."""

from dataclasses import dataclass

_EVERYWHERE_US = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Anchorage",
    "Pacific/Honolulu",
)


@dataclass(frozen=True, slots=True)
class Home:
    """A kind of address. `stated` is the zone that profiles name, if any; the customer lives in one of `zones`."""

    country: str
    region: str | None
    stated: str | None
    zones: tuple[str, ...]
    locale: str
    currency: str


def _stated(country: str, zone: str, locale: str, currency: str, region: str | None = None) -> Home:
    return Home(country, region, zone, (zone,), locale, currency)


HOMES = (
    _stated("GB", "Europe/London", "en-GB", "GBP"),
    _stated("DE", "Europe/Berlin", "de-DE", "EUR", "DE-BY"),
    Home("DE", None, None, ("Europe/Berlin",), "de-DE", "EUR"),
    _stated("FR", "Europe/Paris", "fr-FR", "EUR"),
    Home("ES", None, None, ("Europe/Madrid", "Atlantic/Canary"), "es-ES", "EUR"),
    Home("PT", "PT-20", None, ("Atlantic/Azores",), "pt-PT", "EUR"),
    _stated("GR", "Europe/Athens", "el-GR", "EUR"),
    _stated("US", "America/New_York", "en-US", "USD", "US-NY"),
    Home("US", "US-CA", None, ("America/Los_Angeles",), "en-US", "USD"),
    Home("US", "US-TX", None, ("America/Chicago", "America/Denver"), "es-US", "USD"),
    Home("US", "US-AZ", "Arizona/Nowhere", ("America/Phoenix",), "en-US", "USD"),
    Home("US", None, None, _EVERYWHERE_US, "en-US", "USD"),
    Home("CA", "CA-ON", None, ("America/Toronto", "America/Winnipeg"), "en-CA", "CAD"),
    Home("BR", "BR-SP", None, ("America/Sao_Paulo",), "pt-BR", "BRL"),
    _stated("CL", "America/Santiago", "es-CL", "CLP"),
    Home("CN", None, None, ("Asia/Shanghai",), "zh-CN", "CNY"),
    _stated("IN", "Asia/Kolkata", "en-IN", "INR"),
    Home("KR", None, None, ("Asia/Seoul",), "ko-KR", "KRW"),
    _stated("IL", "Asia/Jerusalem", "he-IL", "ILS"),
    _stated("MA", "Africa/Casablanca", "ar-MA", "MAD"),
    _stated("EG", "Africa/Cairo", "ar-EG", "EGP"),
    Home("RU", "RU-MOW", None, ("Europe/Moscow",), "ru-RU", "RUB"),
    Home("AU", "AU-NSW", None, ("Australia/Sydney", "Australia/Broken_Hill"), "en-AU", "AUD"),
    _stated("AU", "Australia/Lord_Howe", "en-AU", "AUD", "AU-NSW"),
    Home("NZ", None, None, ("Pacific/Auckland", "Pacific/Chatham"), "en-NZ", "NZD"),
)
"""Many clocks: with and without a stated zone, misspelt, half an hour apart, and changing on different nights of spring."""
