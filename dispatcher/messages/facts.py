"""What a message is about, from the claim and the creditor: formatted for the customer, and safe to show."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dispatcher.core.claim import Claim
from dispatcher.core.rules import Creditor
from dispatcher.messages.catalogue import Piece
from dispatcher.messages.composition import Facts
from dispatcher.messages.foreign_text import foreign_text
from dispatcher.messages.formats import Formats
from dispatcher.messages.links import trusted_link
from schemas.state import Invoice
from schemas.values import Day

PAY_WITHIN_DAYS = 7
"""Days from the contact to the date by which payment is asked for (S12 asks for such a date)."""

LISTED_INVOICES = 20
LISTED_LINES = 15
"""What one message lists at most; the rest is counted, the totals hold everything."""

_LONGEST_NAME = 80
_LONGEST_REFERENCE = 60
_LONGEST_NUMBER = 32
_LONGEST_DESCRIPTION = 200
_LONGEST_LINE = 120
_LONGEST_SMS_LINK = 200


@dataclass(frozen=True, slots=True)
class Matter:
    """What a claim is about: invoices and credit notes with their ids, oldest first.

    `totals` are what is to be paid, by currency in minor units: credit notes in the currency of an invoice are taken off,
    and amounts in different currencies are never added. `deducted` is what was taken off.
    """

    invoices: Sequence[tuple[str, Invoice]]
    credit_notes: Sequence[tuple[str, Invoice]]
    totals: Mapping[str, int]
    deducted: Mapping[str, int]
    today: Day

    def days(self, invoice: Invoice) -> int:
        """Days since its due date, 0 before it."""
        return max(0, self.today - invoice.due_on)


def matter_of(claim: Claim) -> Matter:
    """What the claim is about. It has at least one invoice; a credit note is listed only where it is deducted."""
    if len(claim.invoices) == 1:
        invoice = claim.invoices[0][1]
        return Matter(
            claim.invoices, (), {invoice.currency: invoice.amount_due}, {}, invoice.due_on + claim.days_overdue
        )
    ordered = sorted(claim.invoices, key=_by_due_date)
    invoices = [each for each in ordered if each[1].kind == "invoice"]
    notes = [each for each in ordered if each[1].kind == "credit_note"]
    gross, credit = _sums(invoices), _sums(notes)
    deducted = {currency: amount for currency, amount in credit.items() if amount < gross.get(currency, 0)}
    return Matter(
        invoices,
        [each for each in notes if each[1].currency in deducted],
        {currency: amount - deducted.get(currency, 0) for currency, amount in gross.items()},
        deducted,
        invoices[0][1].due_on + claim.days_overdue,
    )


def _sums(invoices: Iterable[tuple[str, Invoice]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for _, invoice in invoices:
        sums[invoice.currency] = sums.get(invoice.currency, 0) + invoice.amount_due
    return sums


def _by_due_date(each: tuple[str, Invoice]) -> tuple[Day, str]:
    return each[1].due_on, each[0]


def shared_facts(claim: Claim, creditor: Creditor, matter: Matter, piece: Piece, *, sms: bool = False) -> Facts:
    """The variables of every template; `sms` chooses short dates, amounts within GSM-7 and a link that fits."""
    formats = piece.formats
    oldest_id, oldest = matter.invoices[0]
    link = _common_link(matter, creditor)
    return {
        "name": foreign_text(claim.profile.name, _LONGEST_NAME),
        "reference": foreign_text(claim.customer_id, _LONGEST_REFERENCE),
        "creditor": creditor.display_name,
        "legal_name": creditor.legal_name,
        "postal_address": creditor.postal_address or "",
        "third_party": creditor.party == "third_party",
        "phone": creditor.phone,
        "email": creditor.email,
        "phase": claim.stage.phase,
        "count": len(matter.invoices),
        "number": number_of(oldest_id, oldest),
        "instalment": instalment_of(oldest_id, oldest),
        "received": "",
        "total": formats.listed(_amounts(matter.totals, formats, plain=sms)),
        "credit": formats.listed(_amounts(matter.deducted, formats, plain=sms)) if matter.deducted else "",
        "due": formats.short_date(oldest.due_on, matter.today) if sms else formats.date(oldest.due_on),
        "days": matter.days(oldest),
        "pay_by": _pay_by(claim, matter, formats, sms=sms),
        "link": "" if sms and len(link) > _LONGEST_SMS_LINK else link,
        "opt_out": creditor.opt_out_line or claim.opt_out_line,
        "reply_stop": creditor.sms_from.lstrip("+").isdigit(),
        "brief": False,
    }


def listed_facts(
    claim: Claim, creditor: Creditor, matter: Matter, piece: Piece, *, bill: bool, minimum: Callable[[str], int]
) -> Facts:
    """The further variables of layouts; `bill` says whether descriptions and lines are wanted.

    Invoices below the `minimum` of their currency are listed apart, unless all are; the totals hold them.
    """
    formats = piece.formats
    large = [each for each in matter.invoices if each[1].amount_due >= minimum(each[1].currency)] or matter.invoices
    small = [each for each in matter.invoices if each not in large]
    shown = large[:LISTED_INVOICES]
    return {
        "invoices": [_listed(each, creditor, matter, formats, bill=bill) for each in shown],
        "more_invoices": len(large) - len(shown),
        "apart": [
            {
                "number": number_of(invoice_id, invoice),
                "amount": formats.money(invoice.amount_due, invoice.currency),
                "due": formats.date(invoice.due_on),
            }
            for invoice_id, invoice in small[:LISTED_INVOICES]
        ],
        "instalments": [],
        "page": "",
        "totals": _amounts(matter.totals, formats) if len(matter.invoices) > 1 or matter.deducted else [],
        "credits": [
            {"number": number_of(invoice_id, credit), "amount": formats.money(credit.amount_due, credit.currency)}
            for invoice_id, credit in matter.credit_notes[:LISTED_INVOICES]
        ],
        "consequences": [] if claim.stage.phase == "pre_due" else [*_consequences(creditor, piece)],
    }


def links_left_out(creditor: Creditor, invoices: Sequence[tuple[str, Invoice]]) -> int:
    """How many of these have a link to pay that is not the creditor's own, and so is not shown."""
    return sum(
        1
        for _, invoice in invoices
        if invoice.pay_url is not None and trusted_link(invoice.pay_url, creditor.link_hosts) is None
    )


