"""sitemap.xml (the sitemaps.org protocol, version 0.9) and robots.txt (RFC 9309), from values to bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"

#: The protocol's limit for one file.
MOST: Final = 50_000


@dataclass(frozen=True, slots=True)
class Page:
    """An absolute address and when its content last changed (W3C date-time); empty where that is not known."""

    url: str
    changed: str = ""


def urlset(pages: Sequence[Page]) -> bytes:
    """Return one sitemap of at most `MOST` pages."""
    return _document("urlset", "url", pages)


def index(pages: Sequence[Page]) -> bytes:
    """Return an index of sitemaps."""
    return _document("sitemapindex", "sitemap", pages)


def _document(root: str, item: str, pages: Sequence[Page]) -> bytes:
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<{root} xmlns="{_NAMESPACE}">']
    for page in pages:
        changed = f"<lastmod>{page.changed}</lastmod>" if page.changed else ""
        lines.append(f"<{item}><loc>{escape(page.url)}</loc>{changed}</{item}>")
    lines.append(f"</{root}>\n")
    return "\n".join(lines).encode()


def robots(sitemap: str) -> bytes:
    """Return a robots.txt that lets everyone in and names the sitemap (absolute), where there is one."""
    named = f"\nSitemap: {sitemap}\n" if sitemap else ""
    return f"User-agent: *\nAllow: /\n{named}".encode()
