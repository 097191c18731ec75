"""Python-Markdown, put together for articles: its extensions and ours, one converter a language."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from functools import cache
from urllib.parse import quote

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.attr_list import AttrListExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.md_in_html import MarkdownInHtmlExtension
from markdown.treeprocessors import Treeprocessor, UnescapeTreeprocessor

from digestgen import urls
from digestgen.markup.blocks import Figures, Tables, Tasks
from digestgen.markup.code import FencedCode
from digestgen.markup.cut import KEPT_DOUBLE, KEPT_SINGLE, REFUSED
from digestgen.markup.inline import Inlines
from digestgen.markup.labels import labels
from digestgen.markup.notes import Footnotes

_HEADING = re.compile(
    r"(?:^|\n)(?P<level>#(?=[ \n]|$)|#{2,6})(?P<header>(?:[^\\#\n]|\\.?|#+(?=[^#\n]))*+)#*(?:\n|$)"
)
_KEPT = {'"': KEPT_DOUBLE, "'": KEPT_SINGLE}


def to_html(source: str, lang: str) -> str:
    """Return the Markdown `source` as HTML that is not yet cleaned; `lang` chooses the words we add."""
    md = converter(lang.partition("-")[0].lower())
    try:
        return md.convert(source)
    finally:
        # Also after a failure, so that nothing of one article can reach the next one.
        md.reset()


@cache
def converter(language: str) -> Markdown:
    """Return the one converter of a primary language subtag in this process; it is not safe across threads."""
    return build(language)


def build(language: str) -> Markdown:
    """Return a new converter with all features for the primary language subtag `language`."""
    known = labels(language)
    md = Markdown(
        output_format="html",
        extensions=[
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
        ],
    )
    # An ordered list begins with the number that its author wrote.
    md.parser.blockprocessors["olist"].LAZY_OL = False
    # A line that begins with #1234 or #hashtag is text that was wrapped there.
    md.parser.blockprocessors["hashheader"].RE = _HEADING
    return md


class _Closing(Extension):
    """The last steps on the tree."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_Unescape(md), "unescape", 0)
        md.treeprocessors.register(_AsciiNumbers(md), "numbers", -1)
        md.treeprocessors.register(_MarkRefused(md), "refused", -2)


class _Unescape(UnescapeTreeprocessor):
    """Restores escaped characters; an escaped quotation mark is hidden from the typographer."""

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
                if ":" in address and urls.classify(address).kind == "refused":
                    element.set(name, REFUSED + quote(address, safe=""))
