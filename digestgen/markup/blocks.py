"""Block structures that Python-Markdown lacks or writes with obsolete markup: tables, tasks, figures."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Sequence
from typing import TYPE_CHECKING

from markdown.extensions import Extension
from markdown.extensions.tables import TableExtension, TableProcessor
from markdown.treeprocessors import Treeprocessor

from digestgen.markup.labels import Labels

if TYPE_CHECKING:
    from markdown import Markdown


class Tables(TableExtension):
    """Pipe tables whose cells are aligned by a class, as the site's policy forbids style attributes."""

    def extendMarkdown(self, md: Markdown) -> None:
        super().extendMarkdown(md)
        md.parser.blockprocessors.register(_TableProcessor(md.parser, self.getConfigs()), "table", 75)


class _TableProcessor(TableProcessor):
    def _build_row(self, row: str, parent: etree.Element, align: Sequence[str | None]) -> None:
        tr = etree.SubElement(parent, "tr")
        cells = self._split_row(row)  # type: ignore[attr-defined]
        tag = "th" if parent.tag == "thead" else "td"
        for index, side in enumerate(align):
            cell = etree.SubElement(tr, tag, {"class": f"align-{side}"} if side else {})
            cell.text = cells[index].strip(" ") if index < len(cells) else ""


class Tasks(Extension):
    """`- [x] done` and `- [ ] to do` become list items with a sign, not form controls."""

    def __init__(self, labels: Labels) -> None:
        super().__init__()
        self._labels = labels

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_TaskMarker(md, self._labels), "tasks", 40)


class _TaskMarker(Treeprocessor):
    BOX = re.compile(r"\[([ xX])\][ \n]+")

    def __init__(self, md: Markdown, labels: Labels) -> None:
        super().__init__(md)
        self._labels = labels

    def run(self, root: etree.Element) -> None:
        for kind in ("ul", "ol"):
            for listing in root.iter(kind):
                marked = [self._mark(item) for item in listing if item.tag == "li"]
                if any(marked):
                    _add_class(listing, "tasks")

    def _mark(self, item: etree.Element) -> bool:
        holder = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
        match = self.BOX.match(holder.text or "")
        if match is None or holder.text is None:
            return False
        done = match[1] != " "
        box = etree.Element("span", {"class": "task-box", "role": "img"})
        box.set("aria-label", self._labels.done if done else self._labels.undone)
        box.text = "☑" if done else "☐"
        box.tail = " " + holder.text[match.end() :]
        holder.text = ""
        holder.insert(0, box)
        _add_class(item, "task done" if done else "task")
        return True


def _add_class(element: etree.Element, name: str) -> None:
    element.set("class", f"{element.get('class', '')} {name}".strip())


class Figures(Extension):
    """A picture that is alone in its paragraph becomes a figure, its title the caption."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_FigureMaker(md), "figures", 6)


class _FigureMaker(Treeprocessor):
    """Runs behind attribute lists, so that `{.decorative}` behind a picture is known."""

    def run(self, root: etree.Element) -> None:
        for image in root.iter("img"):
            _settle_alt(image)
        for parent in root.iter():
            if parent.tag != "summary":
                for child in parent:
                    if child.tag == "p" and len(child) == 1:
                        _make_figure(child)


def _settle_alt(image: etree.Element) -> None:
    """Take an empty alt away unless the author marks the picture as decorative."""
    classes = (image.get("class") or "").split()
    if "decorative" in classes or image.get("role") in ("none", "presentation"):
        image.attrib.pop("role", None)
        image.set("alt", "")
    elif not (image.get("alt") or "").strip():
        image.attrib.pop("alt", None)


def _make_figure(paragraph: etree.Element) -> None:
    child = paragraph[0]
    image = child[0] if child.tag == "a" and len(child) == 1 and not _has_text(child, child[0]) else child
    if image.tag != "img" or _has_text(paragraph, child):
        return
    paragraph.tag = "figure"
    caption = image.attrib.pop("title", "").strip()
    child.tail = None
    if caption:
        etree.SubElement(paragraph, "figcaption").text = caption


def _has_text(parent: etree.Element, only: etree.Element) -> bool:
    return bool((parent.text or "").strip() or (only.tail or "").strip())
