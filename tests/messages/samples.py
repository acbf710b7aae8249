"""Invented claims, creditors and policies for the tests of messages; all numbers and hosts are reserved for examples."""

from dataclasses import replace
from datetime import date
from functools import cache

from dispatcher.core.claim import Claim
from dispatcher.core.policy import Policy, parse
from dispatcher.core.rules import Stage
from schemas.inbox import BillLine, ProfileStated
from schemas.state import Invoice

DUE = date(2026, 11, 3).toordinal()
CONSEQUENCE = {
    "en": "A late payment fee of £5 may be added.",
    "zh-CN": "可能产生5英镑的逾期费用。",
    "es": "Puede aplicarse un recargo de 5 libras.",
}
PAY_URL = "https://pay.northwind.example/i/8f3k2"

PHASES = {
    "pre_due": "pre_due",
    "due_day": "pre_due",
    "first_contact": "overdue",
    "notice": "overdue",
    "follow_up": "collection",
    "firm": "collection",
    "severe": "collection",
    "overdue": "overdue",
    "collection": "collection",
}
DAYS = {"first_contact": 2, "notice": 5, "follow_up": 15, "overdue": 20, "firm": 35, "severe": 65, "collection": 70}

CREDITOR = {
    "legal_name": "Northwind Energy Ltd",
    "display_name": "Northwind",
    "phone": "020 7946 0000",
    "email": "care@northwind.example",
    "sms_from": "+447700900000",
    "email_from": "billing@northwind.example",
    "country": "GB",
}

_STAGES = "".join(
    f"""
    [[stages]]
    id = "{message}-stage"
    phase = "{phase}"
    when = {{ days = {DAYS.get(message, -1 if message == "pre_due" else 0)} }}
    channels = {{ default = ["sms", "email", "call_task"] }}
    tone = "friendly"
    message = "{message}"
    responsible = "desk"
    """
    for message, phase in PHASES.items()
    if message not in {"overdue", "collection"}
)
_WINDOWS = "".join(
    f"""
    [windows.{channel}]
    weekday = ["08:00-20:00"]
    saturday = []
    sunday = []
    holiday = []
    """
    for channel in ("sms", "email", "call_task")
)


def policy(*, hosts=("pay.northwind.example",), extra="", stages="", **creditor) -> Policy:
    """A policy with a stage for each built-in message; `creditor` changes fields of the default creditor."""
    fields = "".join(f"    {key} = {value!r}\n".replace("'", '"') for key, value in (CREDITOR | creditor).items())
    sentences = "".join(f'    {locale} = ["{sentence}"]\n' for locale, sentence in CONSEQUENCE.items())
    text = f"""
    default_tier = "standard"
    [creditors.default]
{fields}    link_hosts = {list(hosts)!r}
{extra}
    [creditors.default.consequences]
{sentences}
    {_STAGES}
    {stages}
    {_WINDOWS}
    """
    parsed = parse(text)
    assert isinstance(parsed, Policy), parsed
    return parsed


def invoice(index=0, **fields) -> tuple[str, Invoice]:
    """An open invoice, due `index` days after the first; fields of `Invoice` may be changed."""
    stated = {
        "due_on": DUE + index,
        "amount_due": 124900 + index,
        "currency": "GBP",
        "number": f"2026-11{index}",
        "pay_url": PAY_URL,
        "description": "Electricity in October",
        "lines": (BillLine("Energy", 100000), BillLine("Network", 24900 + index)),
    }
    return f"I-{index}", Invoice(**(stated | fields))


THREE = (invoice(0), invoice(1, currency="EUR"), invoice(2))


@cache
def _stages() -> tuple[Stage, ...]:
    return policy().stages


def stage_saying(message, phase) -> Stage:
    """A stage of a phase that says a message, be it one with templates of its own or not."""
    return replace(next(stage for stage in _stages() if stage.phase == phase), message=message)


def claim(channel, message="first_contact", *, invoices=None, locale="en-GB", name=None, stage=None, **fields) -> Claim:
    """A claim for a stage's message on a channel."""
    chosen = stage or stage_saying(message, PHASES[message])
    shown = name or ("王小明" if locale.startswith("zh") else "Ana Example")
    stated = {
        "customer_id": "C-1",
        "contact_id": "c1",
        "attempt_id": "c1.1",
        "channel": channel,
        "contact_point": "ana@customer.example" if channel == "email" else "+447700900001",
        "stage": chosen,
        "creditor_id": "default",
        "invoices": (invoice(),) if invoices is None else invoices,
        "profile": ProfileStated(shown, locale, "consumer", "GB", (), ()),
        "claimed_at": 1_000_000,
        "not_before": 1_000_000,
        "not_after": 4_600_000,
        "expires_at": 9_000_000,
        "days_overdue": DAYS.get(message, 0),
        "tier": "standard",
        "responsible": "desk",
        "cause": None,
    }
    return Claim(**(stated | fields))
