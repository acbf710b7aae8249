"""An archive with what happened to one customer in it, for the pages that tell it."""

from pathlib import Path

from sqlalchemy import Engine

from dispatcher.archive import schema
from dispatcher.archive.database import opened
from dispatcher.archive.queries import Archive
from schemas.inbox import ContactReported, Fact, HoldPlaced, InvoiceStated, ProfileStated, PromiseMade
from schemas.journal import CauseRecord, Reason
from schemas.texts import SentText
from schemas.values import to_millis
from tests.archive.journal import KEY, Topics, archived, instant, task

CUSTOMER = "Ada/7 & co"
INVOICE = "R-1"
HOSTILE = "<script>alert(1)</script>"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def heard(told: Topics, event: str, fact: Fact, minutes: float, customer: str = CUSTOMER, **fields: object) -> None:
    """A fact, and the journal's record of it."""
    told.said(customer, fact, minutes=minutes, event_id=f"{event} {minutes}")
    cause = CauseRecord("billing.due", 0, 1, "/desk", f"{event} {minutes}")
    told.noted(customer, event, minutes=minutes, cause=cause, **fields)


def story() -> Topics:
    """An invoice that is overdue; a night, a text, a call, a promise, and a complaint that stops everything."""
    told = Topics()
    about = {"invoice_ids": (INVOICE,), "creditor_id": "default"}
    profile = ProfileStated("Ada Example", "en", "consumer", "US", (), (), "America/New_York")
    heard(told, "customer.updated", profile, 0, invoice_ids=())
    heard(told, "invoice.overdue", InvoiceStated(INVOICE, 739_700, 12_900, "EUR", overdue=True), 1, **about)
    night = Reason("quiet_hours", "windows.sms.weekday", {"zone": "America/New_York"})
    staged = about | {"stage": "first", "phase": "overdue", "tier": "standard", "tier_rule": "tiers.standard"}
    told.decided(CUSTOMER, "deferred", minutes=2, reasons=(night,), next_at=instant(240), channel="sms", **staged)
    told.claimed(CUSTOMER, "ct-1.1", minutes=240, trace=TRACE, **staged)
    told.sent(CUSTOMER, SentText("ct-1.1", "sms", f"Please pay 129.00 EUR. {HOSTILE}"), minutes=240)
    told.attempted(CUSTOMER, "ct-1.1", "delivered", minutes=241)
    told.claimed(CUSTOMER, "ct-2.1", minutes=3000, task="call", **staged | {"channel": "call_task"})
    told.handed_over(task(CUSTOMER, "ct-2.1", "Ask why."), minutes=3000)
    report = ContactReported(
        "call_task",
        "outbound",
        to_millis(instant(3010)),
        "desk",
        "promise",
        "right_party",
        task_id="ct-2.1",
        note=HOSTILE,
    )
    heard(told, "contact.reported", report, 3010, **about)
    heard(told, "promise.made", PromiseMade("P-1", (INVOICE,), 12_900, "EUR", 739_710), 3011, **about)
    heard(told, "hold.placed", HoldPlaced("H-1", "customer", "complaint"), 3020, **about)
    held = Reason("hold", "holds.complaint")
    told.decided(CUSTOMER, "suppressed", minutes=3021, reasons=(held,), **staged)
    told.decided("Ben", "planned", minutes=5, invoice_ids=("R-2",))
    told.said("Ben", InvoiceStated("R-2", 739_700, 1, "EUR", overdue=True))
    return told


def archive_of(folder: Path, told: Topics | None = None) -> Archive:
    """A file with it."""
    engine: Engine = opened(f"sqlite:///{folder / 'archive.sqlite'}")
    schema.migrate(engine)
    archived(engine, (story() if told is None else told).records)
    return Archive(engine, KEY)
