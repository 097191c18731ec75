"""Markdown as CommonMark or kramdown read it, rewritten so that Python-Markdown reads the same.

What differs in practice: how far the parts of a list item are indented, lists that begin right below a paragraph, and
line breaks by a backslash.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final

from digestgen.dataclass import dataclass

_ITEM: Final = re.compile(r"(?P<indent> *)(?P<mark>[-*+]|(?P<number>\d{1,9})[.)])(?P<gap> +|$)")
_RULE: Final = re.compile(r" {0,3}([-*_])(?: *\1){2,} *$")
_FENCE: Final = re.compile(r"(?P<mark>`{3,}|~{3,})(?P<rest>[^`]*)$")
_WIDTH: Final = 4


def adapted(text: str) -> str:
    """Return a body as Python-Markdown has to have it; a body without lists and backslashes is the same."""
    walk = _Walk()
    for line in text.split("\n"):
        walk.take(line)
    return "\n".join(walk.out)


@dataclass()
class _Walk:
    """The way through the lines. `offsets` are the columns in which the open items' contents begin, outermost first."""

    out: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    fence: str = ""
    blank: bool = True
    html: bool = False

    def take(self, raw: str) -> None:
        line = _spaced(raw)
        if self.fence:
            self._in_fence(raw, line)
        elif not line.strip():
            self.out.append("")
            self.blank, self.html = True, False
        else:
            self._text(line)
            self.blank = False

    def _in_fence(self, raw: str, line: str) -> None:
        base = self.offsets[-1] if self.offsets else 0
        inside = line[min(base, _indent(line)) :] if base else raw
        self.out.append(self._pad() + inside if inside.strip() else "")
        closing = inside.strip()
        if closing and set(closing) == {self.fence[0]} and len(closing) >= len(self.fence):
            self.fence, self.blank = "", False

    def _text(self, line: str) -> None:
        indent = _indent(line)
        item = None if _RULE.match(line) or self.html else _ITEM.match(line)
        if item and self._begins(item, indent):
            self._item(item, line)
            return
        if self.blank:
            while self.offsets and indent < self.offsets[-1]:
                self.offsets.pop()
        inside = line[min(self.offsets[-1], indent) :] if self.offsets else line
        if not self.offsets and re.match(r" {0,3}</?[a-zA-Z]", line):
            self.html = True
        self._write(inside)

    def _write(self, inside: str, before: str | None = None) -> None:
        fence = _FENCE.match(inside.lstrip(" ")) if _indent(inside) < _WIDTH else None
        if fence:
            self.fence = fence["mark"]
        broken = inside.endswith("\\") and not inside.endswith("\\\\") and not fence and _indent(inside) < _WIDTH
        self.out.append((self._pad() if before is None else before) + (f"{inside[:-1]}  " if broken else inside))

    def _begins(self, item: re.Match[str], indent: int) -> bool:
        """Tell whether a line begins an item, and close the items that it does not belong to."""
        open_ = [offset for offset in self.offsets if offset <= indent]
        base = open_[-1] if open_ else 0
        if indent - base >= _WIDTH:
            return False
        interrupts = self.blank or bool(self.offsets) or not self.out
        if not interrupts and (item["number"] not in (None, "1") or not item["gap"]):
            return False
        self.offsets = open_
        return True

    def _item(self, item: re.Match[str], line: str) -> None:
        if not self.blank and not self.offsets and self.out and not self._follows_item():
            self.out.append("")
        gap = len(item["gap"])
        content = item.end() if gap <= _WIDTH else item.end("mark") + 1
        mark = item["mark"].replace(")", ".")
        before = self._pad() + mark + " "
        self.offsets.append(content if item["gap"] else item.end("mark") + 1)
        self._write(line[content:], before)

    def _follows_item(self) -> bool:
        return any(_ITEM.match(line.lstrip(" ")) for line in self._paragraph())

    def _paragraph(self) -> list[str]:
        found = []
        for line in reversed(self.out):
            if not line.strip():
                break
            found.append(line)
        return found

    def _pad(self) -> str:
        return " " * (_WIDTH * len(self.offsets))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _spaced(line: str) -> str:
    """Return a line with the tabs at its head as blanks."""
    head = line[: len(line) - len(line.lstrip(" \t"))]
    return head.expandtabs(_WIDTH) + line[len(head) :]
