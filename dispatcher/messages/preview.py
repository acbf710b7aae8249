"""Every message of a policy as a page to look at: stage by channel by locale, without a network and without a customer.

A page holds nothing but itself: the mail stands in a frame that runs no script and follows no link, all else is escaped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dispatcher.core.claim import Claim
from dispatcher.core.rules import Creditor, Policy
from dispatcher.messages.problems import TemplateProblem
from dispatcher.messages.rendering import Templates
from dispatcher.messages.sms_segments import segments
from dispatcher.messages.specimens import said_by, specimen, thanks
from dispatcher.messages.vocabulary import WRITTEN
from dispatcher.messages.wording import seen_on_a_locked_screen
from schemas.values import CHANNELS, Channel

_PAGES: Final = Path(__file__).parent / "preview_pages"
_TITLES: Final = {False: "About one invoice", True: "About several invoices and a credit note"}


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the preview: a name without folders, and HTML."""

    name: str
    html: str


@dataclass(frozen=True, slots=True)
class _Occasion:
    """What one page shows: a name, what the index says of it, and the claims with their headings."""

    name: str
    phase: str
    message: str
    tone: str
    channel: Channel
    claims: Mapping[str, Claim]


def preview(
    templates: Templates,
    policy: Policy,
    creditor: Creditor,
    *,
    sms_price: Decimal,
    problems: Sequence[TemplateProblem] = (),
) -> Iterator[Page]:
    """A page for each stage, thank-you, channel and language, and `index.html`. `sms_price` is that of one part."""
    environment = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined)
    look = (_PAGES / "look.css").read_text(encoding="utf-8")
    page = environment.get_template("page.html")
    rows: dict[str, dict[Channel, list[dict[str, str]]]] = {}
    heads: dict[str, dict[str, str]] = {}
    for locale in templates.languages:
        for said in _occasions(policy, creditor, locale):
            views = [_view(templates, policy, claim, title, sms_price) for title, claim in said.claims.items()]
            file = f"{said.name}.{said.channel}.{locale}.html"
            heads[said.name] = {
                "stage": said.name,
                "phase": said.phase,
                "message": said.message,
                "tone": said.tone,
            }
            cells = rows.setdefault(said.name, {channel: [] for channel in CHANNELS})
            cells[said.channel].append({"file": file, "locale": locale, "note": _note(views)})
            shown = heads[said.name] | {"look": look, "channel": said.channel, "locale": locale}
            yield Page(file, page.render(shown, views=views))
    index = environment.get_template("index.html")
    yield Page(
        "index.html",
        index.render(
            look=look,
            policy=policy.hash,
            creditor=creditor.display_name,
            price=f"{sms_price}",
            problems=[str(problem) for problem in problems],
            channels=CHANNELS,
            rows=[heads[name] | {"cells": [*cells.values()]} for name, cells in rows.items()],
        ),
    )


def _occasions(policy: Policy, creditor: Creditor, locale: str) -> Iterator[_Occasion]:
    for stage, channel in said_by(policy):
        claims = {
            title: specimen(stage, channel, creditor, locale, several=several) for several, title in _TITLES.items()
        }
        phase = "thank-you" if stage.acknowledges else stage.phase
        yield _Occasion(stage.id, phase, stage.message, stage.tone, channel, claims)
    for channel in WRITTEN if policy.acknowledging is None else ():  # what such a policy could ask for
        for message, claim in thanks(policy.stages[-1], channel, creditor, locale).items():
            yield _Occasion(f"thanks.{message}", "thank-you", message, "friendly", channel, {"Confirmed": claim})


_NOTHING: Final[dict[str, object]] = {"seen": "", "sms": "", "html": "", "text": ""}


def _view(templates: Templates, policy: Policy, claim: Claim, title: str, sms_price: Decimal) -> dict[str, object]:
    shown = _NOTHING | {"title": title}
    if claim.channel == "call_task":
        return shown | {"text": templates.script(claim, policy)}
    message = templates.render(claim, policy)
    if claim.channel == "email":
        subject = message.subject or ""
        sender = f"{message.sender_name} <{message.sender}>"
        mail = {"seen": subject, "subject": subject, "sender": sender, "html": message.html or ""}
        return shown | mail | {"text": message.text}
    carried = segments(message.text)
    return shown | {
        "seen": seen_on_a_locked_screen(message.text, message.locale),
        "sms": message.text,
        "encoding": carried.encoding,
        "units": carried.units,
        "parts": carried.parts,
        "cost": f"{carried.parts * sms_price}",
    }


def _note(views: Sequence[dict[str, object]]) -> str:
    """How many parts an SMS takes, for one invoice and for several: `1-2 parts`."""
    parts = sorted({str(view["parts"]) for view in views if "parts" in view})
    return f"{'-'.join(parts)} parts" if parts else ""
