"""Invented claims for each stage of a policy: what its messages will look like, before anybody gets one."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from msgspec.structs import replace

from dispatcher.core.claim import Acknowledged, Claim, PaymentReceived, PlanNoted
from dispatcher.core.rules import Creditor, Policy, Stage
from dispatcher.messages.acknowledgements import message_of
from schemas.inbox import BillLine, InstalmentDue, ProfileStated
from schemas.state import Invoice
from schemas.values import CHANNELS, Channel

_DUE: Final = date(2026, 11, 3).toordinal()
_HOUR: Final = 3_600_000
_MONTH: Final = 30
_NAMES: Final = {"zh": "王小明", "es": "Ana Ejemplo"}
_CURRENCIES: Final = {"zh": "CNY", "en": "GBP"}
_POINTS: Final[dict[Channel, str]] = {
    "sms": "+447700900001",
    "email": "ana@customer.example",
    "call_task": "+447700900001",
}
"""Numbers and hosts that are reserved for examples."""


def said_by(policy: Policy) -> Iterator[tuple[Stage, Channel]]:
    """Each stage with each channel of its ladders, in the policy's order, thanks last, and no repetition of a stage."""
    asked = () if policy.acknowledging is None else policy.acknowledging.stages
    for stage in (*policy.stages, *asked):
        used = {channel for ladder in stage.ladders.values() for channel in ladder}
        if "." not in stage.id:
            yield from ((stage, channel) for channel in CHANNELS if channel in used)


def specimen(stage: Stage, channel: Channel, creditor: Creditor, locale: str, *, several: bool = False) -> Claim:
    """A claim of this stage about one invoice, or about three and a credit note; one that acknowledges has its occasion."""
    language = locale.partition("-")[0]
    days = 0 if stage.phase == "pre_due" else max(1, stage.when.count)
    currency = _CURRENCIES.get(language, "EUR")
    return Claim(
        customer_id="C-1001",
        contact_id="c1",
        attempt_id="c1.1",
        channel=channel,
        contact_point=_POINTS[channel],
        stage=stage,
        creditor_id=creditor.id,
        invoices=tuple(_invoices(creditor, currency, several=several)),
        profile=ProfileStated(_NAMES.get(language, "Ana Example"), locale, "consumer", creditor.country, (), ()),
        claimed_at=0,
        not_before=0,
        not_after=_HOUR,
        expires_at=_HOUR,
        days_overdue=days,
        tier="standard",
        responsible=stage.responsible,
        cause=None,
        acknowledges=_occasions(currency).get(stage.id),
    )


def thanks(stage: Stage, channel: Channel, creditor: Creditor, locale: str) -> dict[str, Claim]:
    """Claims that acknowledge, by the name of their message: part of an invoice was paid, a plan was agreed."""
    said = specimen(stage, channel, creditor, locale)
    occasions = _occasions(said.invoices[0][1].currency)
    return {message: replace(said, acknowledges=each) for message, each in occasions.items()}


def _occasions(currency: str) -> dict[str, Acknowledged]:
    """What there is to acknowledge, by the name of its message, which is that of its stage."""
    plan = tuple(InstalmentDue(_DUE + days, 41_633 + (days == _MONTH)) for days in (_MONTH, 2 * _MONTH, 3 * _MONTH))
    acknowledged: tuple[Acknowledged, ...] = (PaymentReceived(25_000, currency), PlanNoted(plan, currency))
    return {message_of(each): each for each in acknowledged}


def _invoices(creditor: Creditor, currency: str, *, several: bool) -> Sequence[tuple[str, Invoice]]:
    link = f"https://{creditor.link_hosts[0]}/i/8f3k2" if creditor.link_hosts else None
    first = Invoice(
        due_on=_DUE,
        amount_due=124_900,
        currency=currency,
        number="2026-1103",
        description="October 2026",
        pay_url=link,
        lines=(BillLine("A", 100_000), BillLine("B", 24_900)),
    )
    if not several:
        return (("I-1", first),)
    second = Invoice(due_on=_DUE + 1, amount_due=8_950, currency=currency, number="2026-1141", pay_url=link)
    third = Invoice(due_on=_DUE + 2, amount_due=2_000, currency="USD", number="2026-1187", pay_url=link)
    note = Invoice(due_on=_DUE, amount_due=4_900, currency=currency, number="CN-77", kind="credit_note")
    return (("I-1", first), ("I-2", second), ("I-3", third), ("N-1", note))
