"""Python-Markdown, put together for articles: its extensions and ours, one converter a language."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.attr_list import AttrListExtension, AttrListTreeprocessor
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.md_in_html import MarkdownInHtmlExtension
from markdown.treeprocessors import Treeprocessor, UnescapeTreeprocessor

from digestgen import urls
from digestgen.markup.blocks import Figures, Tables, Tasks
from digestgen.markup.code import FencedCode
from digestgen.markup.cut import KEPT_DOUBLE, KEPT_SINGLE, REFUSED
from digestgen.markup.inline import Inlines
from digestgen.markup.labels import Labels
from digestgen.markup.mend import guard, mend
from digestgen.markup.notes import Footnotes
from digestgen.markup.swift import SwiftInline, SwiftParser, serialize

_HEADING = re.compile(r"(?:^|\n)(?P<level>#(?=[ \n]|$)|#{2,6})(?P<header>(?:[^\\#\n]|\\.?|#+(?=[^#\n]))*+)#*(?:\n|$)")
#: Addresses that the sanitiser lets pass, told at a glance.
_PASSES = re.compile(r"https?:|mailto:|[^:]*$")
#: Python-Markdown's kinds of blocks and their priorities.
_STOCK_BLOCKS = {
    "empty": 100,
    "indent": 90,
    "code": 80,
    "hashheader": 70,
    "setextheader": 60,
    "hr": 50,
    "olist": 40,
    "ulist": 30,
    "quote": 20,
    "reference": 15,
    "paragraph": 10,
}
_KEPT = {'"': KEPT_DOUBLE, "'": KEPT_SINGLE}


#: The one converter of each language's words in this process, by what stands for further extensions, too; it is not
#: safe across threads.
_CONVERTERS: dict[tuple[Labels, str], Markdown] = {}


def to_html(source: str, words: Labels, mark: str = "", extensions: Callable[[], Sequence[Any]] = list) -> str:
    """Return the Markdown `source` as HTML that is not yet cleaned; `words` are those that we add.

    `extensions` makes further extensions, for which `mark` stands.
    """
    # Taken out while it works: after a failure it is half way through an article, and no other may follow.
    md = _CONVERTERS.pop((words, mark), None)
    if md is None:
        for other in [key for key in _CONVERTERS if key[1] not in ("", mark)]:
            del _CONVERTERS[other]  # of extensions as they were
        md = build(words, extensions() if mark else (), swift=not mark)
    html = md.convert(source)
    md.reset()
    _CONVERTERS[words, mark] = md
    return html


def build(known: Labels, further: Sequence[Any] = (), *, swift: bool = True) -> Markdown:
    """Return a new converter with all features, and `further` extensions, that adds the words `known`.

    Without `swift`, Python-Markdown's own block parser and inline stage do the work, with the same output.
    """
    md = _Swift() if swift else _Plain()
    extensions = (
        FencedCode(),
        Tables(),
        Footnotes(known),
        AbbrExtension(),
        DefListExtension(),
        AttrListExtension(),
        MarkdownInHtmlExtension(),
        Tasks(known),
        Inlines(),
        Figures(),
        _Closing(),
    )
    md.registerExtensions((*extensions, *further), {})
    # An ordered list begins with the number that its author wrote.
    md.parser.blockprocessors["olist"].LAZY_OL = False  # type: ignore[attr-defined]
    # A line that begins with #1234 or #hashtag is text that was wrapped there.
    md.parser.blockprocessors["hashheader"].RE = _HEADING  # type: ignore[attr-defined]
    guard(md)
    md.settle()
    return md


class _Plain(Markdown):
    def __init__(self) -> None:
        self.source = ""
        self._block_tags: frozenset[str] = frozenset()
        super().__init__(output_format="html")

    def settle(self) -> None:
        """Called when everything is registered."""
        self._block_tags = frozenset(self.block_level_elements)

    def is_block_level(self, tag: object) -> bool:
        """Tell whether `tag` is the name of a block; asked for every element, so looked up in a set."""
        return isinstance(tag, str) and tag.lower().rstrip("/") in self._block_tags

    def convert(self, source: str) -> str:
        """Return `source` as HTML; it is kept meanwhile, for stages that ask what it has at all."""
        self.source = source
        return super().convert(source)


class _Swift(_Plain):
    """Python-Markdown with its two dear stages replaced."""

    def build_parser(self) -> _Swift:
        super().build_parser()
        stock, self.parser = self.parser, SwiftParser(self)
        for name, priority in _STOCK_BLOCKS.items():
            processor = stock.blockprocessors[name]
            processor.parser = self.parser
            self.parser.blockprocessors.register(processor, name, priority)
        self._inline = SwiftInline(self)
        self.treeprocessors.register(self._inline, "inline", 20)
        return self

    def settle(self) -> None:
        super().settle()
        self.serializer = serialize
        mend(self)
        assert isinstance(self.parser, SwiftParser)
        self.parser.settle()
        self._inline.settle()


def _source(md: Markdown) -> str:
    assert isinstance(md, _Plain)
    return md.source


class _Closing(Extension):
    """The last steps on the tree."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_AttributeLists(md), "attr_list", 8)
        md.treeprocessors.register(_Unescape(md), "unescape", 0)
        md.treeprocessors.register(_AsciiNumbers(md), "numbers", -1)
        md.treeprocessors.register(_MarkRefused(md), "refused", -2)


class _AttributeLists(AttrListTreeprocessor):
    """Attribute lists, not looked for where there is no brace."""

    def run(self, root: etree.Element) -> None:
        if "{" in _source(self.md):
            super().run(root)


class _Unescape(UnescapeTreeprocessor):
    """Restores escaped characters; an escaped quotation mark is hidden from the typographer."""

    def run(self, root: etree.Element) -> None:
        if "\\" in _source(self.md):
            super().run(root)

    def _unescape(self, m: re.Match[str]) -> str:
        char = chr(int(m[1]))
        return _KEPT.get(char, char)


class _AsciiNumbers(Treeprocessor):
    """Writes the first number of a list as HTML wants it; people count in the digits of their script."""

    def run(self, root: etree.Element) -> None:
        for listing in root.iter("ol"):
            start = listing.get("start")
            if start is not None and start.isdecimal():
                listing.set("start", str(int(start[:9])))


class _MarkRefused(Treeprocessor):
    """Dresses addresses of refused kinds as fragments: the sanitiser would drop them without a word."""

    def run(self, root: etree.Element) -> None:
        for tag, name in (("a", "href"), ("img", "src")):
            for element in root.iter(tag):
                address = element.get(name) or ""
                if _PASSES.match(address) is None and urls.classify(address).kind == "refused":
                    element.set(name, REFUSED + quote(address, safe=""))
