"""What the formats of feeds and sitemaps ask of a document: which elements may stand where, and how many of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

_PREFIXES: Final = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "sitemap",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.w3.org/1999/xhtml": "xhtml",
}

#: (at least, at most) of each child.
Children = Mapping[str, tuple[int, int]]

_ONE, _MAYBE, _MANY, _SOME = (1, 1), (0, 1), (0, 50_000), (1, 50_000)
_PERSON: Final[Children] = {"atom:name": _ONE, "atom:uri": _MAYBE, "atom:email": _MAYBE}

#: RFC 4287, sections 4.1 and 4.2, and RFC 5005, section 4; RSS 2.0 with its modules; the sitemaps' schemas.
_TABLES: Final[Mapping[str, Children]] = {
    "atom:feed": {
        "atom:id": _ONE,
        "atom:title": _ONE,
        "atom:subtitle": _MAYBE,
        "atom:updated": _ONE,
        "atom:link": _SOME,
        "atom:author": _SOME,
        "atom:rights": _MAYBE,
        "atom:generator": _MAYBE,
        "atom:entry": _MANY,
        "fh:archive": _MAYBE,
    },
    "atom:entry": {
        "atom:id": _ONE,
        "atom:title": _ONE,
        "atom:link": _SOME,
        "atom:published": _MAYBE,
        "atom:updated": _ONE,
        "atom:author": _MANY,
        "atom:contributor": _MANY,
        "atom:category": _MANY,
        "atom:rights": _MAYBE,
        "atom:source": _MAYBE,
        "atom:summary": _MAYBE,
        "atom:content": _MAYBE,
    },
    "atom:source": {
        "atom:id": _MAYBE,
        "atom:title": _MAYBE,
        "atom:updated": _MAYBE,
        "atom:link": _MANY,
        "atom:rights": _MAYBE,
    },
    "atom:author": _PERSON,
    "atom:contributor": _PERSON,
    "rss": {"channel": _ONE},
    "channel": {
        "title": _ONE,
        "link": _ONE,
        "atom:link": _MAYBE,
        "description": _ONE,
        "language": _MAYBE,
        "copyright": _MAYBE,
        "managingEditor": _MAYBE,
        "lastBuildDate": _MAYBE,
        "generator": _MAYBE,
        "item": _MANY,
    },
    "item": {
        "title": _ONE,
        "link": _MAYBE,
        "atom:link": _MANY,
        "guid": _MAYBE,
        "pubDate": _MAYBE,
        "dc:creator": _MANY,
        "category": _MANY,
        "dc:language": _MAYBE,
        "source": _MAYBE,
        "description": _MAYBE,
        "content:encoded": _MAYBE,
        "media:content": _MAYBE,
    },
    "sitemap:urlset": {"sitemap:url": _MANY},
    "sitemap:sitemapindex": {"sitemap:sitemap": _SOME},
    "sitemap:sitemap": {"sitemap:loc": _ONE, "sitemap:lastmod": _MAYBE},
    "sitemap:url": {"sitemap:loc": _ONE, "sitemap:lastmod": _MAYBE, "xhtml:link": _MANY, "news:news": _MAYBE},
    "news:news": {"news:publication": _ONE, "news:publication_date": _ONE, "news:title": _ONE},
    "news:publication": {"news:name": _ONE, "news:language": _ONE},
}

_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def _is_moment(text: str) -> bool:
    return bool(_RFC3339.fullmatch(text) and datetime.fromisoformat(text))


def _is_address(text: str) -> bool:
    return urlsplit(text).scheme in ("http", "https") and bool(urlsplit(text).netloc) and text.isascii()


#: What the text of an element has to be; all others without children must not be empty, but for those below.
_TEXTS: Final[Mapping[str, Callable[[str], object]]] = {
    "atom:updated": _is_moment,
    "atom:published": _is_moment,
    "atom:uri": _is_address,
    "atom:id": lambda text: urlsplit(text).scheme,
    "link": _is_address,
    "pubDate": parsedate_to_datetime,
    "lastBuildDate": parsedate_to_datetime,
    "sitemap:loc": _is_address,
    "sitemap:lastmod": _is_moment,
    "news:publication_date": _is_moment,
    "news:language": lambda text: re.fullmatch("[a-z]{2,3}|zh-cn|zh-tw", text),
}
_EMPTY: Final = ("atom:link", "atom:category", "fh:archive", "media:content", "xhtml:link")

#: Attributes that hold addresses.
_ADDRESSES: Final = ("href", "url")


def faults_of_xml(data: bytes) -> list[str]:
    """Return what a feed in Atom or RSS, or a sitemap, has that its format does not know or lacks what it needs."""
    return list(_faults(ElementTree.fromstring(data)))


def _faults(node: ElementTree.Element) -> Iterator[str]:
    name = _name(node)
    for key, value in node.attrib.items():
        if key in _ADDRESSES and not _is_address(value):
            yield f"{name}: {key} is {value!r}"
    table = _TABLES.get(name)
    if table is None:
        yield from _faults_of_text(name, node)
        return
    counts = Counter(map(_name, node))
    yield from (f"{name}: {child} is unknown" for child in counts.keys() - table.keys())
    for child, (least, most) in table.items():
        if not least <= counts[child] <= most:
            yield f"{name}: {child} stands there {counts[child]} times"
    alternates = [(link.get("type"), link.get("hreflang")) for link in node if link.get("rel") == "alternate"]
    if name != "sitemap:url" and len(set(alternates)) != len(alternates):
        yield f"{name}: two alternates of one type and language"
    for inner in node:
        yield from _faults(inner)


def _faults_of_text(name: str, node: ElementTree.Element) -> Iterator[str]:
    text = node.text or ""
    if len(node):
        yield f"{name}: has elements"
    if bool(text) == (name in _EMPTY) or (name in _TEXTS and not _TEXTS[name](text)):
        yield f"{name}: {text!r}"


def _name(node: ElementTree.Element) -> str:
    space, brace, name = node.tag[1:].partition("}")
    return f"{_PREFIXES[space]}:{name}" if brace else node.tag


_PLACES: Final = ("url", "external_url", "image", "home_page_url", "feed_url")


def faults_of_json(data: bytes) -> list[str]:
    """Return what a JSON Feed 1.1 lacks, or has in another form."""
    feed = json.loads(data)
    found = [] if feed["version"] == "https://jsonfeed.org/version/1.1" else ["version"]
    found += [name for name in ("title", "items") if name not in feed]
    for item in (feed, *feed["items"]):
        found += [f"{name} is {item[name]!r}" for name in _PLACES if name in item and not _is_address(item[name])]
        found += [f"{item}: an author without a name" for author in item.get("authors", []) if not author.get("name")]
    for item in feed["items"]:
        found += _faults_of_item(item)
    return found


def _faults_of_item(item: dict[str, Any]) -> Iterator[str]:
    if not isinstance(item.get("id"), str):
        yield f"{item}: no id"
    if "content_html" not in item and "content_text" not in item:
        yield f"{item['id']}: no content"
    for name in ("date_published", "date_modified"):
        if name in item and not _is_moment(item[name]):
            yield f"{item['id']}: {name} is {item[name]!r}"
