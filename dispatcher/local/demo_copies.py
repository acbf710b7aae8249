"""Copies of the gateway's pages that stay when the gateway is gone: its own answers, with their styles beside them."""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_SCRIPT: Final = re.compile(r"<script\b.*?</script>\n?", re.DOTALL)
_STATIC: Final = re.compile(r'"(/static/[0-9a-f]+/([^"/]+))"')
_LINK: Final = re.compile(r' href="(/[^"]*)"')
_BODY: Final = re.compile(r"<body[^>]*>")
_NOTICE: Final = (
    '\n<p class="notice warn">A copy of what this page showed at the end of the demonstration; its forms do nothing. '
    "<code>make run</code> serves it live.</p>"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as the gateway showed it. `path`: its address there; `name`: the file of its copy."""

    path: str
    name: str
    html: str = field(repr=False)


def static_files(pages: Iterable[Shown]) -> Mapping[str, str]:
    """The files that pages need, styles above all: name -> address at the gateway."""
    return {name: address for each in pages for address, name in _STATIC.findall(_SCRIPT.sub("", each.html))}


def still(html: str, names: Mapping[str, str]) -> str:
    """A page that needs no gateway. `names`: addresses of what is copied -> files; other links lead nowhere.

    Its scripts go, because they would ask the gateway for news, and its forms cannot be used.
    """
    bare = _STATIC.sub(r'"static/\2"', _SCRIPT.sub("", html))
    linked = _LINK.sub(lambda link: f' href="{names[link[1]]}"' if link[1] in names else "", bare)
    return _BODY.sub(lambda body: body[0] + _NOTICE, linked.replace("<form ", "<form inert "), count=1)


def write(folder: Path, pages: Sequence[Shown], statics: Mapping[str, bytes]) -> None:
    """Fill the folder with copies of these pages and with these files, by name; what was in it goes."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "static").mkdir(parents=True)
    names = {each.path: each.name for each in pages}
    for each in pages:
        (folder / each.name).write_text(still(each.html, names), "utf-8")
    for name, content in statics.items():
        (folder / "static" / name).write_bytes(content)
