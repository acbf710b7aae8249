"""What a reminder must not say, and what it must: checked over every template, and over any text before it is used.

No insult, threat, intimidation or undue pressure (the source documents: 003 "Principles" 2 and "Techniques" 2; 001 3.3; 004
2.2(2) and 5.3); amount, days overdue, pay-by date in a letter (003 "First dunning" 2); confidentiality of what others may
see, such as an e-mail's subject on a locked screen (003 "Principles" 4).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from schemas.values import Channel, Phase

Offence = Literal["threat", "insult", "false urgency", "legal claim", "exposure", "shouting"]

_ENGLISH: dict[Offence, tuple[str, ...]] = {
    "threat": (
        "or else",
        "consequences for you",
        "forced to",
        "no choice but",
        "we know where",
        "regret it",
        "warn you",
    ),
    "insult": (
        "debtor",
        "deadbeat",
        "liar",
        "dishonest",
        "irresponsible",
        "ashamed",
        "shame",
        "defaulter",
        "delinquent",
    ),
    "false urgency": ("immediately", "urgent", "last chance", "final warning", "act now", "at once or", "hours left"),
    "legal claim": (
        "lawsuit",
        "court",
        "legal action",
        "prosecut*",
        "police",
        "arrest",
        "bailiff",
        "seize",
        "credit bureau",
    ),
    "exposure": ("your employer", "your family", "your neighbo*", "your friends", "make public", "publish your"),
}
_CHINESE: dict[Offence, tuple[str, ...]] = {
    "threat": ("后果自负", "否则", "不客气", "警告", "别怪", "严重后果", "走着瞧"),
    "insult": ("老赖", "赖账", "欠债不还", "无赖", "可耻", "不要脸", "不讲信用", "恶意拖欠"),
    "false urgency": ("立即", "立刻", "马上", "务必", "最后机会", "最后通牒", "紧急", "限时", "小时内"),
    "legal claim": ("起诉", "诉讼", "法院", "律师函", "强制执行", "报警", "公安", "拘留", "失信", "黑名单"),
    "exposure": ("曝光", "公布您", "您的单位", "您的家人", "您的亲友", "您的邻居", "通讯录"),
}
_PHRASES: Mapping[str, Mapping[Offence, tuple[str, ...]]] = {"en": _ENGLISH, "zh": _CHINESE}
_SHOUTING = re.compile(r"[!！]\s*[!！]|\b[A-Z]{4,}(?:\s+[A-Z]{4,})+\b")

_TELLING: Mapping[str, tuple[str, ...]] = {
    "en": ("debt", "overdue", "arrears", "owe*", "outstanding", "collection", "unpaid"),
    "zh": ("债", "欠", "逾期", "催收", "拖", "未付"),
}
_OPT_OUT: Mapping[str, Mapping[Channel, tuple[str, ...]]] = {
    "en": {"sms": ("Reply STOP", "To opt out"), "email": ("do not want reminders",)},
    "zh": {"sms": ("退订",), "email": ("退订",)},
}
_CALL: Mapping[str, tuple[str, ...]] = {
    "en": ("IDENTIFY FIRST", "LISTEN", "Willingness", "Ability", "RECORD THE RESULT"),
    "zh": ("先核实身份", "倾听", "付款意愿", "付款能力", "记录结果"),
}
_REASON = {"en": "Reason", "zh": "原因"}


@dataclass(frozen=True, slots=True)
class Improper:
    """A phrase that a reminder must not hold."""

    offence: Offence
    phrase: str


@dataclass(frozen=True, slots=True)
class Essentials:
    """What this one message is about, as its text should show it; `contacts` are ways to reach the creditor."""

    creditor: str
    amounts: Sequence[str]
    due: str
    contacts: Sequence[str]
    pay_by: str = ""


def improper(text: str, language: str, *, declared: Sequence[str] = ()) -> tuple[Improper, ...]:
    """Every phrase of a text (its language as a BCP 47 tag) that threatens, insults, hurries, claims or exposes.

    `declared` sentences are taken out first: what the creditor has declared true may be said. A language without a list
    is checked for shouting alone.
    """
    for sentence in declared:
        text = text.replace(sentence, "")
    phrases = _PHRASES.get(_primary(language), {})
    found = [
        Improper(offence, match.group())
        for offence, listed in phrases.items()
        for phrase in listed
        if (match := _pattern(phrase).search(text)) is not None
    ]
    return (*found, *(Improper("shouting", match.group()) for match in _SHOUTING.finditer(text)))


def indiscreet(subject: str, language: str, phase: Phase) -> tuple[str, ...]:
    """What an e-mail's subject tells to whoever sees the screen: any amount; in collection also that money is owed."""
    told = re.findall(r"\d[\d.,'’\s]*[.,]\d{2,3}\b|[€$£¥₹]\s*\d+|\b[A-Z]{3}\s\d+", subject)
    if phase == "collection":
        told += [word for word in _TELLING.get(_primary(language), ()) if _pattern(word).search(subject)]
    return tuple(told)


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
    """Whole words (`court` is not in `courtesy`), `*` for any ending; in a script without spaces the phrase alone."""
    if not phrase.isascii():
        return re.compile(re.escape(phrase))
    ending = r"\w*" if phrase.endswith("*") else "s?"
    return re.compile(rf"\b{re.escape(phrase.rstrip('*'))}{ending}\b", re.IGNORECASE)


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
