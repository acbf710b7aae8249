"""What a receipt of a named adapter's provider is written down as. Pure."""

import re
from typing import Final

from channels.receipts import Receipt, Unreadable
from dispatcher.gateway.appending import Entry, Whereabouts, to_inbox
from schemas.inbox import AttemptReceipt

_LONGEST: Final = 400
"""Bytes of an id; ours are shorter."""

_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
"""What a code may be: it comes to stand in the journal, where nobody's data may."""


def received(adapter: str, receipt: Receipt, where: Whereabouts) -> Entry | Unreadable:
    """The receipt in its customer's partition of the inbox, named so that a repetition is the same."""
    if max(len(receipt.customer_id.encode()), len(receipt.attempt_id.encode())) > _LONGEST:
        return Unreadable("expected customer_id and attempt_id as they were sent")
    code = receipt.code if _CODE.fullmatch(receipt.code) else ""
    fact = AttemptReceipt(receipt.attempt_id, adapter, receipt.status, code)
    return to_inbox(receipt.customer_id, where, f"{adapter}/{receipt.attempt_id}/{receipt.status}", fact)
