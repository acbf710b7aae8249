"""What a reminder must hold, and what others may see of it: checked over every template, and over any text.

Amount, days overdue and pay-by date in a letter (the source documents: 003 "First dunning" 2); confidentiality of what
others may see, such as an e-mail's subject or the beginning of an SMS on a locked screen (003 "Principles" 4).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from schemas.values import Channel, Phase

_TELLING: Mapping[str, tuple[str, ...]] = {
    "en": (
        "debt",
        "overdue",
        "arrears",
        "owe*",
        "outstanding",
        "collection*",
        "unpaid",
        "reminder",
        "not yet received",
    ),
    "zh": ("债", "欠", "逾期", "催", "拖", "未付", "尚未收到", "未收到"),
    "es": ("deud*", "mor[oa]s*", "vencid[oa]", "impagad[oa]", "pendiente", "atras*", "cobr*", "adeud*", "recordatorio"),
}
_AMOUNT = re.compile(r"\d[\d.,'’\s]*[.,]\d{2,3}\b|[€$£¥₹]\s*\d+|\b[A-Z]{3}\s\d+")
_SEEN, _SEEN_WIDE = 40, 20
"""Characters of an SMS in a notification's first line, in Latin and in Chinese letters."""

_OPT_OUT: Mapping[str, Mapping[Channel, tuple[str, ...]]] = {
    "en": {"sms": ("Reply STOP", "To opt out"), "email": ("do not want reminders",)},
    "zh": {"sms": ("退订",), "email": ("退订",)},
    "es": {"sms": ("Responda STOP", "Para darse de baja"), "email": ("responda «baja»",)},
}
_CALL: Mapping[str, tuple[str, ...]] = {
    "en": ("IDENTIFY FIRST", "LISTEN", "Willingness", "Ability", "RECORD THE RESULT"),
    "zh": ("先核实身份", "倾听", "付款意愿", "付款能力", "记录结果"),
    "es": ("PRIMERO, IDENTIFICAR", "ESCUCHAR", "Voluntad", "Capacidad", "ANOTAR EL RESULTADO"),
}
_REASON = {"en": "Reason", "zh": "原因", "es": "Motivo"}


@dataclass(frozen=True, slots=True)
class Essentials:
    """What this one message is about, as its text should show it; `contacts` are ways to reach the creditor."""

    creditor: str
    amounts: Sequence[str]
    due: str
    contacts: Sequence[str]
    pay_by: str = ""


def indiscreet(visible: str, language: str, phase: str) -> tuple[str, ...]:
    """What a text tells to whoever sees the screen: any amount; after the due date also that money is owed."""
    told = _AMOUNT.findall(visible)
    if phase != "pre_due":
        told += [word for word in _TELLING.get(_primary(language), ()) if _pattern(word).search(visible)]
    return tuple(told)


def seen_on_a_locked_screen(sms: str, language: str) -> str:
    """The beginning of an SMS that every telephone shows; most show more, which no text can prevent."""
    return sms[: _SEEN_WIDE if _primary(language) == "zh" else _SEEN]


def says_how_to_opt_out(text: str, language: str, channel: Channel) -> bool:
    """Whether a text holds words that a language uses for it, or the word to send back; any language knows STOP."""
    ways = _OPT_OUT.get(_primary(language), {}).get(channel, ())
    return any(way in text for way in (*ways, "STOP", "unsubscribe"))


def absent(text: str, language: str, channel: Channel, phase: Phase, essentials: Essentials) -> tuple[str, ...]:
    """Names of what the text should hold and does not."""
    return tuple(
        name for name, present in _required(text, _primary(language), channel, phase, essentials) if not present
    )


def _required(
    text: str, language: str, channel: Channel, phase: Phase, essentials: Essentials
) -> Iterator[tuple[str, bool]]:
    yield "the creditor's name", essentials.creditor in text
    for amount in essentials.amounts:
        yield f"the amount {amount}", amount in text
    yield "the due date", essentials.due in text
    yield "how to reach the creditor", any(contact in text for contact in essentials.contacts)
    if phase != "pre_due":
        yield "the date to pay by", bool(essentials.pay_by) and essentials.pay_by in text
    if channel == "call_task":
        asked = (*_CALL[language], *((_REASON[language],) if phase != "pre_due" else ()))
        yield from ((f"the part {part!r}", part in text) for part in asked)
    else:
        yield "how to opt out", any(way in text for way in _OPT_OUT[language][channel])


@lru_cache(maxsize=1024)
def _pattern(phrase: str) -> re.Pattern[str]:
    """Whole words, `*` for any ending; in a script without spaces the phrase alone."""
    if not phrase.isascii():
        return re.compile(re.escape(phrase))
    ending = r"\w*" if phrase.endswith("*") else "s?"
    return re.compile(rf"\b{phrase.rstrip('*')}{ending}\b", re.IGNORECASE)


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