def _amounts(sums: Mapping[str, int], formats: Formats, *, plain: bool = False) -> list[str]:
    return [formats.money(amount, currency, plain=plain) for currency, amount in sums.items()]


def _listed(each: tuple[str, Invoice], creditor: Creditor, matter: Matter, formats: Formats, *, bill: bool) -> Facts:
    invoice_id, invoice = each
    shown = invoice.lines[:LISTED_LINES] if bill else ()
    return {
        "number": number_of(invoice_id, invoice),
        "amount": formats.money(invoice.amount_due, invoice.currency),
        "due": formats.date(invoice.due_on),
        "days": matter.days(invoice),
        "description": foreign_text(invoice.description or "", _LONGEST_DESCRIPTION) if bill else "",
        "link": trusted_link(invoice.pay_url, creditor.link_hosts) or "",
        "lines": [
            {"text": foreign_text(line.text, _LONGEST_LINE), "amount": formats.money(line.amount, invoice.currency)}
            for line in shown
        ],
        "more_lines": len(invoice.lines) - len(shown) if bill else 0,
        "instalment": instalment_of(invoice_id, invoice),
    }


def instalment_of(invoice_id: str, invoice: Invoice) -> str:
    """Which instalment of a plan an obligation is, as its id `<plan>/<number>` says; empty for an invoice of billing's."""
    return "" if invoice.plan is None else foreign_text(invoice_id.rpartition("/")[2], _LONGEST_NUMBER)


def number_of(invoice_id: str, invoice: Invoice) -> str:
    """The number by which the customer knows an invoice."""
    return foreign_text(invoice.number or invoice_id, _LONGEST_NUMBER)


def _common_link(matter: Matter, creditor: Creditor) -> str:
    links = {trusted_link(invoice.pay_url, creditor.link_hosts) or "" for _, invoice in matter.invoices}
    return links.pop() if len(links) == 1 else ""


def _pay_by(claim: Claim, matter: Matter, formats: Formats, *, sms: bool) -> str:
    if claim.stage.phase == "pre_due":
        return ""
    day = matter.today + PAY_WITHIN_DAYS
    return formats.short_date(day, matter.today) if sms else formats.date(day)


def _consequences(creditor: Creditor, piece: Piece) -> Sequence[str]:
    """The creditor's sentences in the language of the words; none in another language."""
    language = piece.language
    return creditor.consequences.get(language) or creditor.consequences.get(language.partition("-")[0]) or ()
