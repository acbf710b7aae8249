"""What the reports say, in the languages of the staff pages."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The pages' own sentences; `titles` and `says` by figure, `columns` by field, `values` by word of ours.

    `says` has no entry in English: there a figure's own definition is shown.
    """

    title: str
    intro: str
    month: str
    first: str
    last: str
    by: str
    show: str
    period: str
    as_of: str
    nothing_yet: str
    definition: str
    csv: str
    json: str
    none: str
    few: str
    few_says: str
    more_bars: str
    more_rows: str
    minor: str
    chart: str
    table: str
    all_figures: str
    bad_question: str
    no_archive: str
    yes: str
    no: str
    titles: Mapping[str, str]
    says: Mapping[str, str]
    columns: Mapping[str, str]
    values: Mapping[str, str]

    def value(self, word: str) -> str:
        """A word of ours as people read it; what is no word of ours stays as it is."""
        return self.values.get(word, word)

    def column(self, name: str) -> str:
        """The heading of a column."""
        return self.columns.get(name, name.replace("_", " "))
