"""How a customer paid, kept promises and was contacted in the last twelve calendar months: what tier rules may ask.

What the aggregate still holds is counted from there, what it forgot from the counters of the months; both together do not
depend on the order in which anything arrived, as long as it is not older than what was forgotten.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from dispatcher.core.counts import Counts
from dispatcher.core.draft import Draft
from dispatcher.core.payments import paid_on
from dispatcher.core.statements import is_closed
from dispatcher.core.zones import Place, day_in, place_of
from schemas.inbox import ProfileStated
from schemas.state import Contact, Customer, Invoice, Month, Promise
from schemas.values import Day, to_date

MONTHS = 12
"""How many calendar months are looked at, the present one included."""


Remembered = Customer | Draft
"""A customer, or one while a decision is made."""


def history_of(customer: Remembered, today: Day) -> Counts:
    """The counts of the twelve calendar months up to a day of the customer."""
    place = place_for(customer.profile)
    since = month_of(today) - MONTHS + 1
    months = [*customer.history.months, *_present(customer, place)]
    seen = [each for each in months if each.month >= since]
    open_for = [today - each.due_on for each in customer.invoices.values() if _is_owed(each)]
    return Counts(
        sum(each.on_time for each in seen),
        sum(each.late for each in seen),
        max([0, *(each.longest for each in seen), *open_for]),
        sum(each.kept for each in seen),
        sum(each.partly_kept for each in seen),
        sum(each.broken for each in seen),
        sum(each.contacts for each in seen),
    )


def place_for(profile: ProfileStated | None) -> Place:
    """Where days begin and end for a customer; UTC for one who is not known."""
    return (
        place_of("Etc/UTC", "", None)
        if profile is None
        else place_of(profile.timezone, profile.country, profile.region)
    )


def month_of(day: Day) -> int:
    """The number of a day's month: 12 x year + month."""
    date = to_date(day)
    return 12 * date.year + date.month


def month_of_payment(invoice: Invoice, place: Place) -> Month | None:
    """What a closed invoice counts for; None if it was not paid, or nobody said when it was due."""
    if not is_closed(invoice) or not invoice.settlements or invoice.stated is None or invoice.kind != "invoice":
        return None
    last = invoice.settlements[-1]
    if last.reason not in ("payment", "credit"):
        return None
    day = paid_on(last, place)
    late = max(0, day - invoice.due_on)
    return Month(month_of(day), on_time=int(late == 0), late=int(late > 0), longest=late)


def month_of_promise(promise: Promise) -> Month | None:
    """What a promise counts for; None if it was not judged."""
    if promise.cancelled or promise.judged == "":
        return None
    of = month_of(promise.promised_on)
    return Month(
        of,
        kept=int(promise.judged == "kept"),
        partly_kept=int(promise.judged == "partly_kept"),
        broken=int(promise.judged == "broken"),
    )


def month_of_contact(contact: Contact, place: Place) -> Month | None:
    """What an entry of the ledger counts for; None if the customer made it, or it never left."""
    if contact.inbound or contact.became == "refused":
        return None
    return Month(month_of(day_in(place, contact.at)), contacts=1)


def with_month(months: tuple[Month, ...], more: Month | None) -> tuple[Month, ...]:
    """The counters with one thing more; months older than those that anybody looks at go."""
    if more is None:
        return months
    before = next((each for each in months if each.month == more.month), Month(more.month))
    after = replace(
        before,
        on_time=before.on_time + more.on_time,
        late=before.late + more.late,
        longest=max(before.longest, more.longest),
        kept=before.kept + more.kept,
        partly_kept=before.partly_kept + more.partly_kept,
        broken=before.broken + more.broken,
        contacts=before.contacts + more.contacts,
    )
    others = [each for each in months if each.month != more.month]
    return tuple(sorted([*others, after], key=lambda each: each.month)[-MONTHS - 1 :])


def _is_owed(invoice: Invoice) -> bool:
    return invoice.stated is not None and invoice.kind == "invoice" and not is_closed(invoice)


def _present(customer: Remembered, place: Place) -> Iterator[Month]:
    """What the aggregate still holds."""
    months = [
        *(month_of_payment(each, place) for each in customer.invoices.values()),
        *(month_of_promise(each) for each in customer.promises.values()),
        *(month_of_contact(each, place) for each in customer.contacts),
    ]
    return (each for each in months if each is not None)
