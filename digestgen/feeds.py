"""Atom feeds (RFC 4287), from values to bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree import ElementTree

_ATOM: Final = "http://www.w3.org/2005/Atom"
_XML: Final = "http://www.w3.org/XML/1998/namespace"

#: What XML 1.0 cannot hold (section 2.2), lone surrogates included.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: The date of a feed that has no entries yet: feeds must have one, and a build has no clock.
_NEVER: Final = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a feed. Addresses are absolute, times as RFC 3339 has them; `html` is empty in short feeds."""

    id: str
    url: str
    title: str
    lang: str
    published: str
    updated: str
    authors: tuple[str, ...]
    summary: str
    html: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `url` is its own address, `page` that of the page it belongs to. Entries come newest first."""

    id: str
    url: str
    page: str
    title: str
    subtitle: str
    lang: str
    author: str
    email: str
    author_url: str
    rights: str
    entries: tuple[Entry, ...]


def atom(feed: Feed) -> bytes:
    """Return `feed` as an Atom document."""
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": feed.lang})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    if feed.subtitle:
        _text(root, "subtitle", feed.subtitle)
    # the newest change of an entry, never the time of the build
    _text(root, "updated", max((entry.updated for entry in feed.entries), key=_instant, default=_NEVER))
    _link(root, "self", feed.url, "application/atom+xml")
    _link(root, "alternate", feed.page, "text/html")
    _author(root, feed.author, feed.email, feed.author_url)
    if feed.rights:
        _text(root, "rights", feed.rights)
    _text(root, "generator", "digestgen")
    for entry in feed.entries:
        _entry(root, entry)
    text: str = ElementTree.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _instant(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _entry(root: ElementTree.Element, entry: Entry) -> None:
    node = ElementTree.SubElement(root, "entry", {"xml:lang": entry.lang})
    _text(node, "id", entry.id)
    _text(node, "title", entry.title)
    _link(node, "alternate", entry.url, "text/html")
    _text(node, "published", entry.published)
    _text(node, "updated", entry.updated)
    for author in entry.authors:
        _author(node, author)
    for tag in entry.tags:
        ElementTree.SubElement(node, "category", {"term": _clean(tag)})
    if entry.summary:
        _text(node, "summary", entry.summary)
    if entry.html:
        _text(node, "content", entry.html, type="html")


def _author(parent: ElementTree.Element, name: str, email: str = "", url: str = "") -> None:
    node = ElementTree.SubElement(parent, "author")
    _text(node, "name", name)
    if url:
        _text(node, "uri", url)
    if email:
        _text(node, "email", email)


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": rel, "type": kind, "href": href})


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = _clean(text)


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
