"""What has to come of the sample portfolio: the expected rows beside the events, and how a run differs from them."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import msgspec

from dispatcher.local.demo_rows import Row, in_order
from dispatcher.local.portfolio import FOLDER
from schemas.journal import Result
from schemas.reasons import ReasonCode
from schemas.values import Channel


class ExpectedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row of one customer."""

    invoice_ids: tuple[str, ...]
    result: Result
    reason: ReasonCode
    stage: str | None = None
    channel: Channel | None = None


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One customer of the portfolio: what is shown, and the rows that it leads to."""

    customer_id: str
    shows: str
    rows: tuple[ExpectedRow, ...]


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`expected.json`: `codes` says in which act each reason code is seen, `not_shown` why the others are not."""

    rejected: int
    codes: dict[ReasonCode, str]
    not_shown: dict[ReasonCode, str]
    stories: tuple[Story, ...]

    @property
    def rows(self) -> Mapping[str, tuple[Row, ...]]:
        """The expected rows by customer."""
        return {
            story.customer_id: tuple(_row(story.customer_id, each) for each in story.rows) for story in self.stories
        }


def expected_outcome(path: Path = FOLDER / "expected.json") -> Outcome:
    """The outcome that the portfolio must have."""
    return msgspec.json.decode(path.read_bytes(), type=Outcome)


def differences(expected: Mapping[str, Sequence[Row]], seen: Iterable[Row]) -> tuple[str, ...]:
    """Lines that say how rows differ from the expected ones: `-` is missing, `+` was not expected. Empty: no difference.

    In which order a customer's invoices were decided on is none; in which order things were said of one invoice is.
    """
    found: dict[str, list[Row]] = {}
    for row in seen:
        found.setdefault(row.customer_id, []).append(row)
    lines: list[str] = []
    for customer in sorted(expected.keys() | found.keys()):
        lines += _differ(in_order(expected.get(customer, ())), in_order(found.get(customer, ())))
    return tuple(lines)


def missing_codes(outcome: Outcome, seen: Mapping[str, frozenset[ReasonCode]]) -> tuple[str, ...]:
    """Lines for codes that an act should have shown; `seen` holds the codes of each act's journal."""
    return tuple(
        f"- reason code {code} was not seen in the act `{act}`"
        for code, act in outcome.codes.items()
        if code not in seen.get(act, frozenset())
    )


def _row(customer_id: str, row: ExpectedRow) -> Row:
    return Row(customer_id, row.invoice_ids, row.stage, row.channel, row.result, row.reason)


def _differ(expected: Sequence[Row], found: Sequence[Row]) -> list[str]:
    lines = []
    for what, start, end, other_start, other_end in SequenceMatcher(
        None, expected, found, autojunk=False
    ).get_opcodes():
        if what != "equal":
            lines += [f"- {told(row)}" for row in expected[start:end]]
            lines += [f"+ {told(row)}" for row in found[other_start:other_end]]
    return lines


def told(row: Row) -> str:
    """A row on one line."""
    cells = (
        row.customer_id,
        ",".join(row.invoice_ids) or "-",
        row.stage or "-",
        row.channel or "-",
        row.result,
        row.reason,
    )
    return "  ".join(cells)
