"""sitemap.xml (the sitemaps.org protocol, version 0.9) with what Google reads in it beside: versions in other languages
(xhtml:link) and news; and robots.txt (RFC 9309). From values to bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape, unescape
from itertools import accumulate
from typing import Final

from digestgen.dataclass import dataclass

_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_NEWS: Final = "http://www.google.com/schemas/sitemap-news/0.9"

#: The protocol's limits for one file: addresses and bytes, and how many of them may be news.
MOST: Final = 50_000
MOST_BYTES: Final = 50 * 1024 * 1024
MOST_NEWS: Final = 1000

#: What stands around all items of a document takes fewer bytes than this.
_AROUND: Final = 1024

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Page:
    """An absolute address and when its content last changed (W3C date-time); empty where that is not known.

    `versions` are (hreflang, absolute address) of the page in all its languages, itself included; or none.
    """

    url: str
    changed: str = ""
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Story:
    """An article that is news: its address, the publication's name, its language (BCP 47), its time and headline."""

    url: str
    publication: str
    lang: str
    published: str
    title: str


def entry(page: Page) -> str:
    """Return a page as a sitemap has it, in one line."""
    return _item("url", page)


_ADDRESS: Final = re.compile("<url><loc>([^<]*)")


def entries(document: bytes) -> list[str]:
    """Return the entries of a sitemap that `urlset` made, in order."""
    return document.decode().split("\n")[2:-2]


def address(entry: str) -> str:
    """Return the address that an entry is of; empty for what is none."""
    match = _ADDRESS.match(entry)
    return unescape(match[1]) if match else ""


def parts(entries: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield `entries` in as many parts as one file can hold each, at least one."""
    first = 0
    while True:
        part = entries[first : first + MOST]
        if len("\n".join(part).encode()) >= MOST_BYTES - _AROUND:  # there may be very many, and mostly all fit
            part = part[: _fitting(part)]
        yield part
        first += len(part)
        if first >= len(entries):
            return


def _fitting(entries: Sequence[str]) -> int:
    """Return how many of `entries` one file can hold, which is one at least."""
    sizes = accumulate(len(item.encode()) + 1 for item in entries)
    return max(1, sum(size <= MOST_BYTES - _AROUND for size in sizes))


def urlset(entries: Iterable[str]) -> bytes:
    """Return one sitemap, of entries that it can hold (see `parts`)."""
    return _document("urlset", f' xmlns:xhtml="{_XHTML}"', entries)


def index(pages: Sequence[Page]) -> bytes:
    """Return an index of sitemaps."""
    return _document("sitemapindex", "", (_item("sitemap", page) for page in pages))


def news(stories: Sequence[Story]) -> bytes:
    """Return a sitemap of at most `MOST_NEWS` articles, as Google News reads it."""
    return _document("urlset", f' xmlns:news="{_NEWS}"', map(_story, stories))


def _document(root: str, spaces: str, items: Iterable[str]) -> bytes:
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<{root} xmlns="{_NAMESPACE}"{spaces}>', *items, f"</{root}>\n"]
    return "\n".join(lines).encode()


def _item(name: str, page: Page) -> str:
    changed = f"<lastmod>{page.changed}</lastmod>" if page.changed else ""
    versions = "".join(
        f'<xhtml:link rel="alternate" hreflang="{escape(lang)}" href="{escape(url)}"/>' for lang, url in page.versions
    )
    return f"<{name}><loc>{escape(page.url, quote=False)}</loc>{changed}{versions}</{name}>"


def _story(story: Story) -> str:
    return (
        f"<url><loc>{escape(story.url, quote=False)}</loc><news:news>"
        f"<news:publication><news:name>{_text(story.publication)}</news:name>"
        f"<news:language>{_language(story.lang)}</news:language></news:publication>"
        f"<news:publication_date>{story.published}</news:publication_date>"
        f"<news:title>{_text(story.title)}</news:title></news:news></url>"
    )


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text), quote=False)


def _language(lang: str) -> str:
    """Return a language as the format has it: by its ISO 639 code alone, but for Chinese by the script."""
    first, *others = lang.lower().split("-")
    if first == "zh":
        return "zh-tw" if {"hant", "tw", "hk", "mo"}.intersection(others) else "zh-cn"
    return first


def robots(sitemaps: Sequence[str]) -> bytes:
    """Return a robots.txt that lets everyone in and names the sitemaps (absolute), where there are any."""
    lines = ["User-agent: *", "Allow: /", *([""] if sitemaps else []), *(f"Sitemap: {url}" for url in sitemaps)]
    return "".join(f"{line}\n" for line in lines).encode()
