"""Footnotes: numbered in the order in which the text refers to them, with ids that no heading can have.

Ids are `fn:1` and `fnref:1` (a slug never holds a colon); a note that is referred to twice has two ways back.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from typing import TYPE_CHECKING

from markdown.extensions.footnotes import FootnoteBlockProcessor, FootnoteExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from digestgen.markup.labels import Labels

if TYPE_CHECKING:
    from markdown import Markdown

#: Text presentation, so that no system draws the arrow as a coloured emoji.
_ARROW = "↩\ufe0e"


class Footnotes(FootnoteExtension):
    """Reads notes as Python-Markdown does and writes them as an HTML section at the end of the body."""

    def __init__(self, labels: Labels) -> None:
        super().__init__()
        self.labels = labels

    def extendMarkdown(self, md: Markdown) -> None:
        md.registerExtension(self)
        self.parser = md.parser
        self.md = md
        md.parser.blockprocessors.register(FootnoteBlockProcessor(self), "footnote", 17)
        md.inlinePatterns.register(_ReferenceFinder(r"\[\^([^\]]*)\]", self), "footnote", 175)
        md.treeprocessors.register(_NoteWriter(md, self), "footnote", 50)
        md.treeprocessors.register(_NoteLinker(md, self), "footnote-links", 9)


class _ReferenceFinder(InlineProcessor):
    """Marks the places that refer to a note; they get their numbers when all are known."""

    def __init__(self, pattern: str, notes: Footnotes) -> None:
        super().__init__(pattern)
        self._notes = notes

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element | None, int | None, int | None]:
        if m[1] not in self._notes.footnotes:
            return None, None, None
        sup = etree.Element("sup", {"class": "footnote-ref", "label": m[1]})
        return sup, m.start(0), m.end(0)


class _NoteWriter(Treeprocessor):
    """Parses the notes' text into a section at the end, before inline markup is looked at."""

    def __init__(self, md: Markdown, notes: Footnotes) -> None:
        super().__init__(md)
        self._notes = notes

    def run(self, root: etree.Element) -> None:
        if not self._notes.footnotes:
            return
        section = etree.SubElement(root, "section", {"class": "footnotes", "role": "doc-endnotes"})
        section.set("aria-label", self._notes.labels.footnotes)
        listing = etree.SubElement(section, "ol")
        for label, text in self._notes.footnotes.items():
            item = etree.SubElement(listing, "li", {"label": label})
            # List processors treat `li` specially, so the note is parsed in another element.
            holder = etree.Element("div")
            self._notes.parser.parseChunk(holder, text)
            item.extend(holder)


class _NoteLinker(Treeprocessor):
    """Numbers the references in the order of the text, orders the notes alike and links them both ways."""

    def __init__(self, md: Markdown, notes: Footnotes) -> None:
        super().__init__(md)
        self._notes = notes

    def run(self, root: etree.Element) -> None:
        if not self._notes.footnotes:
            return
        places: dict[str, list[str]] = {}
        for sup in root.iter("sup"):
            label = sup.attrib.pop("label", None)
            if label is not None:
                _number(sup, label, places)
        section = root[-1]
        if section.get("role") == "doc-endnotes":
            self._finish(section[0], places)

    def _finish(self, listing: etree.Element, places: dict[str, list[str]]) -> None:
        items = {item.attrib.pop("label"): item for item in listing}
        numbers = {label: number for number, label in enumerate(places, 1)}
        listing[:] = [items[label] for label in dict.fromkeys((*numbers, *items))]
        for label, number in numbers.items():
            items[label].set("id", f"fn:{number}")
            _link_back(items[label], number, places[label], self._notes.labels.back)


def _number(sup: etree.Element, label: str, places: dict[str, list[str]]) -> None:
    ids = places.setdefault(label, [])
    number = int(ids[0].partition(":")[2]) if ids else len(places)
    ids.append(f"fnref:{number}.{len(ids) + 1}" if ids else f"fnref:{number}")
    sup.set("id", ids[-1])
    link = etree.SubElement(sup, "a", {"href": f"#fn:{number}", "role": "doc-noteref"})
    link.text = AtomicString(str(number))


def _link_back(item: etree.Element, number: int, ids: list[str], label: str) -> None:
    last = item[-1] if len(item) and item[-1].tag == "p" else etree.SubElement(item, "p")
    for id_ in ids:
        _append_text(last, "\u00a0" if len(last) or (last.text or "").strip() else "")
        link = etree.SubElement(last, "a", {"href": f"#{id_}", "class": "footnote-back"})
        link.set("role", "doc-backlink")
        link.set("aria-label", label % {"number": number})
        link.text = AtomicString(_ARROW)


def _append_text(element: etree.Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "").rstrip("\n") + text
    else:
        element.text = (element.text or "") + text
