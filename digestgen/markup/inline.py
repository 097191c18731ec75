"""Inline markup that Python-Markdown lacks: struck-out text and addresses that become links by themselves."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from typing import TYPE_CHECKING

from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import HTML_PLACEHOLDER_RE, INLINE_PLACEHOLDER_RE, STX, AtomicString

if TYPE_CHECKING:
    from markdown import Markdown

#: Text between two pairs of tildes; what is inside holds no pair, so a search never looks at a text twice.
_STRUCK = r"(?<!~)~~(?=[^\s~])((?:[^~]|~(?!~))+)(?<!\s)~~(?!~)"

#: An address that begins a word; not one that another pattern has taken, nor half of a mail address.
_BARE = r"(?<![\w@:/.=\"'&-])(?:https?://|www\.(?=[\w-]))[^\s<>\"\x02\x03]+"
_TRAILING = frozenset("?!.,:;*_~'\"’”“»›…。、，")
#: Placeholders that are looked at before an address, for the author's own tags.
_LOOK_BACK = 50
_LINK_EDGE = re.compile(r"\s*<(/?)a(?=[\s>])", re.IGNORECASE)


class Inlines(Extension):
    """Registers both before emphasis, whose signs may stand in an address."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(_BareAddress(_BARE, md), "bare_address", 75)
        md.inlinePatterns.register(_StruckOut(_STRUCK, md), "struck_out", 70)
        # A sign before it keeps a quotation mark as it is.
        md.ESCAPED_CHARS += [sign for sign in "\"'~|" if sign not in md.ESCAPED_CHARS]


class _StruckOut(InlineProcessor):
    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element, int, int]:
        element = etree.Element("del")
        element.text = m[1]
        return element, m.start(0), m.end(0)


class _BareAddress(InlineProcessor):
    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element | None, int | None, int | None]:
        address = _trimmed(m[0])
        if address.lower() in ("http://", "https://", "www") or self._in_raw_link(data, m.start()):
            return None, m.start(0), m.end(0)
        link = etree.Element("a", {"href": address if "://" in address[:8] else f"https://{address}"})
        link.text = AtomicString(address)
        return link, m.start(0), m.start(0) + len(address)

    def _in_raw_link(self, data: str, end: int) -> bool:
        """Tell whether the author's own `<a …>` is open before `end`."""
        for _ in range(_LOOK_BACK):
            end = data.rfind(STX, 0, end)
            if end < 0:
                return False
            edge = _LINK_EDGE.match(self._raw(data, end))
            if edge:
                return not edge[1]
        return False

    def _raw(self, data: str, start: int) -> str:
        """Return the author's HTML for which the placeholder at `start` stands, or nothing."""
        inline = INLINE_PLACEHOLDER_RE.match(data, start)
        if inline:
            node = self.md.treeprocessors["inline"].stashed_nodes.get(inline[1])  # type: ignore[attr-defined]
            data, start = (node, 0) if isinstance(node, str) else ("", 0)
        stashed = HTML_PLACEHOLDER_RE.match(data, start)
        raw = self.md.htmlStash.rawHtmlBlocks[int(stashed[1])] if stashed else ""
        return raw if isinstance(raw, str) else ""


def _trimmed(address: str) -> str:
    """Return `address` without what closes the sentence around it: points, and brackets it did not open."""
    spare = {close: address.count(close) - address.count(open_) for open_, close in ("()", "[]", "{}")}
    end = len(address)
    while end and (address[end - 1] in _TRAILING or spare.get(address[end - 1], 0) > 0):
        end -= 1
        if address[end] in spare:
            spare[address[end]] -= 1
    return address[:end]
