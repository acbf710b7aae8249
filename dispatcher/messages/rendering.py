"""Claims become messages: the right words in the customer's language, about these invoices, in this creditor's name."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from channels.protocol import Message
from dispatcher.core.claim import Claim
from dispatcher.core.rules import Policy, Stage
from dispatcher.messages.acknowledgements import acknowledging, message_of
from dispatcher.messages.catalogue import Catalogue, Piece, load_catalogue
from dispatcher.messages.composition import composed_mail, composed_script, composed_sms
from dispatcher.messages.facts import links_left_out, listed_facts, matter_of, shared_facts
from dispatcher.messages.page_link import PageLinks
from dispatcher.messages.problems import TemplateProblem, TemplateProblems, TemplatesUnusable
from dispatcher.messages.trial import FAILURES, trial
from schemas.values import Channel

_Rendered = TypeVar("_Rendered")
_Compose = Callable[[Claim, Policy, Piece], _Rendered]


def _unheard(_: int) -> None:
    """Nobody asked to be told."""


def load(
    search: Sequence[Path] = (),
    *,
    pages: PageLinks | None = None,
    on_links_left_out: Callable[[int], None] = _unheard,
    on_fallback: Callable[[int], None] = _unheard,
) -> "Templates | TemplateProblems":
    """The templates of these folders and the built-in ones, or everything that is wrong with them."""
    try:
        return Templates(search, pages=pages, on_links_left_out=on_links_left_out, on_fallback=on_fallback)
    except TemplatesUnusable as unusable:
        return unusable.problems


class Templates:
    """All templates, compiled and tried. Rendering reads nothing but its arguments.

    `search` are folders that are looked into before the built-in templates, the first one first; each holds one folder a
    language. `pages` makes the links to customers' own pages; without it mails carry none. `on_links_left_out` is told how
    many links to pay a message leaves out because they are not the creditor's own. `on_fallback` is told (1) that a template
    failed for one claim although it passed its trial; the built-in generic words are used instead, so that no template stops
    the others' messages. `TemplatesUnusable` holds what `load` returns as a value.
    """

    def __init__(
        self,
        search: Sequence[Path] = (),
        *,
        pages: PageLinks | None = None,
        on_links_left_out: Callable[[int], None] = _unheard,
        on_fallback: Callable[[int], None] = _unheard,
    ) -> None:
        self._catalogue = _usable(search)
        self._built_in = _usable(()) if search else self._catalogue
        self._pages = pages
        self._on_links_left_out = on_links_left_out
        self._on_fallback = on_fallback

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of all languages that have templates."""
        return self._catalogue.languages

    def piece(self, locale: str, stage: Stage, channel: Channel) -> Piece:
        """The words and layouts in which a stage speaks to customers of a locale."""
        generic = stage.message if stage.acknowledges else stage.phase
        return self._catalogue.find(locale, stage.message, generic, channel)

    def generic(self, policy: Policy) -> tuple[tuple[str, Channel], ...]:
        """Stages, with a channel of their ladders, whose `message` has no words of its own in the default language.

        They are said in the generic words of their phase: often meant, sometimes a misspelt name.
        """
        return tuple(
            (stage.id, channel)
            for stage in policy.every_stage
            for channel in sorted({channel for ladder in stage.ladders.values() for channel in ladder})
            if not self._catalogue.has_own_words(stage.message, channel)
        )

    def render(self, claim: Claim, policy: Policy) -> Message:
        """The SMS or e-mail of a claim. `ValueError` for a call task: that is a script, not a message."""
        if claim.channel == "call_task":
            raise ValueError(f"attempt {claim.attempt_id} is a call task: it has a script, not a message")
        left_out = links_left_out(policy.creditor(claim.creditor_id), claim.invoices)
        if left_out:
            self._on_links_left_out(left_out)
        compose = _sms if claim.channel == "sms" else partial(_mail, pages=self._pages)
        return self._composed(claim, policy, claim.channel, compose)

    def script(self, claim: Claim, policy: Policy) -> str:
        """The text for the person who calls: identify, say why, listen and ask, offer a way, record the result."""
        return self._composed(claim, policy, "call_task", _script)

    def _composed(self, claim: Claim, policy: Policy, channel: Channel, compose: _Compose[_Rendered]) -> _Rendered:
        locale, message, phase = claim.profile.locale, claim.stage.message, str(claim.stage.phase)
        if claim.acknowledges is not None:
            message = phase = message_of(claim.acknowledges)
        try:
            return compose(claim, policy, self._catalogue.find(locale, message, phase, channel))
        except FAILURES:
            self._on_fallback(1)
            return compose(claim, policy, self._built_in.find(locale, phase, phase, channel))


