"""The words of the reports by language."""

from collections.abc import Mapping
from typing import Final

from dispatcher.gateway.reports.words import ReportWords
from dispatcher.gateway.reports.words_en import EN
from dispatcher.gateway.reports.words_zh import ZH
from dispatcher.gateway.staff.people import Language

REPORT_WORDS: Final[Mapping[Language, ReportWords]] = {"en": EN, "zh-CN": ZH}
