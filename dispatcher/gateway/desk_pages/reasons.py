"""Why a call is not allowed, in the language of whoever asks."""

from collections.abc import Mapping
from typing import Final

from schemas.reasons import CODES, SENTENCES, ReasonCode

_ZH: Final[Mapping[ReasonCode, str]] = {
    "quiet_hours": "现在是夜间，或客户不希望被联系的时间。",
    "holiday": "客户所在地今天是节假日。",
    "cap": "在此期间与客户的联系已达策略允许的次数。",
    "min_gap": "距上次联系太近。",
    "cool_down": "上次联系的结果要求此渠道暂停一段时间。",
    "too_early": "客户所在地的规定不允许在到期日后这么快联系。",
    "notice_first": "客户所在地的规定要求先书面通知并等待。",
    "reserved": "允许的最后一次联系须留给必须发送的通知。",
    "opted_out": "客户不允许以此渠道联系此号码。",
    "objection_unread": "来自此号码的回复可能是异议，须先由人员阅读。",
    "unreachable_point": "此号码无法接通。",
    "no_consent": "缺少策略要求的同意。",
    "blocked_channel": "客户已关闭此渠道。",
    "hold": "有禁止联系的保留。",
    "promise": "客户已承诺付款，日期尚未过去。",
    "plan": "此账单已有分期计划。",
    "paid": "账单已付清。",
    "cancelled": "账单已取消或核销。",
    "erased": "客户资料已删除，不再联系。",
    "input_behind": "已发布的信息尚未全部读取，须等待读完。",
    "paused": "发送已关闭。",
    "shadow": "发送处于影子模式：不致电任何人。",
    "not_in_allowlist": "发送限于允许名单，此号码不在其中。",
    "below_minimum": "金额低于联系的最低限额。",
    "withdrawn": "联系的事由已发生变化。",
    "expired": "联系的时间已过。",
    "in_flight": "此前就此的联系仍在进行。",
    "reported": "已有人报告了此次联系的结果。",
    "awaiting_approval": "此步骤须先获批准。",
    "already_dialled": "此任务已拨过号，须先有人说明结果。",
    "lease_overtaken": "此任务已分配给他人。",
    "not_open": "此任务已不再等待处理。",
    "no_outcome": "没有人说明此次通话的结果。",
}
"""Codes that a customer's lane can give for a call; the others are told in English."""


def sentence(code: ReasonCode, language: str) -> str:
    """The sentence of a code."""
    return _ZH.get(code, SENTENCES[code]) if language == "zh-CN" else SENTENCES[code]


def ended_sentence(code: str, language: str) -> str:
    """The sentence of a code that came with a record; of one that this release does not know, that of a change."""
    known: ReasonCode = next((each for each in CODES if each == code), "withdrawn")
    return sentence(known, language)
