"""Zones of the regions (ISO 3166-2) of countries that have several, and of countries whose official time is one.

A region that spans zones names all of them. Source: the zone database's own notes on each zone's extent; China keeps
Beijing time by law, whatever the clock in Urumqi says.
"""

from collections.abc import Mapping

COUNTRY_ZONES: Mapping[str, tuple[str, ...]] = {
    "CN": ("Asia/Shanghai",),
    "DE": ("Europe/Berlin",),
}

_BY_ZONES: Mapping[tuple[str, ...], str] = {
    ("America/New_York",): "US-CT US-DC US-DE US-GA US-MA US-MD US-ME US-NC US-NH US-NJ US-NY US-OH US-PA US-RI US-SC "
    "US-VA US-VT US-WV",
    ("America/New_York", "America/Chicago"): "US-FL US-IN US-KY US-MI US-TN",
    ("America/Chicago",): "US-AL US-AR US-IA US-IL US-LA US-MN US-MO US-MS US-OK US-WI",
    ("America/Chicago", "America/Denver"): "US-KS US-ND US-NE US-SD US-TX",
    ("America/Denver",): "US-CO US-MT US-NM US-UT US-WY",
    ("America/Denver", "America/Phoenix"): "US-AZ",
    ("America/Denver", "America/Los_Angeles"): "US-ID US-OR",
    ("America/Los_Angeles",): "US-CA US-WA",
    ("America/Los_Angeles", "America/Denver"): "US-NV",
    ("America/Anchorage", "America/Adak"): "US-AK",
    ("Pacific/Honolulu",): "US-HI",
    ("America/Puerto_Rico",): "US-PR",
    ("America/St_Johns", "America/Goose_Bay"): "CA-NL",
    ("America/Halifax",): "CA-NB CA-NS CA-PE",
    ("America/Toronto", "America/Blanc-Sablon"): "CA-QC",
    ("America/Toronto", "America/Winnipeg", "America/Atikokan"): "CA-ON",
    ("America/Winnipeg",): "CA-MB",
    ("America/Regina", "America/Edmonton"): "CA-SK",
    ("America/Edmonton",): "CA-AB",
    ("America/Vancouver", "America/Edmonton", "America/Dawson_Creek"): "CA-BC",
    ("Australia/Sydney", "Australia/Adelaide"): "AU-NSW",
    ("Australia/Sydney",): "AU-ACT",
    ("Australia/Melbourne",): "AU-VIC",
    ("Australia/Brisbane",): "AU-QLD",
    ("Australia/Adelaide",): "AU-SA",
    ("Australia/Perth", "Australia/Eucla"): "AU-WA",
    ("Australia/Hobart",): "AU-TAS",
    ("Australia/Darwin",): "AU-NT",
    ("America/Sao_Paulo",): "BR-SP BR-RJ BR-MG BR-ES BR-PR BR-SC BR-RS BR-GO BR-DF BR-BA BR-SE BR-AL BR-PE BR-PB BR-RN "
    "BR-CE BR-PI BR-MA BR-TO BR-PA BR-AP",
    ("America/Manaus", "America/Eirunepe"): "BR-AM",
    ("America/Cuiaba",): "BR-MT BR-MS",
    ("Europe/Moscow",): "RU-MOW RU-MOS RU-SPE RU-LEN",
    ("Atlantic/Canary",): "ES-CN ES-TF ES-GC",
    ("Atlantic/Azores",): "PT-20",
    ("Atlantic/Madeira",): "PT-30",
}

REGION_ZONES: Mapping[str, tuple[str, ...]] = {
    region: zones for zones, regions in _BY_ZONES.items() for region in regions.split()
}
