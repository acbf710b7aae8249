"""Chinese pages call one thing by one name, wherever it is spoken of."""

from pathlib import Path

import pytest

DISPATCHER = Path(__file__).parents[2] / "dispatcher"
TEXTS = {
    file.relative_to(DISPATCHER): file.read_text("utf-8")
    for file in (*DISPATCHER.rglob("*_zh.py"), *(DISPATCHER / "messages" / "templates" / "zh-CN").iterdir())
}
NAMES = {
    "坐席": ("呼叫台", "人工台", "座席", "话务员", "外呼台"),
    "归档": ("档案",),
    "一张账单": ("一份账单", "一个账单"),
    "渠道": ("通道",),
    "退订": ("取消订阅",),
}


@pytest.mark.parametrize("name", NAMES)
def test_it_has_no_other_name(name):
    others = NAMES[name]
    assert {(str(file), other) for file, text in TEXTS.items() for other in others if other in text} == set()


@pytest.mark.parametrize("name", NAMES)
def test_its_name_is_used(name):
    assert any(name in text for text in TEXTS.values())
