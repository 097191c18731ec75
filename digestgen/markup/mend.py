"""The corners of Python-Markdown whose time grows with the square of the text, mended where they lie.

All give the result that Python-Markdown gives, and only look for it once instead of once for each sign.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

from markdown import Markdown
from markdown.extensions.abbr import AbbrBlockprocessor, AbbrTreeprocessor
from markdown.extensions.md_in_html import HtmlBlockPreprocessor, HTMLExtractorExtra
from markdown.inlinepatterns import BACKTICK_RE, BacktickInlineProcessor, DelimiterProcessor, LinkInlineProcessor
from markdown.util import AtomicString

from digestgen.markup.emphasis import Emphasis

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
    emphasis = md.inlinePatterns["em_strong"]
    assert isinstance(emphasis, DelimiterProcessor)
    md.inlinePatterns.register(Emphasis(emphasis), "em_strong", 60)
    md.preprocessors.register(_HtmlBlocks(md), "html_block", 20)
    stock = md.treeprocessors["abbr"]
    assert isinstance(stock, AbbrTreeprocessor)
    md.treeprocessors.register(_Abbreviations(md, stock.abbrs), "abbr", 7)
    md.parser.blockprocessors.register(_Definitions(md.parser, stock.abbrs), "abbr", 16)


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
    known, last = "", -1

    def get(data: str, index: int) -> _Link:
        nonlocal known, last
        if data is not known:
            known, last = data, data.rfind(")")
        if data[index : index + 1] != "(" or last < index:
            return "", None, index, False
        return get_link(data, index)

    return get


class _Backticks(BacktickInlineProcessor):
    """Finds the end of a code span in a table of all runs of backticks behind it.

    What stands behind a place stays the same while code before it is replaced, so places count from the end.
    """

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self._text = ""
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
        if text is not self._text or size > len(self._rest):
            if not self._rest.endswith(text[start:]) or len(self._rest) > 2 * size + 1000:
                self._read(text[start:])
            self._text = text
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


#: A definition of an abbreviation on a line of its own.
_DEFINITION = re.compile(r"\*\[(?P<abbr>[^\\\]\n]*)\] ?:(?P<title>.*)\n(?=\*\[[^\\\]\n]*\] ?:.)")


class _Definitions(AbbrBlockprocessor):
    """Takes definitions that follow one another at once; Python-Markdown begins anew with all kinds of blocks for each.

    What is in the line below one may make it another kind of block, so the last one is left to Python-Markdown.
    """

    def run(self, parent: etree.Element, blocks: list[str]) -> bool:
        """Take definitions off the first of `blocks`, and tell whether there was one."""
        block, at = blocks[0], 0
        while match := _DEFINITION.match(block, at):
            abbr, title = match["abbr"].strip(), match["title"].strip()
            if not (abbr and title):
                break
            if title in ("''", '""'):
                self.abbrs.pop(abbr, None)
            else:
                self.abbrs[abbr] = title
            at = match.end()
        blocks[0] = block[at:]
        return at > 0 or bool(super().run(parent, blocks))


class _Abbreviations(AbbrTreeprocessor):
    """Marks abbreviations; looks each word up, where Python-Markdown tries all that are defined at each word."""

    def run(self, root: etree.Element) -> None:
        """Put an element `abbr` in the place of each abbreviation in the texts of `root`."""
        if not self.abbrs:
            return
        known = _Known(self.abbrs)
        for element in list(root.iter()):
            element.text, children = self._parted(element.text, known)
            for child in element:
                child.tail, found = self._parted(child.tail, known)
                children += (child, *found)
            if len(children) > len(element):
                element[:] = children

    def _parted(self, text: str | None, known: _Known) -> tuple[str | None, list[etree.Element]]:
        """Return the beginning of `text`, and its abbreviations, each with the text that follows it as its tail."""
        if not text or isinstance(text, AtomicString):
            return text, []
        places = [*known.places(text)]
        ends = [start for start, _ in places[1:]] + [len(text)] * bool(places)
        found = [
            self.create_element(self.abbrs[text[start:end]], text[start:end], text[end:following])
            for (start, end), following in zip(places, ends, strict=True)
        ]
        return text[: places[0][0]] if places else text, found


class _Known:
    """All abbreviations, by what they begin with."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        lengths: dict[str, set[int]] = {}
        for abbr in titles:
            lengths.setdefault(abbr[0], set()).add(len(abbr))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}
        self._begins = re.compile(rf"\b(?=[{re.escape(''.join(lengths))}])")

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where each abbreviation in `text` begins and ends: the longest there, and none in another."""
        last = 0
        for match in self._begins.finditer(text):
            start = match.start()
            end = self._end(text, start) if start >= last else 0
            if end:
                yield start, end
                last = end

    def _end(self, text: str, start: int) -> int:
        for length in self._lengths[text[start]]:
            end = start + length
            if text[start:end] in self._titles and _EDGE.match(text, end):
                return end
        return 0


_EDGE = re.compile(r"\b")
