"""What a message says that asks for nothing: a payment was received, a plan was agreed (S23)."""

from typing import assert_never

from dispatcher.core.claim import Acknowledged, PaymentReceived, PlanNoted
from dispatcher.messages.composition import Facts
from dispatcher.messages.facts import Matter
from dispatcher.messages.formats import Formats


def message_of(acknowledged: Acknowledged) -> str:
    """The name of its templates."""
    match acknowledged:
        case PaymentReceived():
            return "acknowledgement"
        case PlanNoted():
            return "plan_agreed"
        case _:
            assert_never(acknowledged)


def acknowledging(facts: Facts, acknowledged: Acknowledged, matter: Matter, formats: Formats, *, sms: bool) -> Facts:
    """The facts of a reminder, turned into those of a thank-you: nothing is asked for, and nothing is threatened."""
    quiet: Facts = facts | {
        "phase": "acknowledgement",
        "credit": "",
        "days": 0,
        "pay_by": "",
        "link": "",
        "totals": [],
        "credits": [],
        "consequences": [],
        "apart": [],
    }
    match acknowledged:
        case PaymentReceived(amount, currency):
            remaining = [formats.money(left, each, plain=sms) for each, left in matter.totals.items() if left > 0]
            listed = facts.get("invoices", [])
            return quiet | {
                "received": formats.money(amount, currency, plain=sms),
                "total": formats.listed(remaining) if remaining else "",
                "invoices": [_calm(each) for each in listed if isinstance(each, dict)]
                if remaining and isinstance(listed, list)
                else [],
            }
        case PlanNoted(instalments, currency):
            dates = [
                formats.short_date(each.due_on, matter.today) if sms else formats.date(each.due_on)
                for each in instalments
            ]
            return quiet | {
                "count": len(instalments),
                "total": formats.money(sum(each.amount for each in instalments), currency, plain=sms),
                "due": dates[0],
                "invoices": [],
                "more_invoices": 0,
                "instalments": [
                    {"amount": formats.money(each.amount, currency, plain=sms), "due": date}
                    for each, date in zip(instalments, dates, strict=True)
                ],
            }
        case _:
            assert_never(acknowledged)


def _calm(invoice: Facts) -> Facts:
    """An invoice that is open without being counted by the day."""
    return invoice | {"days": 0}
