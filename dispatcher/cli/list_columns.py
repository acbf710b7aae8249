"""Which column of a billing list holds what, by the names that lists give them. Pure."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "customer_id": (
        "customer",
        "customer_no",
        "customer_number",
        "account",
        "account_no",
        "client_id",
        "客户编号",
        "cliente",
    ),
    "invoice_id": ("invoice", "invoice_no", "invoice_number", "document_no", "账单编号", "factura"),
    "due_on": ("due", "due_date", "到期日", "vencimiento"),
    "amount_due": ("amount_minor", "amount_due_minor"),
    "amount": ("open_amount", "balance", "outstanding", "金额", "importe"),
    "currency": ("ccy", "币种", "moneda"),
    "creditor_id": ("creditor",),
    "kind": (),
    "number": ("printed_number",),
    "issued_on": ("issued", "issue_date", "invoice_date"),
    "description": ("text",),
    "pay_url": ("payment_link", "link"),
    "as_of": ("stated_at",),
}
"""Field -> other names of its column. `amount_due` is in whole minor units, as in events; `amount` is as people write it."""

REQUIRED: Final = ("customer_id", "invoice_id", "due_on", "currency")

_CLOSE: Final = 0.8

HELP: Final = (
    "Columns: customer_id, invoice_id, due_on (like 2026-11-30), currency, and amount (1249.00) or amount_due (minor units, "
    "124900); optional: creditor_id, kind, number, issued_on, description, pay_url, as_of. Names are compared without case, "
    "blanks and punctuation; usual other names are known (Customer No., Due date, Balance). Separated by comma, semicolon "
    "or tab; .jsonl: one object a line."
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Field -> its column's name as it stands in the list; `ignored` are the columns that mean nothing here."""

    of: Mapping[str, str]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadHeader:
    """Why the columns cannot be used; one sentence."""

    why: str


def columns_of(names: Sequence[str]) -> Columns | BadHeader:
    """What the columns with these names hold."""
    found: dict[str, str] = {}
    ignored = []
    for name in names:
        known = _FIELDS.get(_plain(name))
        if known is None:
            ignored.append(name)
        elif known in found:
            return BadHeader(f"the columns {found[known]!r} and {name!r} both mean {known}; expected one of them")
        else:
            found[known] = name
    if "amount" in found and "amount_due" in found:
        return BadHeader(
            "there are both amount (as people write it) and amount_due (minor units); expected one of them"
        )
    missing = [each for each in REQUIRED if each not in found]
    if "amount" not in found and "amount_due" not in found:
        missing.append("amount")
    if missing:
        slips = "".join(_slip(name) for name in ignored)
        return BadHeader(
            f"no column for {', '.join(missing)}{slips}; expected a header: see --help for the names that are known"
        )
    return Columns(found, tuple(ignored))


def _slip(name: str) -> str:
    """What a column is probably meant for, if its name is almost a known one; other names may be anything, even data."""
    near = difflib.get_close_matches(_plain(name), _FIELDS, n=1, cutoff=_CLOSE)
    return f"; did you mean {_FIELDS[near[0]]} by {name!r}?" if near else ""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_")


_FIELDS: Final = {name: field for field, others in NAMES.items() for name in (field, *others)}
