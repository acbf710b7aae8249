"""At which line of a TOML text each key, table and element stands: the TOML reader of the language does not say."""

import re
from collections.abc import Callable, Iterator

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_\-]+")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
)
_PLAIN = re.compile(r"[^,\]}#\n]*")
_LAST_STEP = re.compile(r"(\.[^.\[\]]*|\[[^\[\]]*\]|^[^.\[\]]*)$")


class Places:
    """The lines of a text that the TOML reader took; of any other text, those up to where it stops making sense."""

    def __init__(self, text: str) -> None:
        """Paths are written as in `stages[2].when.days`."""
        self._text = text
        self._at = 0
        self._lines: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._table = ""
        for _ in self._statements():
            pass

    def line(self, path: str) -> int | None:
        """The line of a path, or of the nearest enclosing key or table that has one, counted from 1."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = _LAST_STEP.sub("", path)
        return None

    def _statements(self) -> Iterator[None]:
        while self._skip_blank() < len(self._text):
            start = self._at
            if self._text.startswith("[", start):
                self._header()
            else:
                self._pair(self._table)
            if self._at <= start:
                return
            yield

    def _header(self) -> None:
        listed = self._text.startswith("[[", self._at)
        began = self._at
        self._at += 2 if listed else 1
        path = ""
        names = list(self._names())
        for number, name in enumerate(names, 1):
            path = _join(path, name)
            if listed and number == len(names):
                self._note(path, began)
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = f"{path}[{self._last[path]}]"
        self._note(path, began)
        self._table = path
        self._skip_blank()
        while self._text.startswith("]", self._at):
            self._at += 1

    def _pair(self, table: str) -> None:
        began, path = self._at, table
        for name in self._names():
            path = _join(path, name)
            self._note(path, began)
        self._skip_blank()
        if self._text.startswith("=", self._at):
            self._at += 1
            self._value(path)

    def _value(self, path: str) -> None:
        self._skip_blank()
        opened = self._text[self._at : self._at + 1]
        if opened == "{":
            self._each("}", lambda _: self._pair(path))
        elif opened == "[":
            self._each("]", lambda index: self._element(f"{path}[{index}]"))
        elif not self._skip_string():
            self._skip(_PLAIN)

    def _element(self, path: str) -> None:
        self._note(path, self._at)
        self._value(path)

    def _each(self, closing: str, read: Callable[[int], None]) -> None:
        self._at += 1
        index = 0
        while self._skip_blank() < len(self._text):
            began = self._at
            if self._text[began] == closing:
                self._at += 1
                return
            if self._text[began] == ",":
                self._at += 1
                continue
            read(index)
            index += 1
            if self._at <= began:
                return

    def _names(self) -> Iterator[str]:
        """The parts of a dotted key."""
        while True:
            self._skip_blank()
            began = self._at
            if self._skip_string():
                yield self._text[began + 1 : self._at - 1]
            elif self._skip(_BARE):
                yield self._text[began : self._at]
            else:
                return
            self._skip_blank()
            if not self._text.startswith(".", self._at):
                return
            self._at += 1

    def _note(self, path: str, at: int) -> None:
        self._lines.setdefault(path, self._text.count("\n", 0, at) + 1)

    def _skip_blank(self) -> int:
        self._skip(_BLANK)
        return self._at

    def _skip_string(self) -> bool:
        return any(self._skip(each) for each in _STRINGS)

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self._text, self._at)
        if found is None or found.end() == self._at:
            return False
        self._at = found.end()
        return True


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
