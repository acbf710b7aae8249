"""Every message of a policy as a page to look at: stage by channel by locale, without a network and without a customer.

A page holds nothing but itself: the mail stands in a frame that runs no script and follows no link, all else is escaped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dispatcher.core.rules import Creditor, Policy, Stage
from dispatcher.messages.problems import TemplateProblem
from dispatcher.messages.rendering import Templates
from dispatcher.messages.sms_segments import segments
from dispatcher.messages.specimens import said_by, specimen
from dispatcher.messages.wording import seen_on_a_locked_screen
from schemas.values import CHANNELS, Channel

_PAGES: Final = Path(__file__).parent / "preview_pages"
_TITLES: Final = {False: "About one invoice", True: "About several invoices and a credit note"}


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the preview: a name without folders, and HTML."""

    name: str
    html: str


def preview(
    templates: Templates,
    policy: Policy,
    creditor: Creditor,
    *,
    sms_price: Decimal,
    problems: Sequence[TemplateProblem] = (),
) -> Iterator[Page]:
    """A page for each stage, channel and language, and `index.html`. `sms_price` is that of one part, in any currency."""
    environment = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined)
    look = (_PAGES / "look.css").read_text(encoding="utf-8")
    page = environment.get_template("page.html")
    links: dict[tuple[str, Channel], list[dict[str, str]]] = {}
    for stage, channel in said_by(policy):
        for locale in templates.languages:
            views = [
                _view(templates, policy, creditor, stage, channel, locale=locale, several=several, sms_price=sms_price)
                for several in _TITLES
            ]
            name = f"{stage.id}.{channel}.{locale}.html"
            links.setdefault((stage.id, channel), []).append({"file": name, "locale": locale, "note": _note(views)})
            yield Page(
                name,
                page.render(
                    look=look,
                    stage=stage.id,
                    channel=channel,
                    locale=locale,
                    message=stage.message,
                    phase=stage.phase,
                    tone=stage.tone,
                    language=templates.piece(locale, stage, channel).language,
                    views=views,
                ),
            )
    rows = [
        {
            "stage": stage.id,
            "phase": stage.phase,
            "message": stage.message,
            "tone": stage.tone,
            "cells": [links.get((stage.id, channel), []) for channel in CHANNELS],
        }
        for stage in dict.fromkeys(stage for stage, _ in said_by(policy))
    ]
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
            rows=rows,
        ),
    )


_NOTHING: Final[dict[str, object]] = {"seen": "", "sms": "", "html": "", "text": ""}


def _view(
    templates: Templates,
    policy: Policy,
    creditor: Creditor,
    stage: Stage,
    channel: Channel,
    *,
    locale: str,
    several: bool,
    sms_price: Decimal,
) -> dict[str, object]:
    claim = specimen(stage, channel, creditor, locale, several=several)
    shown = _NOTHING | {"title": _TITLES[several]}
    if channel == "call_task":
        return shown | {"text": templates.script(claim, policy)}
    message = templates.render(claim, policy)
    if channel == "email":
        subject = message.subject or ""
        sender = f"{message.sender_name} <{message.sender}>"
        mail = {"seen": subject, "subject": subject, "sender": sender, "html": message.html or ""}
        return shown | mail | {"text": message.text}
    carried = segments(message.text)
    return shown | {
        "seen": seen_on_a_locked_screen(message.text, locale),
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
