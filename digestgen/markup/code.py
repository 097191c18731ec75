"""Fenced code: found line by line, in linear time, and coloured by Pygments with CSS classes only.

The language is what the author names; nothing is ever guessed. A fence may stand in a list item, indented.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from functools import cache
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING

from markdown.extensions import Extension
from markdown.extensions.attr_list import get_attrs_and_remainder
from markdown.preprocessors import Preprocessor
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from digestgen import budget
from digestgen.dataclass import dataclass

if TYPE_CHECKING:
    from markdown import Markdown

#: Longer code stays without colours: lexers are not linear, and no reader reads that much in an article.
MOST_COLOURED = 100_000

#: On a long run of backslashes the rules for strings of some lexers (Scala's) take exponential time.
_RUNAWAY = "\\" * 12

#: What one lexer may take for one block of code, in seconds of the processor; colours take milliseconds.
_PATIENCE = 2.0

_OPENING = re.compile(
    r"(?P<indent> *)(?P<fence>`{3,}|~{3,}) *"
    r"(?:\{(?P<attrs>[^\n]*)\} *|\.?(?P<lang>[\w#.+-]*)(?P<rest>[^`\n]*))$"
)
_ITEM = re.compile(r" *(?:[*+-]|\d+\.) ")
_LINES = re.compile(r"hl_lines=([\"'])([\d\s-]*)\1")


class Runaway(Exception):
    """A lexer takes too long for the code in the fence that is opened on `line`, counted from 1."""

    def __init__(self, lang: str, line: int) -> None:
        super().__init__(lang)
        self.lang = lang
        self.line = line


@dataclass(frozen=True)
class _Fence:
    """What an opening fence says. `depth` is how far its lines are indented in the source."""

    mark: str
    depth: int
    lang: str
    classes: tuple[str, ...] = ()
    id: str = ""
    marked: tuple[int, ...] = field(default=())


class FencedCode(Extension):
    """Registers the search for fences before raw HTML is looked for, as code may hold tags."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.register(_FenceFinder(md), "fenced_code_block", 25)


class _FenceFinder(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        """Return `lines` with every fenced block replaced by the placeholder of its finished HTML."""
        if not any(line.lstrip(" ").startswith(("```", "~~~")) for line in lines):
            return lines
        closers = _Closers(lines)
        done: list[str] = []
        at = 0
        while at < len(lines):
            fence = _opening(lines[at], done)
            end = closers.after(at, fence) if fence else None
            if fence is None or end is None:
                done.append(lines[at])
                at += 1
                continue
            try:
                stashed = self.md.htmlStash.store(_html(fence, lines[at + 1 : end]))
            except budget.Slow:
                raise Runaway(fence.lang, at + 1) from None
            done += ("", _new_indent(fence, done) + stashed, "")
            at = end + 1
        return done


class _Closers:
    """Lines that may close a fence: of the same sign, at least as long. An unclosed fence costs one look-up."""

    def __init__(self, lines: list[str]) -> None:
        self._lines: dict[str, list[tuple[int, int]]] = {"`": [], "~": []}
        for number, line in enumerate(lines):
            mark = line.strip(" ")
            if mark[:3] in ("```", "~~~") and not mark.strip(mark[0]):
                self._lines[mark[0]].append((number, len(mark)))
        for found in self._lines.values():
            found.reverse()
        #: The longest mark from here on, by the same index as the reversed lists.
        self._longest = {sign: list(accumulate((n for _, n in found), max)) for sign, found in self._lines.items()}

    def after(self, line: int, fence: _Fence) -> int | None:
        """Return the first line behind `line` that closes `fence`; `line` must not fall between calls."""
        left = self._lines[fence.mark[0]]
        while left and left[-1][0] <= line:
            left.pop()
        if not left or self._longest[fence.mark[0]][len(left) - 1] < len(fence.mark):
            return None
        return next(number for number, length in reversed(left) if length >= len(fence.mark))


def _opening(line: str, before: list[str]) -> _Fence | None:
    match = _OPENING.match(line)
    if match is None:
        return None
    depth = len(match["indent"])
    if depth > 3 and _item_above(before, depth) is None:
        return None
    if match["attrs"] is None:
        marked = _LINES.search(match["rest"] or "")
        return _Fence(match["fence"], depth, match["lang"], marked=_numbers(marked[2]) if marked else ())
    attrs, remainder = get_attrs_and_remainder(match["attrs"])
    return None if remainder else _from_attributes(match["fence"], depth, attrs)


def _from_attributes(mark: str, depth: int, attrs: Sequence[tuple[str, str | None]]) -> _Fence:
    classes = [value or "" for key, value in attrs if key == "."]
    values = {key: value or "" for key, value in attrs if key != "."}
    return _Fence(
        mark,
        depth,
        classes[0] if classes else "",
        tuple(classes[1:]),
        values.get("id", ""),
        _numbers(values.get("hl_lines", "")),
    )


def _numbers(text: str) -> tuple[int, ...]:
    """Return the line numbers that `text` names, as in `2 4-6`."""
    found: list[int] = []
    for part in text.split()[:200]:
        first, _, last = part.partition("-")
        if first.isdecimal() and (last or first).isdecimal() and len(part) < 12:
            found += range(int(first), min(int(last or first), int(first) + 1000) + 1)
    return tuple(found)


def _item_above(before: list[str], depth: int) -> int | None:
    """Return the indent of the list item that a line at `depth` belongs to, or None."""
    for line in reversed(before):
        indent = len(line) - len(line.lstrip(" "))
        if line.strip() and indent < depth:
            if _ITEM.match(line):
                return indent
            if indent == 0:
                return None
            depth = indent
    return None


def _new_indent(fence: _Fence, before: list[str]) -> str:
    """Return the indent at which Python-Markdown keeps the block in its list item: four blanks a level."""
    if fence.depth == 0:
        return ""
    item = _item_above(before, fence.depth)
    return "" if item is None else " " * max(item + 4 - item % 4, fence.depth - fence.depth % 4)


def _html(fence: _Fence, lines: list[str]) -> str:
    code = "\n".join(_dedented(line, fence.depth) for line in lines) + "\n"
    classes = escape(" ".join(("highlight", *fence.classes)))
    named = f' id="{escape(fence.id)}"' if fence.id else ""
    lang = f' class="language-{escape(fence.lang)}"' if fence.lang else ""
    return f'<div class="{classes}"{named}><pre><code{lang}>{_coloured(code, fence)}</code></pre></div>'


def _dedented(line: str, depth: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(blanks, depth) :]


def _coloured(code: str, fence: _Fence) -> str:
    can_be = bool(fence.lang) and len(code) <= MOST_COLOURED and _RUNAWAY not in code
    lexer = _lexer(fence.lang.lower()) if can_be else None
    if lexer is None:
        return escape(code, quote=False)
    with budget.at_most(_PATIENCE):
        return highlight(code, lexer, _formatter(fence.marked)).rstrip("\n") + "\n"


@cache
def _lexer(name: str) -> Lexer | None:
    try:
        lexer: Lexer = get_lexer_by_name(name, stripnl=False, ensurenl=True)
    except ClassNotFound:
        return None
    return lexer


def _formatter(marked: tuple[int, ...]) -> HtmlFormatter[str]:
    return HtmlFormatter(nowrap=True, hl_lines=marked) if marked else _PLAIN_FORMATTER


_PLAIN_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
