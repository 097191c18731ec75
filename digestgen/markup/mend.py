"""The corners of Python-Markdown whose time grows with the square of the text, mended where they lie.

All give the result that Python-Markdown gives, and only look for it once instead of once for each sign.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

from markdown import Markdown
from markdown.extensions.md_in_html import HtmlBlockPreprocessor, HTMLExtractorExtra
from markdown.inlinepatterns import BACKTICK_RE, BacktickInlineProcessor, LinkInlineProcessor

_BRACKET = re.compile(r"[\[\]]")
_TICKS = re.compile("`+")
#: Brackets that are looked at one by one before a table of all is made: more than links have.
_FEW = 64
#: Signs `<` behind the last `>` from which on they are not tried one by one.
_HOPELESS = 20

_Found = tuple[str, int, bool]
_Link = tuple[str, str | None, int, bool]


def guard(md: Markdown) -> None:
    """Keep `md` from losing text: an unfinished title makes Python-Markdown end a link before it begins."""
    for name in ("link", "image_link"):
        pattern = md.inlinePatterns[name]
        assert isinstance(pattern, LinkInlineProcessor)
        pattern.getLink = _forward(pattern.getLink)  # type: ignore[method-assign, assignment]


def _forward(get_link: Callable[[str, int], _Link]) -> Callable[[str, int], _Link]:
    """Return `get_link`, but with a link that ends before it begins as none."""

    def get(data: str, index: int) -> _Link:
        href, title, end, handled = get_link(data, index)
        return href, title, end, handled and end > index

    return get


def mend(md: Markdown) -> None:
    """Replace the slow parts of `md`; called before its stages are settled."""
    brackets = Brackets()
    for name in ("reference", "link", "image_link", "image_reference", "short_reference", "short_image_ref"):
        pattern = md.inlinePatterns[name]
        assert isinstance(pattern, LinkInlineProcessor)
        pattern.getText = brackets.text  # type: ignore[method-assign]
        if name in ("link", "image_link"):
            pattern.getLink = _hopeful(pattern.getLink)  # type: ignore[method-assign, assignment]
    md.inlinePatterns.register(_Backticks(BACKTICK_RE), "backtick", 190)
    md.preprocessors.register(_HtmlBlocks(md), "html_block", 20)


class Brackets:
    """Which square bracket closes which: answers for one text from a table that is made once."""

    def __init__(self) -> None:
        self._data = ""
        self._closing: dict[int, int] = {}

    def text(self, data: str, index: int) -> _Found:
        """Return the text from `index` to the bracket that closes the one before it, the index behind that,
        and whether there is one.
        """
        close = self._near(data, index)
        if close is None:
            if data is not self._data:
                self._data, self._closing = data, _pairs(data)
            close = self._closing.get(index - 1, -1)
        return (data[index:close], close + 1, True) if close >= 0 else ("", len(data), False)

    def _near(self, data: str, index: int) -> int | None:
        """Return the closing bracket, -1 where there is none, or None where it takes too long to tell."""
        depth = 1
        for count, match in enumerate(_BRACKET.finditer(data, index)):
            depth += 1 if match[0] == "[" else -1
            if depth == 0:
                return match.start()
            if count == _FEW:
                return None
        return -1


def _pairs(data: str) -> dict[int, int]:
    open_: list[int] = []
    pairs = {}
    for match in _BRACKET.finditer(data):
        if match[0] == "[":
            open_.append(match.start())
        elif open_:
            pairs[open_.pop()] = match.start()
    return pairs


def _hopeful(get_link: Callable[[str, int], _Link]) -> Callable[[str, int], _Link]:
    """Return `get_link`, but not called where no bracket can close the address."""

    def get(data: str, index: int) -> _Link:
        if data[index : index + 1] != "(" or data.rfind(")") < index:
            return "", None, index, False
        return get_link(data, index)

    return get


class _Backticks(BacktickInlineProcessor):
    """Finds the end of a code span in a table of all runs of backticks behind it.

    What stands behind a place stays the same while code before it is replaced, so places count from the end.
    """

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self._rest = ""
        #: Of each run, from the last to the first: how far from the end it begins, and its length.
        self._runs: list[int] = []
        self._lengths: list[int] = []
        self._by_length: dict[int, list[int]] = {}
        #: For the runs from the last up to this one: which is the longest, the first one of equals.
        self._longest: list[int] = []

    def find_code_spans(  # type: ignore[override]  # the stub is wrong: it never returns None alone
        self, start: int, text: str
    ) -> tuple[int, int | None]:
        """Return where the code that is opened at `start` begins and ends (None: nowhere)."""
        opener = _TICKS.match(text, start)
        ticks = opener.end() - start if opener else 0
        start += ticks
        size = len(text) - start
        if not self._rest.endswith(text[start:]) or len(self._rest) > 2 * size + 1000:
            self._read(text[start:])
        behind = bisect_left(self._runs, size + 1)
        same = self._by_length.get(ticks, [])
        index = bisect_left(same, size + 1)
        if index:
            return start, len(text) - same[index - 1]
        longest = self._longest[behind - 1] if behind else -1
        if longest >= 0 and self._lengths[longest] < ticks:
            length = self._lengths[longest]
            return start - (ticks - length), len(text) - self._runs[longest]
        return start + ticks, None

    def _read(self, rest: str) -> None:
        self._rest = rest
        self._runs, self._lengths, self._by_length, self._longest = [], [], {}, []
        for match in reversed(list(_TICKS.finditer(rest))):
            place, length = len(rest) - match.start(), match.end() - match.start()
            best = self._longest[-1] if self._longest else -1
            self._runs.append(place)
            self._lengths.append(length)
            self._by_length.setdefault(length, []).append(place)
            self._longest.append(len(self._runs) - 1 if best < 0 or length >= self._lengths[best] else best)


class _HtmlBlocks(HtmlBlockPreprocessor):
    """Looks for raw HTML only where there can be any: tags must close."""

    def run(self, lines: list[str]) -> list[str]:
        source = "\n".join(lines)
        if "<" not in source and "&" not in source:
            return lines
        last = source.rfind(">") + 1
        if source.count("<", last) < _HOPELESS or "<!" in source[last:] or "<?" in source[last:]:
            return super().run(lines)
        parser = HTMLExtractorExtra(self.md)
        parser.feed(source[:last])
        parser.goahead(end=True)
        parser.handle_data(parser.rawdata + source[last:])
        parser.rawdata = ""
        parser.close()
        return "".join(parser.cleandoc).split("\n")
