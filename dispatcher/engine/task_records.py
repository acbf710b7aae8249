"""A claimed call, or what a stage hands over, becomes a task record, flushed in the same transaction as the claim."""

from collections.abc import Callable

from dispatcher.core.decide import Claim
from dispatcher.core.policy import Policy
from schemas.journal import AmountOfInvoice, TaskRecord
from schemas.values import from_millis, to_date

Script = Callable[[Claim, Policy], str]
"""What the caller may say, in the words of the policy that decided."""

_PRIORITY_OF_PHASE = {"pre_due": 1, "overdue": 5, "collection": 8}


class TaskWriter:
    """Makes task records; `script` renders what the caller may say."""

    def __init__(self, script: Script) -> None:
        """Rendering happens in the lane: it has to be quick."""
        self._script = script

    def record(self, claim: Claim, policy: Policy) -> TaskRecord:
        """The task for the person who calls, writes, visits or decides; `policy` is the one that decided the claim."""
        return TaskRecord(
            task_id=claim.attempt_id,
            kind=claim.stage.task or "call",
            customer_id=claim.customer_id,
            invoice_ids=tuple(invoice_id for invoice_id, _ in claim.invoices),
            contact_point=claim.contact_point,
            not_before=from_millis(claim.not_before),
            expires_at=from_millis(claim.expires_at),
            priority=_PRIORITY_OF_PHASE[claim.stage.phase],
            assignee=claim.responsible,
            script=self._script(claim, policy),
            amounts=tuple(
                AmountOfInvoice(
                    invoice_id,
                    invoice.amount_due,
                    invoice.currency,
                    to_date(invoice.due_on).isoformat(),
                    invoice.number,
                )
                for invoice_id, invoice in claim.invoices
            ),
            gate=claim.stage.gate,
            language=claim.profile.locale,
        )
