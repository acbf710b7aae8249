"""Messages that ask for nothing: each is about a payment or a plan, the policy asks for it, and it comes once."""

from dataclasses import dataclass, field
from typing import Final

from dispatcher.sim.checking.heard import Heard
from dispatcher.sim.checking.ruling import Ruling

PAYMENT: Final = "acknowledgement"
PLAN: Final = "plan_agreed"


@dataclass(slots=True)
class Thanks:
    """What one customer was thanked for: by invoice what had remained of it, and the plans."""

    payments: dict[str, set[int]] = field(default_factory=dict)
    plans: set[str] = field(default_factory=set)

    def unfounded(self, stage: str, invoice_ids: tuple[str, ...], heard: Heard, ruling: Ruling) -> bool:
        """Whether a message of such a stage says thank you for nothing, unasked, or again."""
        if stage == PLAN:
            return "plan" not in ruling.acknowledged or not self._plans(invoice_ids, heard)
        return any(self._nothing_paid(each, heard, ruling) for each in invoice_ids)

    def said(self, stage: str, invoice_ids: tuple[str, ...], heard: Heard) -> None:
        """The customer was thanked."""
        if stage == PLAN:
            self.plans.update(self._plans(invoice_ids, heard)[:1])
        else:
            for each in invoice_ids:
                left = heard.remained(each)
                self.payments.setdefault(each, set()).update(() if left is None else (left,))

    def _nothing_paid(self, invoice_id: str, heard: Heard, ruling: Ruling) -> bool:
        left = heard.remained(invoice_id)
        if left is None or left in self.payments.get(invoice_id, ()) or heard.open_amount(invoice_id) > left:
            return True
        return ("partial_payment" if left else "full_payment") not in ruling.acknowledged

    def _plans(self, invoice_ids: tuple[str, ...], heard: Heard) -> list[str]:
        """The plans about these invoices for which nobody said thank you."""
        agreed = [plan for _, plan in heard.plans() if not plan.invoice_ids or set(invoice_ids) <= {*plan.invoice_ids}]
        named = [f"{plan.plan_id} {plan.currency} {plan.instalments}" for plan in agreed]
        return [each for each in named if each not in self.plans]
