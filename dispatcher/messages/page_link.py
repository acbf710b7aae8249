"""The address of the customer's own page: what one e-mail was about, sealed into a link that only its reader has.

SMS carry none: even without its invoices a link would take two parts of its own, and STOP and the telephone answer there.
"""

from dispatcher.core.claim import Claim
from dispatcher.core.rules import Creditor
from dispatcher.messages.facts import Matter, number_of
from dispatcher.messages.foreign_text import clipped
from dispatcher.settings.secret import Secret
from schemas.links import CustomerLink, LinkedInvoice, Seal

MOST_INVOICES = 10
"""What a page lists at most; a link may carry fewer, as long as they fit."""

_LONGEST_NAME = 80


def links_of(public_url: str | None, secret: Secret | None) -> "PageLinks | None":
    """The links of an installation; None where there is no address for them, or no secret to seal them with."""
    return None if public_url is None or secret is None else PageLinks(public_url, secret.reveal())


class PageLinks:
    """Makes the links of an installation: `public_url` is where customers reach its gateway."""

    def __init__(self, public_url: str, secret: str) -> None:
        self._start = f"{public_url.rstrip('/')}/u/"
        self._seal = Seal(secret)

    def address(self, claim: Claim, creditor: Creditor, matter: Matter) -> str | None:
        """The page of a claim, the same for the same claim; None where an endless customer id leaves no room for a link.

        Of the invoices those are named that ask for money by themselves: not credit notes, nor instalments of a plan.
        """
        asked = [each for each in matter.invoices if each[1].plan is None and each[1].amount_due > 0]
        link = CustomerLink(
            claim.customer_id,
            claim.contact_id,
            claim.channel,
            claim.contact_point,
            clipped(creditor.display_name, _LONGEST_NAME),
            claim.profile.locale,
            claim.claimed_at,
            tuple(
                LinkedInvoice(invoice_id, number_of(invoice_id, invoice), invoice.amount_due, invoice.currency)
                for invoice_id, invoice in asked[:MOST_INVOICES]
            ),
        )
        token = self._seal.token(link)
        return None if token is None else self._start + token
