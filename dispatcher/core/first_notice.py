"""A notice in writing comes first, and nothing follows it for some days: what a jurisdiction may ask of every debt.

The notice is found in the ledger of contacts. What it has forgotten lies further back than any wait: a debt of which a stage
after the due date was used up, and of which the ledger holds nothing, had its notice long ago.
"""

import msgspec

from dispatcher.core.grouping import Approach, Member
from dispatcher.core.ladder import Chosen, choose
from dispatcher.core.rules import DAY
from dispatcher.core.turn import Turn
from schemas.inbox import ProfileStated
from schemas.state import Contact
from schemas.values import CHANNELS, Channel, Millis


class FirstNotice(msgspec.Struct, frozen=True, gc=False):
    """The first contact goes `by` these channels; no other follows for `wait` milliseconds. `rule` says so."""

    by: frozenset[Channel]
    wait: Millis
    rule: str


class Unnoticed(msgspec.Struct, frozen=True, gc=False):
    """No contact before the notice, or so soon after it; `until` is None where no channel of the stage can bring it."""

    rule: str
    days: int
    until: Millis | None


def noticed(
    turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen, notices: tuple[FirstNotice, ...]
) -> Chosen | Unnoticed:
    """The channel by which the contact may be made: another than was chosen, where this one has to be the notice."""
    for notice in notices:
        given = [_given_at(turn, approach, each, notice) for each in approach.members]
        latest = max((at for at in given if at is not None), default=0)
        days = notice.wait // DAY
        if turn.now < latest + notice.wait:
            return Unnoticed(notice.rule, days, latest + notice.wait)
        if None in given and chosen.channel not in notice.by:
            others = tuple([channel for channel in CHANNELS if channel not in notice.by])
            tried = () if approach.retry is None else approach.retry[1].tried
            written = choose(turn, profile, approach.lead.stage, approach.tier.name, (*tried, *others))
            if not isinstance(written, Chosen):
                return Unnoticed(notice.rule, days, None)
            chosen = written
    return chosen


def _given_at(turn: Turn, approach: Approach, member: Member, notice: FirstNotice) -> Millis | None:
    """When the notice about a debt was given; 0: longer ago than anybody remembers; None: not yet."""
    own = None if approach.retry is None else approach.retry[0]
    about = [each for each in turn.contacts if member.invoice_id in each.invoice_ids and not _is_of(each, own)]
    given = [each.at for each in about if each.channel in notice.by and each.became != "refused" and not each.inbound]
    if given:
        return min(given)
    later = [turn.policy.phases.get(stage, "pre_due") for _, stage in member.invoice.done]
    return 0 if not about and any(phase != "pre_due" for phase in later) else None


def _is_of(entry: Contact, contact_id: str | None) -> bool:
    return contact_id is not None and entry.attempt_id.startswith(contact_id)