def _sms(claim: Claim, policy: Policy, piece: Piece) -> Message:
    creditor = policy.creditor(claim.creditor_id)
    matter = matter_of(claim)
    facts = shared_facts(claim, creditor, matter, piece, sms=True)
    if claim.acknowledges is not None:
        facts = acknowledging(facts, claim.acknowledges, matter, piece.formats, sms=True)
    return Message(
        attempt_id=claim.attempt_id,
        channel="sms",
        recipient=claim.contact_point,
        text=composed_sms(piece, facts, policy.sms_max_parts),
        locale=piece.language,
        sender=creditor.sms_from,
        validity_s=_validity(claim),
        contact_id=claim.contact_id,
        customer_id=claim.customer_id,
        trace=claim.trace,
    )


def _mail(claim: Claim, policy: Policy, piece: Piece, *, pages: PageLinks | None) -> Message:
    creditor = policy.creditor(claim.creditor_id)
    matter = matter_of(claim)
    page = None if pages is None else pages.address(claim, creditor, matter)
    facts = shared_facts(claim, creditor, matter, piece)
    facts |= listed_facts(claim, creditor, matter, piece, bill=True, minimum=policy.minimum)
    if claim.acknowledges is not None:
        facts = acknowledging(facts, claim.acknowledges, matter, piece.formats, sms=False)
    mail = composed_mail(piece, facts | {"page": page or ""})
    return Message(
        attempt_id=claim.attempt_id,
        channel="email",
        recipient=claim.contact_point,
        text=mail.text,
        locale=piece.language,
        sender=creditor.email_from,
        sender_name=creditor.display_name,
        subject=mail.subject,
        html=mail.html,
        headers=(
            ("Reply-To", creditor.email),
            ("List-Unsubscribe", f"<mailto:{creditor.email}?subject=unsubscribe>"),
        ),
        validity_s=_validity(claim),
        contact_id=claim.contact_id,
        customer_id=claim.customer_id,
        trace=claim.trace,
        unsubscribe_url=page,
    )


def _script(claim: Claim, policy: Policy, piece: Piece) -> str:
    creditor = policy.creditor(claim.creditor_id)
    matter = matter_of(claim)
    facts = shared_facts(claim, creditor, matter, piece)
    listed = listed_facts(claim, creditor, matter, piece, bill=False, minimum=policy.minimum)
    return composed_script(piece, facts | listed)


def _validity(claim: Claim) -> int:
    """Seconds from the claim to the end of its window; a provider takes no less than one."""
    return max(1, (claim.not_after - claim.claimed_at) // 1000)


def _usable(search: Sequence[Path]) -> Catalogue:
    catalogue = load_catalogue(search)
    problems = trial(catalogue) if isinstance(catalogue, Catalogue) else catalogue
    if isinstance(catalogue, Catalogue) and not problems:
        return catalogue
    raise TemplatesUnusable(TemplateProblems(tuple(sorted(problems, key=_place))))


def _place(problem: TemplateProblem) -> tuple[str, int]:
    return problem.file, problem.line or 0
