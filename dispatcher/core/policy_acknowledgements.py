"""What a policy asks to be acknowledged (S23), as stages of their own: friendly words that belong to no ladder.

Their phase is `overdue`: whatever binds a contact about a debt binds a word of thanks for paying it.
"""

from dispatcher.core.policy_problems import Add
from dispatcher.core.policy_text import AcknowledgementsText
from dispatcher.core.rules import HOUR, PAYMENT_RECEIVED, PLAN_AGREED, Acknowledging, Moment, Stage


def compiled_acknowledging(text: AcknowledgementsText | None, tiers: tuple[str, ...], add: Add) -> Acknowledging | None:
    """The rules of `[acknowledgements]`; None where the policy has none."""
    if text is None:
        return None
    for name, listed in (("of", text.of), ("channels", text.channels)):
        if not listed or len(set(listed)) != len(listed):
            add(f"acknowledgements.{name}", "at least one entry, each once", "Without any, leave the section out.")
    full, partial, plan = (each in text.of for each in ("full_payment", "partial_payment", "plan"))
    return Acknowledging(
        payment=_stage(PAYMENT_RECEIVED, text, tiers) if full or partial else None,
        plan=_stage(PLAN_AGREED, text, tiers) if plan else None,
        full=full,
        partial=partial,
        lasts=text.within_hours * HOUR,
    )


def _stage(name: str, text: AcknowledgementsText, tiers: tuple[str, ...]) -> Stage:
    return Stage(
        id=name,
        index=0,
        phase="overdue",
        when=Moment(0, working=False),
        until=None,
        ladders=dict.fromkeys(tiers, text.channels),
        tone="friendly",
        message=name,
        responsible=text.responsible,
        mandatory=False,
        customer_chooses=True,
        task_days=1,
    )
