"""Atom (RFC 4287) with archives (RFC 5005, section 4)."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

from digestgen.feeds.values import Archive, Entry, Feed, Origin, Person, clean, updated

_ATOM: Final = "http://www.w3.org/2005/Atom"
_DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
_HISTORY: Final = "http://purl.org/syndication/history/1.0"
TYPE: Final = "application/atom+xml"


def write(feed: Feed) -> bytes:
    """Return `feed` as an Atom document."""
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xmlns:dc": _DUBLIN_CORE, "xml:lang": feed.lang})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _some(root, "subtitle", feed.subtitle)
    _text(root, "updated", updated(feed.entries))
    _link(root, "self", feed.url, TYPE)
    _link(root, "alternate", feed.page, "text/html")
    _archive(root, feed.archive)
    _person(root, "author", feed.author)
    _some(root, "rights", feed.rights)
    _text(root, "generator", "digestgen")
    for entry in feed.entries:
        _entry(root, entry)
    text: str = ElementTree.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _archive(root: ElementTree.Element, archive: Archive) -> None:
    for rel, url in (("current", archive.current), ("prev-archive", archive.previous), ("next-archive", archive.next)):
        if url:
            _link(root, rel, url, TYPE)
    if archive.stored:
        root.set("xmlns:fh", _HISTORY)
        ElementTree.SubElement(root, "fh:archive")


def _entry(root: ElementTree.Element, entry: Entry) -> None:
    node = ElementTree.SubElement(root, "entry", {"xml:lang": entry.lang})
    _text(node, "id", entry.id)
    _text(node, "title", entry.title)
    _link(node, "alternate", entry.url, "text/html")
    _text(node, "published", entry.published)
    _text(node, "updated", entry.updated)
    for person in entry.authors:
        _person(node, "author", person)
    for person in entry.contributors:
        _person(node, "contributor", person)
    for tag in entry.tags:
        ElementTree.SubElement(node, "category", {"term": clean(tag)})
    if entry.image:
        _link(node, "enclosure", entry.image, entry.image_type)
    for work in entry.via:
        # who published it, which no attribute of Atom's own says: section 6.4 allows those of others
        _link(node, "via", work.url, title=work.label, hreflang=work.lang, **{"dc:publisher": work.publisher})
    if entry.origin and entry.origin.republished:
        _source(node, entry.origin)
    _some(node, "summary", entry.summary)
    if entry.html:
        _text(node, "content", entry.html, type="html")


def _source(parent: ElementTree.Element, origin: Origin) -> None:
    """Add what is known of where a republished entry comes from.

    Section 4.2.11 asks those who copy a feed's entry to keep that feed's id, too: an article is written from a page,
    the feed's id is not known, and none is invented.
    """
    node = ElementTree.SubElement(parent, "source")
    _text(node, "title", origin.name)
    _some(node, "updated", origin.updated)
    if origin.feed:
        _link(node, "self", origin.feed)
    if origin.page:
        _link(node, "alternate", origin.page, "text/html")
    _some(node, "rights", origin.rights)


def _person(parent: ElementTree.Element, role: str, person: Person) -> None:
    node = ElementTree.SubElement(parent, role)
    _text(node, "name", person.name)
    _some(node, "uri", person.url)
    _some(node, "email", person.email)


def _link(parent: ElementTree.Element, rel: str, href: str, type: str = "", **more: str) -> None:
    given = {"rel": rel, "type": type, "href": href} | more
    ElementTree.SubElement(parent, "link", {name: clean(value) for name, value in given.items() if value})


def _some(parent: ElementTree.Element, name: str, text: str) -> None:
    if text:
        _text(parent, name, text)


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = clean(text)
