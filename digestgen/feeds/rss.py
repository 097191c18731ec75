"""RSS 2.0, with what it lacks from others: content:encoded, dc:creator, dc:language, media:content and atom:link."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Final
from xml.etree import ElementTree

from digestgen.feeds.values import Entry, Feed, Work, clean, updated

_SPACES: Final = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:media": "http://search.yahoo.com/mrss/",
}
TYPE: Final = "application/rss+xml"


def write(feed: Feed) -> bytes:
    """Return `feed` as an RSS document."""
    root = ElementTree.Element("rss", {"version": "2.0"} | _SPACES)
    channel = ElementTree.SubElement(root, "channel")
    _text(channel, "title", feed.title)
    _text(channel, "link", feed.page)
    ElementTree.SubElement(channel, "atom:link", {"rel": "self", "type": TYPE, "href": feed.url})
    _text(channel, "description", feed.subtitle or feed.title)
    _text(channel, "language", feed.lang)
    _some(channel, "copyright", feed.rights)
    if feed.author.email:
        _text(channel, "managingEditor", f"{feed.author.email} ({feed.author.name})")
    _text(channel, "lastBuildDate", _date(updated(feed.entries)))
    _text(channel, "generator", "digestgen")
    for entry in feed.entries:
        _item(channel, entry, feed.lang)
    text: str = ElementTree.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _item(channel: ElementTree.Element, entry: Entry, lang: str) -> None:
    node = ElementTree.SubElement(channel, "item")
    _text(node, "title", entry.title)
    _text(node, "link", entry.url)
    _text(node, "guid", entry.id, isPermaLink="false")
    _text(node, "pubDate", _date(entry.published))
    for person in entry.authors:
        _text(node, "dc:creator", person.name)
    for tag in entry.tags:
        _text(node, "category", tag)
    if entry.lang != lang:
        _text(node, "dc:language", entry.lang)
    # its address is that of a feed: without one there is nothing to name
    if entry.origin and entry.origin.feed:
        _text(node, "source", entry.origin.name, url=entry.origin.feed)
    for work in entry.via:
        ElementTree.SubElement(node, "atom:link", _via(work))
    if entry.image:
        ElementTree.SubElement(node, "media:content", _media(entry))
    # readers take it for HTML (RSS Advisory Board, best practices, 3.3), and a summary is plain text
    _some(node, "description", escape(entry.summary, quote=False))
    _some(node, "content:encoded", entry.html)


def _via(work: Work) -> dict[str, str]:
    """Return a work that an entry rests on as Atom has it, with its publisher as Dublin Core names that."""
    found = {"rel": "via", "href": work.url, "title": work.label, "hreflang": work.lang, "dc:publisher": work.publisher}
    return {name: clean(text) for name, text in found.items() if text}


def _media(entry: Entry) -> dict[str, str]:
    """Return an entry's picture as Media RSS 1.5.1 has it."""
    width, height = entry.image_size
    found = {"url": entry.image, "type": entry.image_type, "medium": "image"}
    return {name: clean(text) for name, text in found.items() if text} | (
        {"width": str(width), "height": str(height)} if width and height else {}
    )


def _date(moment: str) -> str:
    """Return a moment as RFC 822 has it, with a year of four digits."""
    return format_datetime(datetime.fromisoformat(moment))


def _some(parent: ElementTree.Element, name: str, text: str) -> None:
    if text:
        _text(parent, name, text)


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = clean(text)
