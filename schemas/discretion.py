"""Keeps personal data out of logs, errors and test reports: what holds it shows its kind, not its content.

A rule of the contracts, which a test walks all models for: a field whose name stands in `PERSONAL` belongs to a `Discreet`
model or to one that has a `repr` of its own, and a text of a contract that is not `Discreet` has a name in `IMPERSONAL`.
"""

from typing import Final

PERSONAL: Final = frozenset(
    {
        "account_manager",
        "address",
        "addresses",
        "allowlist",
        "attributes",
        "body",
        "comment",
        "comments",
        "consents",
        "contact_point",
        "contact_points",
        "content",
        "description",
        "documents",
        "email",
        "emails",
        "lines",
        "note",
        "notes",
        "number",
        "numbers",
        "pay_url",
        "phone",
        "phones",
        "postal_address",
        "postal_code",
        "recipient",
        "recipients",
        "script",
        "target",
        "text",
        "texts",
        "to",
        "value",
    }
)
"""Names of fields that hold, or lead to, who somebody is, how somebody is reached, or words about somebody."""

IMPERSONAL: Final = frozenset(
    {
        # ids that publishers and we give: they may stand in the journal
        "attempt_id",
        "contact_id",
        "creditor_id",
        "customer_id",
        "hold_id",
        "id",
        "identity",
        "invoice_id",
        "invoice_ids",
        "plan",
        "plan_id",
        "promise_id",
        "record_id",
        "source",
        "trace",
        "traceparent",
        "stamp",
        "subject",
        "task_id",
        # words of a closed list, of a policy, of a provider or of ours
        "channel",
        "code",
        "currency",
        "datacontenttype",
        "dataschema",
        "due_on",
        "fresh",
        "hash",
        "inputs",
        "message",
        "path",
        "phase",
        "policy",
        "provider",
        "reason",
        "reference",
        "refusal",
        "responsible",
        "rule",
        "stage",
        "tier",
        "tier_rule",
        "topic",
        "type",
        "variant",
        "verdict",
        "who",
        "why",
        # digests and what is counted
        "gone",
        "point",
        "spent",
        "ce_id",
        "ce_source",
        "ce_type",
        "offset",
        "partition",
        # times of day
        "from_",
    }
)
"""Names of texts in contracts that say nothing of a person; whoever adds one has thought about it."""


class Discreet:
    """First base of a model that holds a name, a number, an address or words of or about a person."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The kind alone."""
        return f"{type(self).__name__}(...)"
